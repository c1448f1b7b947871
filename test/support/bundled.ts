// A module of the sources as a program that Node runs, made as the published program is made.

import { symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { bundle } from "../../scripts/bundle.js";
import { ROOT } from "./program.ts";
import { temporaryDirectory } from "./temporary.ts";

/**
 * @param module its path from the project's root
 * @returns the path of what was made
 */
export async function bundled(module: string): Promise<string> {
  const directory = temporaryDirectory();
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
  await bundle(join(ROOT, module), directory);
  return join(directory, basename(module).replace(/ts$/, "js"));
}
