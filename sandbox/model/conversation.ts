// Reads a Messages API request: who speaks last, what happened since, which tools are on offer.
// Knows the wrappings Claude Code puts around a person's words; knows nothing of scenes or HTTP.

import type { Call, StepContext } from "./scene.ts";

type Rec = Readonly<Record<string, unknown>>;

export type Conversation = Omit<StepContext, "attempt">;

/** Undefined when nobody speaks in it: a side request of the CLI. */
export function readConversation(body: Rec): Conversation | undefined {
  const offered = list(body["tools"]).map((tool) => String(tool["name"] ?? ""));
  if (offered.length === 0) return undefined;
  const messages = list(body["messages"]);
  const at = messages.findLastIndex((message) => spoken(message).length > 0);
  const last = messages[at];
  if (last === undefined || spoken(last).some((text) => compaction.test(text))) return undefined;
  const turn = messages.slice(at + 1);
  const everything = JSON.stringify([body["system"], messages]);
  return {
    step: turn.filter((message) => message["role"] === "assistant").length,
    userText: spoken(last).join("\n"),
    imageTypes: blocks(last)
      .filter((block) => block["type"] === "image")
      .map((block) => String(record(block["source"])["media_type"] ?? "unknown")),
    toolNames: [...offered, ...deferredTools(messages)],
    calls: readCalls(turn),
    directory: /working directory: ([^\s"\\]+)/i.exec(everything)?.[1] ?? "",
    planFile: planFileIn(everything),
    notes: notesIn(body["system"]),
  };
}

/** A system prompt is text, or blocks of text (1.0.128 and later). */
function notesIn(system: unknown): string[] {
  const texts = typeof system === "string" ? [system] : list(system).map(({ text }) => String(text));
  return texts.flatMap((text) => text.split("\n").filter((line) => line.startsWith('{"note":')));
}

/**
 * From the name outwards: a picture's base64 is full of what a path is made of, and a pattern that begins with the path
 * would begin it again at every letter.
 */
function planFileIn(everything: string): string | undefined {
  const name = /\/\.claude\/plans\/[\w-]{1,200}\.md/.exec(everything);
  if (name === null) return undefined;
  let from = name.index;
  while (from > 0 && !/[\s"'`\\]/.test(everything.charAt(from - 1))) from--;
  return everything.slice(from, name.index + name[0].length);
}

function readCalls(turn: readonly Rec[]): Call[] {
  const all = turn.flatMap(blocks);
  const results = new Map(
    all.filter((block) => block["type"] === "tool_result").map((block) => [block["tool_use_id"], block]),
  );
  return all
    .filter((block) => block["type"] === "tool_use")
    .map((block) => {
      const result = results.get(block["id"]);
      return {
        name: String(block["name"]),
        input: record(block["input"]),
        result: result === undefined ? undefined : withoutReminders(resultText(result["content"])),
        isError: result?.["is_error"] === true,
      };
    });
}

const REMINDER = { begin: "<system-reminder>", end: "</system-reminder>" };

function withoutReminders(text: string): string {
  let rest = "";
  let from = 0;
  for (let at = text.indexOf(REMINDER.begin); at >= 0; at = text.indexOf(REMINDER.begin, from)) {
    const end = text.indexOf(REMINDER.end, at);
    if (end < 0) break;
    rest += text.slice(from, at);
    from = end + REMINDER.end.length;
  }
  return (rest + text.slice(from)).trim();
}

const interruption = /^\[Request interrupted by user(?: for tool use)?\]$/;
const localCommand = /^(?:Caveat: The messages below|<(?:local-)?command-|<bash-)/;

/** The CLI's own words when it has a conversation summed up. */
const compaction = /create a detailed summary of (?:the|our|this) conversation/i;
const continued = /^This session is being continued from a previous conversation/;

/** How 2.1.330 hands over what a person says while Claude works: in a message of role "system". */
const MID_TURN = {
  begin: "The user sent a new message while you were working:\n",
  end: "\n\nThis is how Claude Code",
};

function saidMidTurn(text: string): string[] {
  const at = text.indexOf(MID_TURN.begin);
  const from = at + MID_TURN.begin.length;
  const end = at < 0 ? -1 : text.indexOf(MID_TURN.end, from);
  return end < 0 ? [] : [text.slice(from, end)];
}

/** What the person said in a message; after an interruption only what was said since. */
function spoken(message: Rec): string[] {
  if (message["role"] === "assistant") return [];
  if (message["role"] === "system") return blocks(message).flatMap(({ text }) => saidMidTurn(String(text)));
  const words = blocks(message)
    .filter((block) => block["type"] === "text")
    .map((block) => withoutReminders(String(block["text"] ?? "")));
  return words
    .slice(words.findLastIndex((text) => interruption.test(text)) + 1)
    .filter((text) => text !== "" && !localCommand.test(text) && !continued.test(text));
}

/** 2.1.330 offers some tools by name only: a list, one a line, after a sentence that says so. */
function deferredTools(messages: readonly Rec[]): string[] {
  return messages.flatMap(blocks).flatMap((block) => {
    const lines = String(block["text"] ?? "").split("\n");
    let isListed = false;
    return lines.filter((line) => {
      const isName = isListed && /^\w{1,200}$/.test(line);
      isListed = isName || line.includes("deferred tools are now available");
      return isName;
    });
  });
}

function blocks(message: Rec): Rec[] {
  const { content } = message;
  return typeof content === "string" ? [{ type: "text", text: content }] : list(content);
}

function resultText(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content)
    .map((block) => (block["type"] === "text" ? String(block["text"] ?? "") : `[${String(block["type"])}]`))
    .join("\n");
}

function list(value: unknown): Rec[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function record(value: unknown): Rec {
  return typeof value === "object" && value !== null ? (value as Rec) : {};
}
