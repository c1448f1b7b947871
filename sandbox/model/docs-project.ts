// The second small project, of the demo's second channel, and the scenes that play in it: what is written about the
// shopping cart, with one sentence that the code has left behind.

import { edit, read, troubleIn } from "./guided-steps.ts";
import { layOut } from "./project.ts";
import type { Scene, Step, StepContext } from "./scene.ts";

const NAME = "tiny-cart-docs";

/** The code takes percents: `total(cart, 10)`. */
const MISTAKE = {
  before: "A discount is a share of one: `total(cart, 0.1)` takes ten percent off.",
  after: "A discount is given in percent: `total(cart, 10)` takes ten percent off.",
};

const FILES: Readonly<Record<string, string>> = {
  "README.md": `# tiny-cart, explained

- [Getting started](guide/start.md)
- [Prices and discounts](guide/prices.md)
`,
  "guide/start.md": `# Getting started

    npm install tiny-cart

A cart is a list of lines, and nothing is changed in place: \`addLine\` gives a new cart.
`,
  "guide/prices.md": `# Prices and discounts

Prices are whole cents. \`formatPrice\` writes them as people do.

${MISTAKE.before}
`,
};

/** Makes the project in a directory of its own below `parent` and gives its path. */
export function layOutDocs(parent: string): string {
  return layOut(parent, NAME, FILES);
}

export function isDocs(directory: string): boolean {
  return directory.endsWith(`/${NAME}`);
}

/** What people ask of the docs alone. */
export const docsScene: Scene = {
  name: "guided docs",
  matches: (text) => /\bout of date\b/i.test(text),
  play: playCorrect,
};

export function playDocsAsk({ step, calls, directory }: StepContext): Step {
  if (step === 0) {
    return {
      text: "I'll see what there is to read.",
      tools: ["README.md", "guide/start.md", "guide/prices.md"].map((path) => read(`${directory}/${path}`)),
    };
  }
  const trouble = troubleIn(calls);
  if (trouble !== undefined) return { text: trouble };
  return {
    text: `These are the docs of **tiny-cart**, two short pages:

| Page | What it tells |
|:--|:--|
| \`guide/start.md\` | How to install it, and what a cart is |
| \`guide/prices.md\` | Prices in whole cents, and discounts |

They live in a directory of their own, so the session in **Shop** knows nothing of this one.

Say **find what is out of date in the docs and correct it**, and I'll look closer.`,
  };
}

function playCorrect({ step, calls, directory }: StepContext): Step {
  if (!isDocs(directory)) return { text: "The docs are in a channel of their own: ask me in **Docs**." };
  const page = `${directory}/guide/prices.md`;
  const trouble = troubleIn(calls);
  if (trouble !== undefined) return { text: trouble };
  if (step === 0) return { text: "I'll compare what is said with what the code takes.", tools: [read(page)] };
  if ((calls[0]?.result ?? "").includes(MISTAKE.after)) return { text: "Nothing is out of date any more." };
  if (step === 1) {
    return {
      text: "`total` takes percents, and the page still says shares of one.",
      tools: [edit(page, MISTAKE)],
    };
  }
  return { text: "The docs are right again. ✅" };
}
