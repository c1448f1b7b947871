// What is alive on the heap, by its kind: how many objects of each class, functions of each name, texts, and so on.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeHeapSnapshot } from "node:v8";
import { temporaryDirectory } from "../support/temporary.ts";

/** Of V8's format: each node is as many numbers as it has fields. */
interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** A file, so that what is known of one heap is not on the next. */
export const saveHeap = (): string => writeHeapSnapshot(join(temporaryDirectory(), "soak.heapsnapshot"));

/** The kinds of which the second heap has more than `spare` more, each with how many more. */
export function grown(before: string, after: string, spare: number): string[] {
  const had = kindsOf(before);
  return [...kindsOf(after)]
    .map(([kind, count]) => [kind, count - (had.get(kind) ?? 0)] as const)
    .filter(([, more]) => more > spare)
    .sort(([, one], [, other]) => other - one)
    .map(([kind, more]) => `${more} × ${kind}`);
}

function kindsOf(path: string): Map<string, number> {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(path, "utf8")) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const kinds = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = types[0][nodes[at + fields.indexOf("type")] ?? -1] ?? "";
    // It comes and goes with what V8 takes for often used.
    if (type === "code") continue;
    const name = strings[nodes[at + fields.indexOf("name")] ?? -1] ?? "";
    const kind = /^(?:object|closure)$/.test(type) ? `${type} ${name}` : type;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}
