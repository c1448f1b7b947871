// A guide to the small project that is longer than a post may be: a chapter for everything that its shop sells.

/** What a piece costs, in cents. */
const WARES: Readonly<Record<string, number>> = {
  tea: 450,
  cup: 1200,
  pot: 3490,
  spoon: 275,
  tin: 899,
  filter: 120,
  sieve: 640,
  saucer: 780,
  tray: 2150,
  kettle: 5900,
  honey: 725,
  sugar: 190,
  lemon: 60,
  milk: 145,
  biscuit: 85,
  cake: 2605,
  napkin: 30,
  candle: 405,
  teabag: 15,
  scale: 1999,
  timer: 1350,
  whisk: 1105,
  bowl: 1820,
  book: 2400,
};
const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 50];
const DISCOUNTS = [0, 10];

/** Its two parts stay on one line. */
const price = (cents: number): string =>
  `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}\u00a0€`;
const total = (cents: number, count: number, discount: number): string =>
  price(Math.round(cents * count * (1 - discount / 100)));

export function longGuide(): string {
  const chapters = Object.entries(WARES).map(([name, cents], at) => chapter(at + 1, name, cents));
  const opening = `# A guide to tiny-cart

It sells ${chapters.length} things, and each has a chapter: what it costs, how it gets into a cart, and what comes out.`;
  return [opening, ...chapters, "**The end.** Every chapter was shown once, and none was cut."].join("\n\n");
}

function chapter(number: number, name: string, cents: number): string {
  const rows = COUNTS.map((count) =>
    ["", String(count), ...DISCOUNTS.map((discount) => total(cents, count, discount)), ""].join(" | ").trim(),
  );
  return `## ${number}. The ${name}

One ${name} costs **${price(cents)}**, which is \`${cents}\` in the cart: prices are whole cents all the way.

\`\`\`js
// Three of them, and a tenth off.
const cart = addLine([], "${name}", ${cents}, 3);
formatPrice(total(cart, 10)); // "${total(cents, 3, 10)}"
\`\`\`

| Pieces | Price | 10 % off |
|--:|--:|--:|
${rows.join("\n")}

- [x] Adding a ${name} makes a new cart and leaves the old one as it was
- [x] A line counts as often as it is bought, and a discount is taken off at the end`;
}
