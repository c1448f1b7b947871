import { expect, test } from "vitest";
import type { SeenPost } from "../../sandbox/server/state.ts";
import { answersIn, isShownAsAnswer, stoodBefore } from "./answers.ts";
import type { SavedLine } from "./files.ts";

const line = (block: object): SavedLine => ({ type: "user", message: { content: [block] } });
const post = (message: string, createdAt: number, attachment = ""): SeenPost =>
  ({ message, createdAt, attachments: [{ text: attachment }] }) as unknown as SeenPost;

// As Claude 2.1.330 keeps them.
const QUESTION = [
  line({
    type: "tool_use",
    id: "t1",
    name: "AskUserQuestion",
    input: { questions: [{ question: "Which for m38?" }] },
  }),
  line({
    type: "tool_result",
    tool_use_id: "t1",
    content: 'Your questions have been answered: "Which for m38?"="[@alice]: RUN words m43 26 1".',
  }),
];
const PLAN = [
  line({ type: "tool_use", id: "t2", name: "ExitPlanMode", input: { plan: "# Plan m40\n\n1. Look" } }),
  line({
    type: "tool_result",
    tool_use_id: "t2",
    is_error: true,
    content: [{ type: "text", text: "@bob wants changes to this plan: RUN tool m41 3 5" }],
  }),
];

test("a message that Claude heard as the answer to a question, or as changes to a plan, is known as one", () => {
  expect(answersIn([...QUESTION, ...PLAN])).toEqual([
    { mark: "m43", about: "m38" },
    { mark: "m41", about: "m40" },
  ]);
});

test("a choice, an approved plan and what a tool prints are no messages", () => {
  const lines = [
    QUESTION[0] ?? {},
    line({ type: "tool_result", tool_use_id: "t1", content: '"Which for m38?"="blue m38"' }),
    PLAN[0] ?? {},
    line({ type: "tool_result", tool_use_id: "t2", content: "Approved:\n# Plan m40\n\n1. Look" }),
    line({ type: "tool_use", id: "t3", name: "Bash", input: { command: "echo Plan m1" } }),
    line({ type: "tool_result", tool_use_id: "t3", content: "RUN words m1 2 3" }),
  ];
  expect(answersIn(lines)).toEqual([]);
});

test("only what was written after the card, by the server's clock, can be its answer", () => {
  const mine = [post("m38a1w1e", 10), post("Which for m38?", 20), post("Which for m3?", 5)];
  expect(stoodBefore(mine, "m38", post("RUN words m43 26 1", 21))).toBe(true);
  expect(stoodBefore(mine, "m38", post("RUN words m43 26 1", 20))).toBe(false);
});

test("a card says which message was its answer, and until then only how it is answered", () => {
  const said = "❓ **Question** · ✅ **RUN words m43 26 1** (@alice)";
  expect(isShownAsAnswer(post("Which for m38?", 20, said), "m43")).toBe(true);
  expect(isShownAsAnswer(post("Which for m38?", 20, said), "m4")).toBe(false);
  expect(isShownAsAnswer(post("RUN words m43 26 1", 20, "React 👍 to allow"), "m43")).toBe(false);
});
