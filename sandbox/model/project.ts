// The small project that the guided scenes work in: a shopping cart with one bug that its tests find and one that they
// don't. It needs nothing but Node.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What the tests find: a line of three is paid once. */
export const CART_BUG = {
  before: "const prices = cart.map((line) => line.cents);",
  after: "const prices = cart.map((line) => line.cents * line.count);",
};

/** What no test finds: 1205 cents are shown as 12.5 €. */
export const FORMAT_BUG = {
  before: 'return Math.floor(cents / 100) + "." + (cents % 100) + " €";',
  after:
    'const rest = String(cents % 100).padStart(2, "0");\n  return Math.floor(cents / 100) + "." + rest + " €";',
};

export const FORMAT_TEST = {
  before: 'assert.equal(formatPrice(1299), "12.99 €");',
  after: 'assert.equal(formatPrice(1299), "12.99 €");\n  assert.equal(formatPrice(1205), "12.05 €");',
};

const FILES: Readonly<Record<string, string>> = {
  "package.json": `{
  "name": "tiny-cart",
  "version": "0.3.0",
  "type": "module",
  "scripts": { "test": "node --test" }
}
`,
  "README.md": `# tiny-cart

A shopping cart in two small modules. Prices are whole cents, so nothing is lost to rounding.

    npm test
`,
  "src/cart.js": `// A cart is a list of lines; nothing is changed in place.

export function addLine(cart, name, cents, count = 1) {
  return [...cart, { name, cents, count }];
}

export function subtotal(cart) {
  ${CART_BUG.before}
  return prices.reduce((sum, price) => sum + price, 0);
}

export function total(cart, discountPercent = 0) {
  return Math.round(subtotal(cart) * (1 - discountPercent / 100));
}
`,
  "src/format.js": `/** Cents as people write them. */
export function formatPrice(cents) {
  ${FORMAT_BUG.before}
}
`,
  "test/cart.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { addLine, subtotal, total } from "../src/cart.js";

test("an empty cart costs nothing", () => {
  assert.equal(total([]), 0);
});

test("a line counts as often as it is bought", () => {
  const cart = addLine(addLine([], "tea", 450, 3), "cup", 1200);
  assert.equal(subtotal(cart), 2550);
});

test("a discount is taken off the total", () => {
  assert.equal(total(addLine([], "tea", 1000), 15), 850);
});
`,
  "test/format.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPrice } from "../src/format.js";

test("a price has euros and cents", () => {
  ${FORMAT_TEST.before}
});
`,
};

/** Makes the project in a directory of its own below `parent` and gives its path. */
export function layOutProject(parent: string): string {
  return layOut(parent, "tiny-cart", FILES);
}

/** Writes these files into a directory of that name below `parent` and gives its path. */
export function layOut(parent: string, name: string, files: Readonly<Record<string, string>>): string {
  const directory = join(parent, name);
  for (const [file, text] of Object.entries(files)) {
    const path = join(directory, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  makeRepository(directory);
  return directory;
}

const AUTHOR = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org", "-c", "commit.gpgSign=false"];

/** So that a session can have a branch of its own. Without git it is a directory as any other. */
function makeRepository(directory: string): void {
  const env = { PATH: process.env["PATH"], HOME: directory, GIT_CONFIG_NOSYSTEM: "1" };
  try {
    for (const step of [
      ["init", "--quiet", "-b", "main"],
      ["add", "--all"],
      [...AUTHOR, "commit", "--quiet", "-m", "Begin"],
    ]) {
      execFileSync("git", step, { cwd: directory, env, stdio: "ignore", timeout: 10_000 });
    }
  } catch {
    // No git, or one that is older than 2.28.
  }
}
