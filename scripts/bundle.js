// Makes one file of many, and with splitting a few: a program of some hundred modules spends most of its start on
// finding and reading each of them.

import { rolldown } from "rolldown";

/** Packages that go into the files, since every start needs them and most of what is in them is never used. */
export const INLINED = ["croner", "yaml", "zod"];

const isInlined = (id) => INLINED.some((name) => id === name || id.startsWith(`${name}/`));

/** V8 keeps a text in one byte for each character if it can, and for one emoji in it takes two for all. */
const asciiOnly = {
  name: "ascii-only",
  renderChunk: (code) =>
    code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
};

/**
 * @param input the path of the program's first module
 * @param directory where what is made goes; what is imported lazily is a file of its own
 */
export async function bundle(input, directory) {
  const made = await rolldown({
    input,
    platform: "node",
    external: (id) => /^[@\w]/.test(id) && !isInlined(id),
    plugins: [asciiOnly],
  });
  try {
    await made.write({
      dir: directory,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      // What it does by itself would write such characters again.
      minify: false,
    });
  } finally {
    await made.close();
  }
}
