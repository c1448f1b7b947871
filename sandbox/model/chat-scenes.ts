// The scenes in which Claude uses its tools in the chat: the change as a file, and what somebody has said in the channel.

import { troubleIn } from "./guided-steps.ts";
import type { Scene, Step, StepContext, ToolUse } from "./scene.ts";

const tool = (name: string, input: ToolUse["input"]): ToolUse => ({
  name: `mcp__mattermost__${name}`,
  input,
});

const isOffered = ({ toolNames }: StepContext): boolean => toolNames.includes("mcp__mattermost__send_file");

const NOT_OFFERED: Step = { text: "This Claude Code has no tools of the chat, so I can only tell you here." };

/** "send me the diff as a file". */
export const sendScene: Scene = {
  name: "guided send",
  matches: (text) => /\bsend\b.*\b(?:file|patch|diff)\b/i.test(text),
  play(context) {
    if (!isOffered(context)) return NOT_OFFERED;
    const { step, calls, directory } = context;
    const trouble = troubleIn(calls);
    if (trouble !== undefined) return { text: trouble };
    if (step === 0) {
      const command =
        "git diff HEAD -- src > change.patch 2>/dev/null || diff -u /dev/null src/cart.js > change.patch; wc -l < change.patch";
      return {
        text: "I'll write the change to a file first.",
        tools: [{ name: "Bash", input: { command, description: "Write the change to change.patch" } }],
      };
    }
    if (step === 1) {
      return {
        tools: [tool("send_file", { path: `${directory}/change.patch`, caption: "The change so far" })],
      };
    }
    return { text: "There it is, ready for `git apply`." };
  },
};

/** "what did bob say yesterday about the discount". */
export const saidScene: Scene = {
  name: "guided said",
  matches: (text) => /\bwhat did @?\w+ say\b/i.test(text),
  play(context) {
    if (!isOffered(context)) return NOT_OFFERED;
    const { step, calls, userText } = context;
    const trouble = troubleIn(calls);
    if (trouble !== undefined) return { text: trouble };
    const [, who = "", about = ""] =
      /\bwhat did @?(\w+) say\b(?:.*\babout\s+(.+?))?[?.!]*$/i.exec(userText) ?? [];
    if (step === 0) {
      return {
        text: "I'll look it up.",
        tools: [tool("search", { query: `from:${who.toLowerCase()} ${about}`.trim() })],
      };
    }
    const found = (calls.at(-1)?.result ?? "").split("\n").filter((line) => line.startsWith(">"));
    return {
      text:
        found.length === 0
          ? `I find nothing that ${who} said${about === "" ? "" : ` about ${about}`}.`
          : `${who} wrote:\n\n${found.slice(0, 12).join("\n")}`,
    };
  },
};
