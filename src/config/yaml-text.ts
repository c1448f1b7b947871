// A YAML text as mm-claude's files use it: every plain value is a text, as in its other settings, so `off`, `007` and `~`
// mean themselves. Finds all that is wrong with it as YAML, and where. Bounded in depth and in aliases.

import {
  type Document,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from "yaml";

/** Something wrong at a place of the text. */
export interface Flaw {
  readonly offset: number;
  /** A clause, and a sentence without its full stop. */
  readonly problem: string;
  readonly mend: string;
}

export interface YamlText {
  readonly document: Document;
  readonly flaws: readonly Flaw[];
  /** Both from 1. */
  placeOf(offset: number): { readonly line: number; readonly column: number };
}

/** A text that is nested more deeply ends the whole process in the library, by its stack (2.9.1). */
const DEEPEST = 20;
/** One whose aliases stand for more is refused. */
const MOST_ALIASES = 1000;

/** Nobody mends more at once. */
const MOST_FLAWS = 100;

export function parseYaml(text: string): YamlText {
  const lines = new LineCounter();
  const isDeep = depthOf(text) > DEEPEST;
  const document = parseDocument(isDeep ? "" : text, {
    schema: "failsafe",
    prettyErrors: false,
    // The library compares each key with all the others.
    uniqueKeys: false,
    lineCounter: lines,
  });
  const syntax = [...document.errors, ...document.warnings].slice(0, MOST_FLAWS).map(flawOf);
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const flaws = isDeep
    ? [{ offset: 0, problem: "it is nested too deeply", mend: "Look for brackets that are never closed" }]
    : syntax.length > 0
      ? syntax
      : flawsIn(document, (offset) => placeOf(offset).line);
  return { document, flaws, placeOf };
}

/** As plain data, "" for nothing at all; throws ReferenceError when its aliases stand for too much. */
export function dataOf(node: unknown, document: Document): unknown {
  // What follows `? key` without a colon.
  return isNode(node) ? node.toJS(document, { maxAliasCount: MOST_ALIASES }) : "";
}

/** The node that an alias stands for, or the node itself. */
export function resolved(node: unknown, document: Document): unknown {
  return node instanceof Object && "resolve" in node && typeof node.resolve === "function"
    ? node.resolve(document)
    : node;
}

export const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : "");

export const offsetOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;

function depthOf(text: string): number {
  let deepest = 0;
  const open = [...new Parser().parse(text)].map((token) => ({ token: token as Nested, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    deepest = Math.max(deepest, depth);
    const inner = [token.value, ...(token.items ?? []).flatMap(({ key, value }) => [key, value])];
    for (const one of inner) {
      if (one instanceof Object) open.push({ token: one as Nested, depth: depth + 1 });
    }
  }
  return deepest;
}

/** What of the library's tokens others may be in. */
interface Nested {
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

function flawOf({ code, message, pos: [offset] }: YAMLError): Flaw {
  switch (code) {
    case "MULTIPLE_DOCS":
      return { offset, problem: "a second document begins here", mend: "Take the line with --- out" };
    case "TAG_RESOLVE_FAILED":
      return {
        offset,
        problem: "a tag (!) has no meaning here",
        mend: "Take it out, or put the value in quotes",
      };
    case "TAB_AS_INDENT":
      return { offset, problem: "a tab indents this line", mend: "Use spaces" };
    case "BAD_SCALAR_START":
      return {
        offset,
        problem: "no plain value may begin like this",
        mend: "Put it in quotes; usernames need no @",
      };
    default: {
      const problem = `this is no YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
      return { offset, problem, mend: "Look at the indentation, the quotes and the brackets here" };
    }
  }
}

/** What the library lets pass. */
function flawsIn(document: Document, lineOf: (offset: number) => number): Flaw[] {
  const flaws: Flaw[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  const look = (_at: unknown, node: Node): void => {
    if ("anchor" in node && node.anchor !== undefined) anchors.add(node.anchor);
  };
  visit(document, {
    Scalar: look,
    Seq: look,
    Map(at, node) {
      look(at, node);
      flaws.push(...doubledKeys(node, lineOf));
    },
    Alias(_at, node) {
      aliases += 1;
      const offset = offsetOf(node);
      if (aliases === MOST_ALIASES + 1) {
        flaws.push({ offset, problem: `it has more than ${MOST_ALIASES} aliases`, mend: "Use fewer" });
      }
      if (!anchors.has(node.source)) {
        const problem = `*${node.source} stands for nothing: there is no &${node.source} before it`;
        flaws.push({ offset, problem, mend: `Put a value that begins with * in quotes` });
      }
    },
  });
  return flaws.slice(0, MOST_FLAWS);
}

function doubledKeys(map: YAMLMap, lineOf: (offset: number) => number): Flaw[] {
  const firsts = new Map<string, Scalar>();
  return map.items.flatMap((pair) => {
    const { key } = pair;
    if (!isScalar(key)) {
      return [
        { offset: offsetOf(key), problem: "a key has to be one word", mend: "Write it as name: value" },
      ];
    }
    const name = keyOf(pair);
    const first = firsts.get(name);
    firsts.set(name, first ?? key);
    if (first === undefined) return [];
    const problem = `${name} stands there twice (first on line ${lineOf(offsetOf(first))})`;
    return [{ offset: offsetOf(key), problem, mend: "Keep one of them" }];
  });
}
