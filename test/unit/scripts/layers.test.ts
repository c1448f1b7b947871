// The rules for imports, held against made-up files, and the check over the project's own.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { layerFaults } from "../../../scripts/layer-rules.js";

const LAYERS = { "src/low": [], "src/high": ["src/low"], src: ["src/high"] };
const LOW = ["src/low/a.ts", "export const a = 1;"] as const;
const HIGH = [
  "src/high/b.ts",
  'import { a } from "../low/a.ts";\nimport "./c.ts";\nimport x from "ws";',
] as const;
const ENTRY = ["src/cli.ts", 'await import("./high/b.ts");'] as const;

const faultsWith = (...files: (readonly [string, string])[]): string[] =>
  layerFaults(LAYERS, new Map([LOW, HIGH, ENTRY, ...files]));

test("downwards, within a folder and of packages everything may be imported", () => {
  expect(faultsWith(["src/high/deep/d.ts", 'export * from "../../low/a.ts";'])).toEqual([]);
});

test.each([
  'import { b } from "../high/b.ts";',
  'import type { B } from "../high/b.ts";',
  'import {\n  b,\n  c,\n} from "../high/b.ts";',
  'export { b } from "../high/b.ts";',
  'const { b } = await import("../high/b.ts");',
  'import "../high/b.ts";',
])("upwards nothing may: %s", (line) => {
  expect(faultsWith(["src/low/e.ts", line])).toEqual([
    "src/low/e.ts imports src/high/b.ts: layers.json does not let src/low import from there.",
  ]);
});

test("what the table doesn't list may not be imported, downwards either", () => {
  expect(faultsWith(["src/main.ts", 'import { a } from "./low/a.ts";'])).toHaveLength(1);
});

test("a new folder is to be in the table", () => {
  expect(faultsWith(["src/new/f.ts", ""])).toEqual([
    "src/new/f.ts is in src/new, which is not in layers.json.",
  ]);
});

test("the table has no folder that is gone, and lists the lower before the higher", () => {
  const layers = { "src/high": ["src/low"], "src/low": [], src: ["src/high"], "src/gone": [] };
  expect(layerFaults(layers, new Map([LOW, HIGH, ENTRY]))).toEqual([
    "layers.json lets src/high import src/low, which does not stand above it there.",
    "layers.json names src/gone, and there is no file in it.",
  ]);
});

test("this project keeps to its own table", () => {
  const script = fileURLToPath(new URL("../../../scripts/check-layers.js", import.meta.url));
  expect(execFileSync(process.execPath, [script], { encoding: "utf8" })).toBe("");
});
