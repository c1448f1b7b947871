// Long results of tools: which offer themselves, on which post, who can have them, and what is kept of them.

import { expect, test } from "vitest";
import type { FileId, PostId } from "../../../src/mattermost/types.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/session/snapshot.ts";
import type { Effect } from "../../../src/session/types.ts";
import {
  INVITED,
  LISTED,
  OTHER,
  OWNER,
  permission,
  type Script,
  toolResult,
  toolUse,
  turnEnded,
  working,
} from "../../support/session-script.ts";

const LONG = Array.from({ length: 11 }, (_, at) => `row ${at}`).join("\n");
const CONVERSATION = "3f0b1c1e-0000-4000-8000-000000000000";

function use(script: Script, id: string, name: string, text: string, isError = false): void {
  script.claude(toolUse(id, name, { command: id }));
  script.claude(toolResult(id, text, isError));
}

/** Every page of the turn is on the server, as a post of the same name. */
function post(script: Script): void {
  script.flush();
  for (const key of script.posts.keys()) {
    if (key.startsWith("turn")) {
      script.take({ type: "posted", key, postId: `p-${key}` as PostId });
    }
  }
}

const page = (script: Script): string =>
  `p-${[...script.posts.keys()].find((key) => key.startsWith("turn"))}`;

const asked = (effects: readonly Effect[]): (readonly [string, string])[] =>
  effects.flatMap((effect) =>
    effect.type === "output"
      ? effect.request.tools.map(({ id, conversationId }) => [id, conversationId] as const)
      : [],
  );

const idsOf = (effects: readonly Effect[]): string[] => asked(effects).map(([id]) => id);

const output = (script: Script, by = OWNER): Effect[] =>
  script.command(by, { name: "output", argument: "", postId: "p" as PostId });

test.each([
  ["Bash", LONG, true],
  ["Bash", "x".repeat(1001), true],
  ["Bash", "row\n".repeat(10), false],
  ["Bash", "x".repeat(1000), false],
  ["Grep", LONG, true],
  ["mcp__shop__list", LONG, true],
  ["Read", LONG, false],
  ["Edit", LONG, false],
  ["mcp__mattermost__read_thread", LONG, false],
])("%s with %j offers what it gave: %s", (name, text, isOffered) => {
  const script = working();
  use(script, "a", name, text);
  post(script);
  expect(script.said().includes("📎")).toBe(isOffered);
  expect(idsOf(script.react(OWNER, page(script), "paperclip"))).toEqual(isOffered ? ["a"] : []);
});

test("📎 on a post asks for all long results that its lines are about, in order, failed ones as well", () => {
  const script = working();
  use(script, "a", "Bash", LONG);
  use(script, "b", "Bash", "short");
  use(script, "c", "Bash", `Exit code 1\n${LONG}`, true);
  post(script);
  expect(script.said()).toMatch(/↳ ❌ \S*Exit code 1\S* 📎/);
  expect(asked(script.react(LISTED, page(script), "paperclip"))).toEqual([
    ["a", CONVERSATION],
    ["c", CONVERSATION],
  ]);
});

test("the post is known also when it was made before the tool gave anything", () => {
  const script = working();
  script.claude(toolUse("a", "Bash", { command: "make" }));
  post(script);
  script.claude(toolResult("a", LONG));
  script.flush();
  expect(idsOf(script.react(OWNER, page(script), "paperclip"))).toEqual(["a"]);
});

test("a card whose tool has run offers what it gave, once it is decided", () => {
  const script = working();
  script.claude(toolUse("tool-r", "Bash", { command: "npm test" }));
  script.claude(permission("r"));
  const card = script.postCard();
  expect(idsOf(script.react(OWNER, card, "paperclip"))).toEqual([]);
  script.react(OWNER, card, "+1");
  script.claude(toolResult("tool-r", LONG));
  expect(script.said()).toContain("**Allowed** by @alice ↳ ✅ 11 lines 📎");
  expect(idsOf(script.react(OWNER, card, "paperclip"))).toEqual(["tool-r"]);
});

test("nobody gets it who may not approve: who takes part is told, others are not", () => {
  const script = working();
  script.state.participants.set(INVITED.id, INVITED.name);
  use(script, "a", "Bash", LONG);
  post(script);
  const told = script.said();
  expect(script.react(OTHER, page(script), "paperclip")).toEqual([]);
  expect(script.said()).toBe(told);
  expect(idsOf(script.react(INVITED, page(script), "paperclip"))).toEqual([]);
  expect(script.said()).toContain("Only `@alice` and allowed users can do that, `@ivy`");
  expect(idsOf(output(script, INVITED))).toEqual([]);
  expect(idsOf(output(script, OTHER))).toEqual([]);
  expect(script.react(OWNER, page(script), "paperclip", true)).toEqual([]);
});

test("who lost the right while it was fetched gets nothing", () => {
  let isApprover = true;
  const script = working({ rightsOf: () => ({ isListed: true, isApprover }) });
  use(script, "a", "Bash", LONG);
  const [effect] = output(script).filter((one) => one.type === "output");
  isApprover = false;
  const request = effect?.type === "output" ? effect.request : undefined;
  expect(request).toBeDefined();
  if (request) {
    const outcome = { request, files: ["bash-1.txt"], fileIds: ["f" as FileId], problems: [] };
    expect(script.take({ type: "output", outcome })).toEqual([]);
  }
});

test("what is attached is one post with all files, says what is missing, and is audited", () => {
  const script = working();
  use(script, "a", "Bash", LONG);
  use(script, "b", "mcp__shop__list", LONG);
  post(script);
  const [effect] = script.react(OWNER, page(script), "paperclip");
  if (effect?.type !== "output") {
    throw new Error("nothing was asked for");
  }
  const { request } = effect;
  const effects = script.take({
    type: "output",
    outcome: {
      request,
      files: ["bash-1.txt", "list-2.txt"],
      fileIds: ["f1", "f2"] as FileId[],
      problems: ["One is missing."],
    },
  });
  expect(effects.filter(({ type }) => type === "put")).toMatchObject([
    { fileIds: ["f1", "f2"], isFinal: true },
  ]);
  expect(script.said()).toContain("📎 **Output** of Bash, list, shown by `@alice`. One is missing.");
  expect(effects.filter(({ type }) => type === "audit")).toMatchObject([
    { entry: { action: "output-shown", by: OWNER, what: { files: ["bash-1.txt", "list-2.txt"] } } },
  ]);
});

test("the same post is asked for once in a while; at once again when nothing could be attached", () => {
  const script = working();
  use(script, "a", "Bash", LONG);
  post(script);
  const [effect] = script.react(OWNER, page(script), "paperclip");
  expect(script.react(LISTED, page(script), "paperclip")).toEqual([]);
  if (effect?.type === "output") {
    const { request } = effect;
    script.take({ type: "output", outcome: { request, files: [], fileIds: [], problems: ["It is gone."] } });
  }
  expect(script.said()).toContain("⚠️ It is gone.");
  expect(idsOf(script.react(LISTED, page(script), "paperclip"))).toEqual(["a"]);
  script.now += 31_000;
  expect(idsOf(script.react(OWNER, page(script), "paperclip"))).toEqual(["a"]);
});

test("`!output` gives the last long result, also of a tool that has no line of its own", () => {
  const script = working();
  output(script);
  expect(script.said()).toContain("no tool has given more than its line says");
  script.command(OWNER, { name: "show", argument: "answers", postId: "p" as PostId });
  use(script, "a", "Bash", LONG);
  use(script, "b", "Bash", LONG);
  use(script, "c", "Bash", "short");
  expect(idsOf(output(script))).toEqual(["b"]);
});

test("after a restart the posts of earlier turns offer the same, from the conversation of that time", () => {
  const script = working();
  use(script, "a", "Bash", LONG);
  post(script);
  const there = page(script);
  script.claude(turnEnded());
  script.state.conversation.id = "3f0b1c1e-0000-4000-8000-000000000001";
  const snapshot = {
    threadId: "t" as never,
    process: undefined,
    directory: "/",
    filesDirectory: undefined,
    state: script.state,
    writer: { entries: [], writes: [] },
  };
  const after = decodeSnapshot(JSON.parse(encodeSnapshot(snapshot)));
  expect(after?.state.steering).toEqual(script.state.steering);
  Object.assign(script.state.steering, after?.state.steering);
  expect(asked(script.react(OWNER, there, "paperclip"))).toEqual([["a", CONVERSATION]]);
});

test("what is kept is bounded, and of one post the last ten are given", () => {
  const script = working();
  for (let at = 0; at < 400; at++) {
    use(script, `t${at}`, "Bash", LONG);
    script.flush();
  }
  post(script);
  const { tools = [], posts = [] } = script.state.steering.outputs ?? {};
  expect(tools.length).toBe(150);
  expect(posts.length).toBeLessThanOrEqual(50);
  const last = posts.at(-1)?.postId ?? "";
  const [effect] = script.react(OWNER, last, "paperclip");
  const request = effect?.type === "output" ? effect.request : undefined;
  expect(request?.tools.length).toBe(10);
  expect(request?.tools.at(-1)?.id).toBe("t399");
});
