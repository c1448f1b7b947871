// Which module of the sources a place in the built program is of, bundled or not.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** By the file's URL: for each of its lines the module, where it is told. */
const known = new Map<string, readonly string[]>();

/**
 * @param url as V8 tells it
 * @param line the first is 0
 * @returns `src/store/lock.ts`; empty for what is no module of ours
 */
export function sourceModule(url: string, line: number): string {
  const [, unbundled] = /\/dist\/(\w[\w-]*\/.*)\.js$/.exec(url) ?? [];
  if (unbundled !== undefined) return `src/${unbundled}.ts`;
  if (!/\/dist\/[\w-]+\.js$/.test(url)) return "";
  const modules = known.get(url) ?? modulesOf(readFileSync(fileURLToPath(url), "utf8"));
  known.set(url, modules);
  return modules[line] ?? "";
}

/** Before each module's code stands its path in a comment (rolldown 1.2). */
function modulesOf(text: string): string[] {
  let module = "";
  return text.split("\n").map((line) => {
    module = /^\/\/ (\S+\.\w+)$/.exec(line)?.[1] ?? module;
    return module;
  });
}
