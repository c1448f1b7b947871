// The form of a session's document: it says all that a session has, and nothing of a document is taken unchecked.

import { readFileSync } from "node:fs";
import { expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { Transcript } from "../../../src/render/transcript.ts";
import { decodeSnapshot, encodeSnapshot, type SessionSnapshot } from "../../../src/session/snapshot.ts";
import type { sessionDocument } from "../../../src/session/snapshot-schema.ts";

/** A type by what it holds, whether that may be changed, or be left out, or not. */
type Held<T> = T extends string | number | boolean | null | undefined | Transcript
  ? T
  : T extends ReadonlyMap<infer Key, infer Value>
    ? { readonly map: Key; readonly to: Held<Value> }
    : T extends ReadonlySet<infer Value>
      ? { readonly set: Held<Value> }
      : T extends readonly (infer Value)[]
        ? { readonly list: Held<Value> }
        : { readonly [Key in keyof T]-?: Held<Exclude<T[Key], undefined>> };

test("it knows every field of a session, and no other", () => {
  expectTypeOf<Held<z.output<typeof sessionDocument>>>().toEqualTypeOf<Held<SessionSnapshot>>();
});

type Json = Record<string, unknown>;

/** A rich document, as it is written now. */
function written(name: string): Json {
  const file = new URL(`../../fixtures/state/${name}.json`, import.meta.url);
  const snapshot = decodeSnapshot(JSON.parse(readFileSync(file, "utf8")));
  return snapshot ? (JSON.parse(encodeSnapshot(snapshot)) as Json) : {};
}

/** The way to each value in it; what is somebody else's is not looked into. */
function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const isOpaque = path.at(-1) === "input" || path.at(-1) === "answers";
  const inner =
    typeof value === "object" && value !== null && !isOpaque
      ? Object.entries(value).flatMap(([key, one]) => pathsIn(one, [...path, key]))
      : [];
  return path.length === 0 ? inner : [path, ...inner];
}

function changed(document: Json, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(document);
  const holder = path.slice(0, -1).reduce<Json>((at, key) => at[key] as Json, copy);
  const last = path.at(-1) ?? "";
  const isPlain = typeof holder[last] !== "object" || holder[last] === null;
  holder[last] = isPlain ? value : 7;
  return copy;
}

test.each(["v3-working", "v3-waking", "v3-preparing", "v3-stopped"])(
  "%s is refused when any one thing in it is of another kind",
  (name) => {
    const document = written(name);
    const paths = pathsIn(document);
    expect(paths.length).toBeGreaterThan(80);
    const taken = paths.filter(
      (path) => decodeSnapshot(changed(document, path, { odd: true })) !== undefined,
    );
    expect(taken.map((path) => path.join("."))).toEqual([]);
  },
);

test("what it does not know is no reason to refuse a document", () => {
  const document = written("v3-working");
  const more = { ...document, later: 1, state: { ...(document["state"] as Json), later: { on: true } } };
  expect(decodeSnapshot(more)).toEqual(decodeSnapshot(document));
});
