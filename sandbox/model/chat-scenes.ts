// The scenes in which Claude uses its tools in the chat: the change as a file, and what somebody has said in the channel.

import { troubleIn } from "./guided-steps.ts";
import type { Scene, Step, StepContext, ToolUse } from "./scene.ts";

const tool = (name: string, input: ToolUse["input"]): ToolUse => ({
  name: `mcp__mattermost__${name}`,
  input,
});

const isOffered = ({ toolNames }: StepContext): boolean => toolNames.includes("mcp__mattermost__send_file");

const NOT_OFFERED: Step = { text: "This Claude Code has no tools of the chat, so I can only tell you here." };

/** Without a change it is all that was committed; without git the cart's module. Ends with how it begins. */
const WRITE_PATCH =
  "{ git diff HEAD || diff -u /dev/null src/cart.js; } > change.patch 2> /dev/null; " +
  "[ -s change.patch ] || git show HEAD > change.patch; head -n 1 change.patch";

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
      return {
        text: "I'll write it to a file first.",
        tools: [
          { name: "Bash", input: { command: WRITE_PATCH, description: "Write the change to change.patch" } },
        ],
      };
    }
    if (step === 1) {
      const isChange = calls[0]?.result?.includes("diff --git") ?? false;
      const caption = isChange ? "The change so far" : "Nothing is changed yet: this is what there is";
      return { tools: [tool("send_file", { path: `${directory}/change.patch`, caption })] };
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
