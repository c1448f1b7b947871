// The lines of Claude's tools in the chat. What they give back begins with a line of ours: that is all of it that is shown.

import { OWN_SERVER, type ToolInput } from "../claude/types.ts";
import { inlineCode } from "./markdown.ts";
import { type Places, shortPath } from "./paths.ts";

const WIDTH = 300;
const SUMMARY_WIDTH = 120;

type Headline = (input: ToolInput, places: Places) => string;

const named =
  (words: string, ...keys: readonly string[]): Headline =>
  (input) => {
    const found = keys.map((key) => input[key]).find((value) => value !== undefined);
    const text = Array.isArray(found) ? found.join(", ") : found === undefined ? "" : String(found);
    return text === "" ? words : `${words} ${inlineCode(text, WIDTH)}`;
  };

/** As other tools' paths are shown. */
const sent: Headline = (input, places) => {
  const path = input["path"];
  const paths = typeof path === "string" ? [path] : input["paths"];
  const shown = Array.isArray(paths) ? paths.map((one) => shortPath(String(one), places)) : [];
  return named("📎 **Sent**", "path", "paths")(shown.length === 0 ? input : { paths: shown }, places);
};

const HEADLINES: Readonly<Record<string, Headline>> = {
  send_file: sent,
  read_thread: named("💬 **Read thread**", "link"),
  read_channel: named("💬 **Read channel**", "channel"),
  search: named("🔎 **Searched**", "query"),
  read_file: named("📥 **Read file**", "name"),
  react: named("🙂 **Reacted**", "emoji"),
};

interface ChatToolView {
  readonly headline: (use: { readonly input: ToolInput }, places: Places) => string;
  readonly request: (use: { readonly input: ToolInput }, places: Places) => string;
  readonly summary: (text: string) => string;
}

/** Undefined for any other tool. */
export function chatToolView(name: string): ChatToolView | undefined {
  const prefix = `mcp__${OWN_SERVER}__`;
  const headline = name.startsWith(prefix) ? HEADLINES[name.slice(prefix.length)] : undefined;
  return (
    headline && {
      headline: ({ input }, places) => headline(input, places),
      request: ({ input }, places) => headline(input, places).replace("**Sent**", "**Send**"),
      summary: firstLine,
    }
  );
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n", 1);
  return line === "" ? "" : inlineCode(line, SUMMARY_WIDTH);
}
