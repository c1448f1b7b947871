// Long texts stand in a document once.

import fc from "fast-check";
import { expect, test } from "vitest";
import { TextTable, withTexts } from "../../../src/session/snapshot-texts.ts";

const text = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ maxLength: 3 }).map((end) => `\u0000${end}`),
  fc.constantFrom("word ".repeat(60), "\u00000", "\u0000".repeat(100)),
);

test("whatever texts there are, they are in their places again", () => {
  fc.assert(
    fc.property(fc.array(text), (all) => {
      const table = new TextTable();
      const kept = {
        one: all.map((each) => table.put(each)),
        other: { more: all.map((each) => table.put(each)) },
      };
      const document: unknown = JSON.parse(JSON.stringify({ ...kept, texts: table.texts }));
      expect(withTexts(document)).toEqual({ one: all, other: { more: all } });
    }),
  );
});

test("a long text is there once", () => {
  const long = "What Claude says. ".repeat(100);
  const table = new TextTable();
  const kept = JSON.stringify([table.put(long), table.put(`${long} More.`), table.put(long)]);
  expect(table.texts).toEqual([long, `${long} More.`]);
  expect(kept.length).toBeLessThan(40);
});

test("an object's keys are its own, whatever they are", () => {
  const document = JSON.parse('{"input":{"\\u00000":1,"__proto__":{"a":2},"texts":3},"texts":[]}') as unknown;
  expect(JSON.stringify(withTexts(document))).toBe('{"input":{"\\u00000":1,"__proto__":{"a":2},"texts":3}}');
});

test("a text is found however deep it stands", () => {
  const [depth, mark] = [50_000, "\\u00000"];
  const nested = `${'{"a":['.repeat(depth)}"${mark}"${"]}".repeat(depth)}`;
  let found = withTexts(JSON.parse(`{"input":${nested},"texts":["here"]}`)) as Record<string, unknown>;
  for (let level = 0; level < 2 * depth + 1; level++) found = Object.values(found)[0] as typeof found;
  expect(found).toBe("here");
});

test("a text that is missing, or is none, is an error", () => {
  expect(() => withTexts({ one: "\u00001", texts: ["a"] })).toThrow("lacks a text");
  expect(() => withTexts({ one: "\u00000", texts: [7] })).toThrow("lacks a text");
  expect(() => withTexts({ one: "", texts: 7 })).toThrow("no list");
});

test("a document without texts is as it is", () => {
  expect(withTexts({ one: "\u00000" })).toEqual({ one: "\u00000" });
  expect(withTexts(null)).toBeNull();
});
