// Puts what is not compiled into the built page: its own HTML and CSS, and the browser builds of the two libraries it
// is made of, with their licences.

import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../sandbox/page", import.meta.url));
const BUILT = fileURLToPath(new URL("../sandbox/dist/page", import.meta.url));
const MODULES = fileURLToPath(new URL("../node_modules", import.meta.url));

const LIBRARIES = {
  "markdown-it.mjs": "markdown-it/dist/browser/markdown-it.esm.min.mjs",
  "markdown-it.LICENSE": "markdown-it/LICENSE",
  "highlight.mjs": "@highlightjs/cdn-assets/es/highlight.min.js",
  "highlight.LICENSE": "@highlightjs/cdn-assets/LICENSE",
};

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

for (const name of readdirSync(SOURCE)) {
  if (/\.(html|css|svg)$/.test(name)) copy(join(SOURCE, name), join(BUILT, name));
}
for (const [name, path] of Object.entries(LIBRARIES)) copy(join(MODULES, path), join(BUILT, "vendor", name));
