// One line for each tool: its headline, what is shown below it, its full text for a person who must approve it, and its
// outcome. One table; a tool that isn't in it is shown by its name. Pure.

import type { ToolInput } from "../claude/types.ts";
import { chatToolView } from "./chat-tools.ts";
import { type Replacement, unifiedDiff } from "./diff.ts";
import { fence, inlineCode, showEverything, truncate } from "./markdown.ts";
import { type Places, shortPath } from "./paths.ts";

export interface ToolUse {
  readonly name: string;
  readonly input: ToolInput;
  /** The text of the file an edit is about, before the edit; undefined when it may not be shown. */
  readonly fileBefore: string | undefined;
}

export interface ToolResult {
  readonly isError: boolean;
  readonly text: string;
}

/** Everything a tool will do. Nothing in it is cut, and nothing in it can hide. */
export interface FullTool {
  readonly headline: string;
  /** Of code, each to be fenced. */
  readonly parts: readonly { readonly text: string; readonly language: string }[];
  /** What the whole is called as a file. */
  readonly fileName: string;
}

interface ToolView {
  readonly headline: (use: ToolUse, places: Places) => string;
  /** The headline while it is not decided, where the other one says that it is done. */
  readonly request?: (use: ToolUse, places: Places) => string;
  /** Shown below the headline, bounded. */
  readonly preview?: (use: ToolUse) => string;
  /** Everything that will happen, for who must approve it; the whole input when left out, or when it gives nothing. */
  readonly full?: (use: ToolUse, places: Places) => FullTool | undefined;
  /** A short word on a good result that holds no word of what it read; default: nothing but ✅. */
  readonly summary?: (text: string) => string;
  /** Its errors are what others say: a command, a server. Without this they are the CLI's own words. */
  readonly isQuoting?: true;
}

const PREVIEW_LINES = 40;
const WRITE_PREVIEW_LINES = 6;
const LINE_WIDTH = 240;
const HEADLINE_WIDTH = 300;
const WRITING = new Set(["Write", "Edit", "MultiEdit"]);

/** What the input says under the first of the names it has; as JSON when that is no text. */
const field = (input: ToolInput, ...names: string[]): string => {
  const name = names.find((one) => input[one] !== undefined);
  const found = name === undefined ? "" : input[name];
  return typeof found === "string" ? found : JSON.stringify(found);
};

const value = (text: string): string => inlineCode(text, HEADLINE_WIDTH);
const wholePath = (use: ToolUse, places: Places, name: string): string =>
  inlineCode(shortPath(field(use.input, name), places));
const path = (use: ToolUse, places: Places, ...names: string[]): string =>
  value(shortPath(field(use.input, ...names), places));
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
const lineCount = (text: string): number => (text === "" ? 0 : text.replace(/\n$/, "").split("\n").length);

/**
 * File endings that clients use for colours only (languages and their short names in Mattermost's web client, 10.11).
 * For other languages they may draw a picture, in which comments are missing: a formula for `tex` and `latex`, a
 * diagram for `mermaid` and the like where there is a plugin.
 */
const COLOURED = new Set(
  (
    "as bash c cc clj coffee cpp cs css d dart diff dockerfile ex exs erl f90 f95 fs go gradle groovy h hbs hpp hs html hx " +
    "java jl js json jsx kt kts less lisp lua m mak md mk ml mm patch php pl pp ps1 py r rb rs scala scm scss sh sql st " +
    "styl sv swift ts tsx txt v vb vbs vhd xml yaml yml zsh"
  ).split(" "),
);

function language(filePath: string): string {
  const extension = /\.([a-z0-9]{1,10})$/i.exec(filePath)?.[1]?.toLowerCase() ?? "";
  return COLOURED.has(extension) ? extension : "";
}

/** At most `lines` lines, none too wide; says how much is left out. */
function bounded(text: string, lines: number): string {
  const all = text.replace(/\n$/, "").split("\n");
  const shown = all.slice(0, lines).map((line) => truncate(line, LINE_WIDTH));
  return all.length > lines
    ? `${shown.join("\n")}\n… ${count(all.length - lines, "more line")}`
    : shown.join("\n");
}

/** Undefined when the input isn't made as its tool wants it: then nothing of it can be told by a diff. */
function replacementsOf({ name, input }: ToolUse): readonly Replacement[] | undefined {
  const edits = name === "MultiEdit" ? input["edits"] : [pick(input, ...EDIT_FIELDS)];
  const replacements = Array.isArray(edits) ? edits.map(replacementOf) : [];
  return replacements.length > 0 && replacements.every((one) => one !== undefined) ? replacements : undefined;
}

const EDIT_FIELDS = ["old_string", "new_string", "replace_all"];

function replacementOf(edit: unknown): Replacement | undefined {
  if (typeof edit !== "object" || edit === null) {
    return undefined;
  }
  const { old_string: oldText, new_string: newText, replace_all: all = false, ...more } = edit as ToolInput;
  return typeof oldText === "string" &&
    typeof newText === "string" &&
    typeof all === "boolean" &&
    oldText !== newText &&
    Object.keys(more).length === 0
    ? { oldText, newText, all }
    : undefined;
}

const edit: ToolView = {
  headline: (use, places) => `✏️ **Edit** ${path(use, places, "file_path")}`,
  preview: (use) => {
    const replacements = replacementsOf(use);
    return replacements
      ? fence(bounded(unifiedDiff(use.fileBefore, replacements), PREVIEW_LINES), "diff")
      : fence(bounded(asJson(without(use.input, "file_path")), PREVIEW_LINES), "json");
  },
  full: (use, places) => {
    const replacements = replacementsOf(use);
    const diff = replacements && unifiedDiff(use.fileBefore, replacements);
    return !isText(use.input["file_path"]) || !diff
      ? undefined
      : full(
          `✏️ **Edit** ${wholePath(use, places, "file_path")}`,
          { text: diff, language: "diff" },
          "change.diff",
          without(use.input, "file_path", ...(use.name === "MultiEdit" ? ["edits"] : EDIT_FIELDS)),
        );
  },
};

const write: ToolView = {
  headline: (use, places) =>
    `📝 **Write** ${path(use, places, "file_path")} *(${count(lineCount(field(use.input, "content")), "line")})*`,
  preview: ({ input }) =>
    fence(bounded(field(input, "content"), WRITE_PREVIEW_LINES), language(field(input, "file_path"))),
  full: (use, places) => {
    const { file_path: filePath, content, ...more } = use.input;
    return !isText(filePath) || !isText(content)
      ? undefined
      : full(
          `📝 **Write** ${wholePath(use, places, "file_path")} *(${count(lineCount(content), "line")})*`,
          { text: content, language: language(filePath) },
          "content.txt",
          more,
        );
  },
};

const bash: ToolView = {
  headline: ({ input }) => `💻 **Bash** ${value(field(input, "command"))}`,
  // What Claude says of the command, and how long it may take, is not what runs.
  full: ({ input }) => {
    const { command, description = "", timeout = 0, ...more } = input;
    return isText(command) && isText(description) && typeof timeout === "number"
      ? full("💻 **Bash**", { text: command, language: "sh" }, "command.sh", more)
      : undefined;
  },
  summary: (text) =>
    text.trim() === "" ? "" : (TOO_LARGE.exec(text)?.[1] ?? count(lineCount(text.trim()), "line")),
  isQuoting: true,
};

/** What Claude itself gets only the beginning of (2.1.330). */
const TOO_LARGE = /^<persisted-output>\nOutput too large \((\d[\d.]{0,9}[KMG]B)\)/;

/** What Read gave, without the CLI's remarks and without the number of an empty last line (2.1). */
function linesRead(text: string): string {
  const read = text.replace(/\n\n?<system-reminder>[\s\S]*$/, "");
  const lastLine = read.lastIndexOf("\n") + 1;
  return lastLine > 0 && /^\s*\d+[\t→]$/.test(read.slice(lastLine)) ? read.slice(0, lastLine - 1) : read;
}

const VIEWS: Readonly<Record<string, ToolView>> = {
  Read: {
    headline: (use, places) => `📄 **Read** ${path(use, places, "file_path")}`,
    summary: (text) => count(lineCount(linesRead(text)), "line"),
  },
  Edit: edit,
  MultiEdit: edit,
  Write: write,
  NotebookEdit: { headline: (use, places) => `✏️ **Edit** ${path(use, places, "notebook_path")}` },
  Bash: bash,
  Glob: {
    headline: ({ input }) => `🔍 **Glob** ${value(field(input, "pattern"))}`,
    summary: (text) => (text.startsWith("No files") ? "no files" : count(lineCount(text), "file")),
  },
  Grep: {
    headline: (use, places) =>
      `🔎 **Grep** ${value(field(use.input, "pattern"))}${field(use.input, "path") ? ` in ${path(use, places, "path")}` : ""}`,
    // The lines it found are a file's words, which nobody has decided to show: they may call people, or be secret.
    summary: (text) =>
      /^(?:Found \d+ files?|No (?:files|matches) found)/.exec(text)?.[0] ??
      count(lineCount(text.trim()), "line"),
  },
  WebFetch: { headline: ({ input }) => `🌐 **Fetching** ${value(field(input, "url"))}` },
  WebSearch: { headline: ({ input }) => `🔍 **Searching** ${value(field(input, "query"))}` },
};

/** Of `mcp__server__tool`. */
function mcpName(name: string): { readonly server: string; readonly tool: string } {
  const at = name.indexOf("__", "mcp__x".length);
  return at < 0
    ? { server: "", tool: name }
    : { server: name.slice("mcp__".length, at), tool: name.slice(at + 2) };
}

const mcp: ToolView = {
  headline: ({ name }) => {
    const { server, tool } = mcpName(name);
    return `🔌 **${plainName(tool)}** *(${plainName(server)})*`;
  },
  isQuoting: true,
};

const other: ToolView = {
  headline: ({ name }) => `● **${plainName(name)}**`,
  isQuoting: true,
};

/** `more`: what the tool is told besides, such as to run outside its sandbox. */
function full(
  headline: string,
  main: FullTool["parts"][number],
  fileName: string,
  more: ToolInput,
): FullTool {
  const rest = Object.keys(more).length > 0 ? [{ text: asJson(more), language: "json" }] : [];
  const parts = [main, ...rest].map(({ text, language }) => ({ text: showEverything(text), language }));
  return { headline, parts, fileName };
}

const isText = (value: unknown): value is string => typeof value === "string";
const asJson = (input: ToolInput): string => JSON.stringify(input, null, 2);

function pick(input: ToolInput, ...names: readonly string[]): ToolInput {
  return Object.fromEntries(Object.entries(input).filter(([name]) => names.includes(name)));
}

function without(input: ToolInput, ...names: readonly string[]): ToolInput {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)));
}

/** A tool's name as text: whatever a server called it, it can't format anything. */
function plainName(name: string): string {
  return truncate(name.replace(/[^\p{L}\p{N}_. -]/gu, ""), 80) || "?";
}

/** What people call it; one of a server's without the server. Calls nobody. */
export function plainToolName(name: string): string {
  return plainName(name.startsWith("mcp__") ? mcpName(name).tool : name).replaceAll("_", "\\_");
}

function viewOf(name: string): ToolView {
  const view = Object.hasOwn(VIEWS, name) ? VIEWS[name] : chatToolView(name);
  return view ?? (name.startsWith("mcp__") ? mcp : other);
}

/** A part of planning, which has a card: its beginning, and the file a plan is written to before it is presented (2.1). */
export function isPlanning({ name, input }: Pick<ToolUse, "name" | "input">, { home }: Places): boolean {
  const path = field(input, "file_path");
  const plans = `${home}/.claude/plans/`;
  const isPlanFile = path.startsWith(plans) && /^[^/\\]+\.md$/.test(path.slice(plans.length));
  return name === "EnterPlanMode" || (WRITING.has(name) && isPlanFile);
}

export function toolHeadline(use: ToolUse, places: Places): string {
  return viewOf(use.name).headline(use, places);
}

/** What stands below the headline in the stream: "" or a fenced block. */
export function toolPreview(use: ToolUse): string {
  return viewOf(use.name).preview?.(use) ?? "";
}

/** The whole of what will run, for a permission card. */
/** `reason`: why somebody is asked, where that is not plain. */
export function toolInFull(use: ToolUse, places: Places, reason?: string): FullTool {
  const view = viewOf(use.name);
  const input = { text: asJson(use.input), language: "json" };
  const headline = view.request?.(use, places) ?? view.headline(use, places);
  const whole = view.full?.(use, places) ?? full(headline, input, "input.json", {});
  return reason === undefined ? whole : { ...whole, headline: `${whole.headline} · ${reason}` };
}

/** The tool whose file the diff needs, or undefined. */
export function editedFile(name: string, input: ToolInput): string | undefined {
  const path = name === "Edit" || name === "MultiEdit" ? input["file_path"] : undefined;
  return isText(path) && path !== "" ? path : undefined;
}

/**
 * `↳` and how it went, on the headline's line. The output of a command or a server may contain a secret, so it is shown
 * only where somebody was asked about this very tool. Otherwise a command that runs without asking, such as `cat .env`,
 * would show it to the channel.
 */
export function toolOutcome(name: string, { isError, text }: ToolResult, wasAsked: boolean): string {
  const view = viewOf(name);
  if (isError) {
    const why = wasAsked || !view.isQuoting ? text.replace(OWN_WORDS_TAGS, "") : ownWords(text);
    const [first = ""] = why.trim().split("\n", 1);
    return `↳ ❌${first === "" ? "" : ` ${inlineCode(first, 160)}`}`;
  }
  if (name === "Bash" && IN_BACKGROUND.test(text)) {
    return "↳ ⚙️ in the background";
  }
  const only = name === "Bash" && wasAsked ? text.trim() : "";
  const isOneLine = only !== "" && lineCount(only) === 1;
  const summary = isOneLine ? inlineCode(only, 120) : (view.summary?.(text) ?? "");
  return `↳ ✅${summary === "" ? "" : ` ${summary}`}`;
}

/** All three generations; `was manually backgrounded` by 2.1.330 for one that began as another. */
const IN_BACKGROUND = /^Command (?:running in|was (?:manually )?)\s?background(?:ed)?\b.{0,40} with ID: /;

const OWN_WORDS_TAGS = /<\/?tool_use_error>/g;

/** Of an error, what the CLI says itself: all of it in a tag of its own, or how a command ended on the first line (2.1). */
function ownWords(text: string): string {
  const error = text.trim();
  const isTagged = error.startsWith("<tool_use_error>") && error.endsWith("</tool_use_error>");
  return isTagged
    ? error.replace(OWN_WORDS_TAGS, "")
    : (/^Exit code -?\d{1,10}(?=\n|$)/.exec(error)?.[0] ?? "");
}
