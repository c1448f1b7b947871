// Adds a project to the text of projects.yaml, or takes one out, and leaves every other byte as it stands: lines are put in
// and cut out where the library says that things begin and end, and the outcome is read again before anybody gets it.

import { isDeepStrictEqual } from "node:util";
import { isCollection, isMap, isPair, type Node, type Pair, stringify, type YAMLMap } from "yaml";
import { shellWord } from "../remote/script.ts";
import { ConfigError } from "./error.ts";
import { PROJECTS_NAME } from "./files.ts";
import { dataOf, keyOf, offsetOf, parseYaml } from "./yaml-text.ts";

export interface NewProject {
  readonly name: string;
  /** Both as they shall stand in the file. */
  readonly channel: string;
  readonly directory: string;
  readonly runner?: readonly string[] | undefined;
}

const HEADER = `# The projects of mm-claude: directories that Claude works in, and the channels they are reached from.
# To change them: mm-claude project add, list or remove, or right here. docs/projects.md has all the keys.

`;

/** `text`: undefined where there is no file. Throws ConfigError where it can't be added to. */
export function addProject(text: string | undefined, project: NewProject): string {
  const before = text === undefined || text.trim() === "" ? HEADER : text;
  const had = contentOf(before);
  const projects = [...(had?.projects ?? []), [project.name, keysOf(project)] as const];
  const after = withProject(before, project);
  if (had !== undefined && isDeepStrictEqual(contentOf(after), { ...had, projects })) return after;
  const mend = `Write it there yourself: ${inOneLine(project)}`;
  throw unchangeable("A project can't be added", mend);
}

/** In the file's order, also of one with problems; none of one that is no YAML. */
export function projectNames(text: string): string[] {
  return contentOf(text)?.projects.map(([name]) => name) ?? [];
}

/** Throws ConfigError where that can't be done. */
export function removeProject(text: string, name: string): string {
  const had = contentOf(text);
  const projects = had?.projects.filter(([one]) => one !== name);
  const after = withoutProject(text, name);
  if (had !== undefined && isDeepStrictEqual(contentOf(after), { ...had, projects })) return after;
  throw unchangeable(
    `${name} can't be taken out`,
    "Take it out there yourself; something else may use a part of it",
  );
}

function unchangeable(what: string, mend: string): ConfigError {
  const problem = "it is written in a way that can't be changed without changing more";
  return new ConfigError([{ setting: PROJECTS_NAME, problem, mend }], what);
}

interface Content {
  readonly projects: readonly (readonly [name: string, keys: unknown])[];
  readonly others: unknown;
}

/** Undefined for what is not to be read, or is something else. */
function contentOf(text: string): Content | undefined {
  const { document, flaws } = parseYaml(text);
  const root = document.contents ?? undefined;
  if (flaws.length > 0 || (root !== undefined && !isMap(root))) return undefined;
  const { projects: _, ...others } = (root === undefined ? {} : dataOf(root, document)) as Record<
    string,
    unknown
  >;
  const map = projectsPair(root)?.value;
  const items = isMap(map) ? map.items : [];
  const projects = items.map((pair) => [keyOf(pair), dataOf(pair.value, document)] as const);
  return { projects, others };
}

const projectsPair = (root: unknown): Pair | undefined =>
  isMap(root) ? root.items.find((pair) => keyOf(pair) === "projects") : undefined;

function withProject(text: string, project: NewProject): string {
  const pair = projectsPair(parseYaml(text).document.contents);
  if (pair === undefined)
    return insertLines(text, text.length, ["projects:", ...linesOf(project, "  ", "    ")]);
  const map = isMap(pair.value) ? pair.value : undefined;
  const last = map?.items.at(-1);
  if (map?.flow) {
    const flow = inOneLine(project);
    return last === undefined
      ? splice(text, offsetOf(map) + 1, 0, ` ${flow} `)
      : splice(text, endOf(last), 0, `, ${flow}`);
  }
  const indent = last === undefined ? "  " : indentOf(text, last.key);
  const inner = last === undefined ? undefined : innerIndent(text, last.value);
  const lines = linesOf(project, indent, inner !== undefined && inner > indent ? inner : `${indent}  `);
  return insertLines(text, endOfLines(text, last ?? pair, indent), lines);
}

function withoutProject(text: string, name: string): string {
  const map = projectsPair(parseYaml(text).document.contents)?.value;
  const pair = isMap(map) ? map.items.find((one) => keyOf(one) === name) : undefined;
  if (pair === undefined) return text;
  return (map as YAMLMap).flow ? withoutFlow(text, pair) : withoutLines(text, pair);
}

function withoutLines(text: string, pair: Pair): string {
  const start = lineStart(text, offsetOf(pair.key));
  const end = endOfLines(text, pair, indentOf(text, pair.key));
  return splice(text, start, end - start, "");
}

/** With the comma after it, or else the one before it. */
function withoutFlow(text: string, pair: Pair): string {
  const start = offsetOf(pair.key);
  const end = endOf(pair);
  const [comma] = /^\s*,[ \t]*/.exec(text.slice(end)) ?? [];
  if (comma !== undefined) return splice(text, start, end + comma.length - start, "");
  const before = text.slice(0, start).trimEnd();
  return before.endsWith(",") ? before.slice(0, -1) + text.slice(end) : splice(text, start, end - start, "");
}

const splice = (text: string, at: number, count: number, instead: string): string =>
  text.slice(0, at) + instead + text.slice(at + count);

function insertLines(text: string, at: number, lines: readonly string[]): string {
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const isAtStart = at === 0 || text[at - 1] === "\n";
  return splice(text, at, 0, (isAtStart ? "" : lineEnd) + lines.map((line) => line + lineEnd).join(""));
}

function linesOf(project: NewProject, indent: string, inner: string): string[] {
  const keys = Object.entries(keysOf(project)).map(([key, value]) => `${inner}${key}: ${written(value)}`);
  return [`${indent}${written(project.name)}:`, ...keys];
}

/** In a text a shell's words are what people know. */
const keysOf = ({ channel, directory, runner }: NewProject) => ({
  channel,
  ...(runner === undefined ? {} : { runner: runner.map(shellWord).join(" ") }),
  directory,
});

/** In quotes where any reader of YAML could take it for something else than a text. */
const written = (text: string): string => stringify(text, { lineWidth: 0 }).trimEnd();

function inOneLine(project: NewProject): string {
  const flow = stringify(
    { [project.name]: keysOf(project) },
    { lineWidth: 0, collectionStyle: "flow" },
  ).trim();
  return flow.slice(1, -1).trim();
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** What stands before it in its line: spaces, or it can't be added to. */
function indentOf(text: string, node: unknown): string {
  const offset = offsetOf(node);
  return text.slice(lineStart(text, offset), offset);
}

function innerIndent(text: string, value: unknown): string | undefined {
  const first = isMap(value) && !value.flow ? value.items[0] : undefined;
  return first && indentOf(text, first.key);
}

/** Where the value of a node or pair ends: before its comment, and before the end of its line. */
function endOf(thing: unknown): number {
  if (isPair(thing)) return Math.max(endOf(thing.key), endOf(thing.value));
  const last = isCollection(thing) && !thing.flow ? thing.items.at(-1) : undefined;
  return last === undefined ? ((thing as Node | null)?.range?.[1] ?? 0) : endOf(last);
}

/** The start of the line after a pair, and after the comments below that are indented as its keys are. */
function endOfLines(text: string, pair: Pair, indent: string): number {
  let end = afterLine(text, endOf(pair));
  const comment = new RegExp(`${indent.replaceAll(/[^ ]/g, "")} +#`, "y");
  for (comment.lastIndex = end; comment.test(text); comment.lastIndex = end) end = afterLine(text, end + 1);
  return end;
}

/** `offset` itself where a line begins there. */
function afterLine(text: string, offset: number): number {
  if (text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}
