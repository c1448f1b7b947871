// Which request each generation of the real CLI answers, and what the model then gets. One process each; time runs five
// times as fast, because the older ones never answer what they don't know.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClaudeReply, ClaudeRequest, RequestKind } from "../../src/claude/requests.ts";
import { systemClock } from "../../src/util/clock.ts";
import { claudeHome, realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { type WatchedClaude, watchClaude } from "../support/watch-claude.ts";

const model = sharedModel();

type Outcome = ClaudeReply["type"];

interface Row {
  readonly request: ClaudeRequest;
  /** 1.0.128, 2.0.76, 2.1.330. */
  readonly answers: readonly [Outcome, Outcome, Outcome];
}

const NOBODYS = "11111111-1111-4111-8111-111111111111";

const TABLE = {
  setMode: {
    request: { kind: "setMode", mode: "acceptEdits" },
    answers: ["answered", "answered", "answered"],
  },
  setModel: { request: { kind: "setModel", model: "haiku" }, answers: ["answered", "answered", "answered"] },
  setEffort: { request: { kind: "setEffort", level: "max" }, answers: ["unknown", "unknown", "answered"] },
  setThinking: {
    request: { kind: "setThinking", tokens: 4000 },
    answers: ["unknown", "answered", "answered"],
  },
  models: { request: { kind: "models" }, answers: ["unknown", "unknown", "answered"] },
  context: { request: { kind: "context" }, answers: ["unknown", "unknown", "answered"] },
  // What 2.0.76 is asked about nobody's message it would do at once about somebody's: it is never asked about one.
  canPreviewUndo: {
    request: { kind: "canPreviewUndo", since: undefined },
    answers: ["unknown", "refused", "answered"],
  },
  previewUndo: {
    request: { kind: "previewUndo", uuid: NOBODYS, purpose: "show" },
    answers: ["unknown", "refused", "answered"],
  },
  undo: { request: { kind: "undo", uuid: NOBODYS }, answers: ["unknown", "refused", "refused"] },
  aside: {
    request: { kind: "aside", question: "RUN hello", uuid: NOBODYS },
    answers: ["unknown", "unknown", "answered"],
  },
  usage: { request: { kind: "usage" }, answers: ["unknown", "unknown", "answered"] },
  stopTask: { request: { kind: "stopTask", taskId: "none" }, answers: ["unknown", "unknown", "answered"] },
  taskOutput: { request: { kind: "taskOutput", taskId: "none" }, answers: ["unknown", "unknown", "refused"] },
  rename: { request: { kind: "rename", title: "A title" }, answers: ["unknown", "unknown", "answered"] },
  rules: { request: { kind: "rules" }, answers: ["unknown", "unknown", "answered"] },
  // By the same request as the effort, which stays what it was.
  askDespite: { request: { kind: "askDespite", rules: [] }, answers: ["unknown", "unknown", "answered"] },
} as const satisfies Record<RequestKind, Row>;

const fastClock = {
  ...systemClock,
  setTimeout: (fn: () => void, ms: number) => systemClock.setTimeout(fn, ms / 5),
};

describe.each(realClaudes().map((claude, index) => ({ ...claude, index })))("claude $version", (one) => {
  const { version, path, index } = one;
  let claude: WatchedClaude;

  beforeEach(() => {
    const place = claudeHome(model.url);
    claude = watchClaude(
      { claudePath: path, directory: place.directory },
      { environment: place.environment, clock: fastClock },
    );
  });
  afterEach(async () => {
    await claude.close();
  });

  it("answers what the table says, and works by what it has answered", async () => {
    const { models = [] } = await claude.next("ready");
    expect(models.map(({ name }) => name)).toContain("opus");
    const rows: readonly Row[] = Object.values(TABLE);
    const replies = await Promise.all(
      rows.map(({ request }) => new Promise<ClaudeReply>((done) => claude.client.request(request, done))),
    );
    expect(replies.map(({ type }) => type)).toEqual(rows.map(({ answers }) => answers[index]));
    claude.say("RUN hello");
    const turn = await claude.next("turnStarted");
    expect(turn).toMatchObject({ mode: "acceptEdits", model: expect.stringContaining("haiku") });
    await claude.next("turnEnded");
    const body = model.requests.findLast(({ scene }) => scene === "hello")?.body;
    if (version.startsWith("2.1.")) {
      expect(body?.["output_config"]).toMatchObject({ effort: "max" });
      expect(models.find(({ name }) => name === "haiku")?.resolved).toBe(turn.model);
      // It says yes to a number of tokens, and the model goes on to decide itself.
      expect(body?.["thinking"]).toMatchObject({ type: "adaptive" });
    } else if (version.startsWith("2.")) {
      expect(body?.["thinking"]).toMatchObject({ type: "enabled", budget_tokens: 4000 });
    }
  });
});
