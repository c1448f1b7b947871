// Whether the keys of a project are as the schema wants them, and where in the text one is that isn't.

import { type Document, isMap, isScalar, type Pair, type YAMLMap } from "yaml";
import type { z } from "zod";
import { nearestWord } from "../util/edit-distance.ts";
import { quote } from "./parse.ts";
import { parseProjectName } from "./projects-schema.ts";
import { dataOf, type Flaw, keyOf, offsetOf, resolved } from "./yaml-text.ts";

interface Checked<T> {
  readonly data?: T;
  readonly flaws: readonly Flaw[];
}

/** `at`: the map that has them, or the pair whose value that is. */
export function checkKeys<S extends z.ZodObject>(
  schema: S,
  owner: string,
  at: Pair | YAMLMap,
  document: Document,
): Checked<z.output<S>> {
  const given = dataIn(isMap(at) ? at : at.value, document);
  if (given === undefined) {
    const problem = `${owner} holds an alias (*) that stands for too much`;
    return { flaws: [{ offset: offsetIn(at, undefined, document), problem, mend: "Write it out" }] };
  }
  // Without any keys: the ones it needs are told.
  const parsed = schema.safeParse(given === "" ? {} : given);
  if (parsed.success) return { data: parsed.data, flaws: [] };
  const { issues } = parsed.error;
  return { flaws: issues.flatMap((issue) => flawsOf(issue, { schema, owner, given, at, document })) };
}

/** As plain data; undefined when its aliases stand for too much. */
export function dataIn(value: unknown, document: Document): unknown {
  try {
    return dataOf(value, document);
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

interface Subject {
  readonly schema: z.ZodObject;
  readonly owner: string;
  readonly given: unknown;
  readonly at: Pair | YAMLMap;
  readonly document: Document;
}

function flawsOf(issue: z.core.$ZodIssue, { schema, owner, given, at, document }: Subject): Flaw[] {
  const keys = Object.keys(schema.shape);
  const [key] = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => ({
      offset: offsetIn(at, name, document),
      problem: `${owner} has no key ${quote(name)}`,
      mend: mendOfUnknown(name, keys),
    }));
  }
  const offset = offsetIn(at, undefined, document);
  if (key === undefined) {
    const mend = "Put its keys on lines below it, each as key: value";
    return [{ offset, problem: `${owner} has no keys`, mend }];
  }
  if (!(given instanceof Object && Object.hasOwn(given, key))) {
    const mend = key === "channel" ? "Write team/channel as in its address, or its id" : "Write its path";
    return [{ offset, problem: `${owner} has no ${key}`, mend }];
  }
  const mend = issue.code === "custom" ? String(issue.params?.["mend"]) : "Correct it";
  const problem = `${key} of ${owner}: ${issue.message}`;
  return [{ offset: offsetIn(at, key, document), problem, mend }];
}

function mendOfUnknown(name: string, keys: readonly string[]): string {
  const meant = nearestWord(name.replaceAll(/[_-]/g, ""), keys);
  return meant === undefined
    ? `Take it out: there are ${keys.join(", ")}`
    : `Call it ${meant}, or take it out`;
}

/** How a project is called in a message, also while its name is not right. */
export function nameOf(pair: Pair): string {
  const name = keyOf(pair);
  return name === "directMessages" || "value" in parseProjectName(name) ? name : quote(name);
}

/** Of a key, or of what has it where it has none of that name. */
export function offsetIn(at: Pair | YAMLMap, key: string | undefined, document: Document): number {
  const map = isMap(at) ? at : resolved(at.value, document);
  const pair = isMap(map) ? map.items.find((one) => keyOf(one) === key) : undefined;
  if (key !== undefined && pair !== undefined) return offsetOf(pair.key);
  return isMap(at) || !isScalar(at.key) ? offsetOf(at) : offsetOf(at.key);
}
