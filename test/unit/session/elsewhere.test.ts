// A conversation that goes on in another place: what is told of others that write it, handing it over, forking it, taking
// it up. What can be seen of others comes in as data.

import { describe, expect, test } from "vitest";
import type { MattermostApi, NewPost, PostId, ThreadId } from "../../../src/mattermost/types.ts";
import { fork } from "../../../src/session/forking.ts";
import type { Command } from "../../../src/session/signals.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/session/snapshot.ts";
import { initialState } from "../../../src/session/state.ts";
import type { ForkRequest, Origin } from "../../../src/session/steering/origin.ts";
import { step } from "../../../src/session/step.ts";
import type { Effect } from "../../../src/session/types.ts";
import { CONTEXT, createScript, INVITED, LISTED, OWNER, type Script } from "../../support/session-script.ts";

const command = (name: "fork" | "sessions" | "handover" | "resume", argument = ""): Command => ({
  name,
  argument,
  postId: "p" as PostId,
});

/** A session in which Claude has answered once, and waits. */
function answered(more: Parameters<typeof createScript>[0] = {}): Script {
  const script = createScript(more);
  script.says(OWNER, "fix the tests");
  script.claude({ type: "turnStarted", model: "opus" });
  script.claude({ type: "replayed", uuid: "u1" });
  script.claude({ type: "text", messageId: "m1", text: "Done." });
  endTurn(script);
  return script;
}

const endTurn = (script: Script, uuids?: readonly string[], bytes = 100): Effect[] =>
  script.take({
    type: "claude",
    generation: script.state.generation,
    event: { type: "turnEnded", isError: false, reason: "", wasAborted: false },
    ...(uuids ? { elsewhere: { conversationId: script.state.conversation.id, news: { bytes, uuids } } } : {}),
  });

const grant = (script: Script, uuids: readonly string[], pid?: number): Effect[] =>
  script.take({
    type: "slotGranted",
    slot: 1,
    elsewhere: { conversationId: script.state.conversation.id, news: { bytes: 200, uuids }, pid },
  });

const sleep = (script: Script): void => void script.take({ type: "slotWithdrawn" });
const exit = (script: Script): Effect[] =>
  script.claude(
    { type: "exited", code: 0, signal: null, stderr: "" },
    { generation: script.state.generation - 1 },
  );

describe("what others write", () => {
  test("is told at the end of a turn, and our own messages are not", () => {
    const script = answered();
    endTurn(script, ["u1"]);
    script.says(OWNER, "again");
    script.claude({ type: "turnStarted", model: "opus" });
    endTurn(script, ["u2"], 150);
    expect(script.said()).not.toContain("Somebody else");
    script.says(OWNER, "and again");
    script.claude({ type: "turnStarted", model: "opus" });
    endTurn(script, ["u3", "theirs"], 200);
    expect(script.said()).toContain("**Somebody else writes this conversation too**");
    expect(script.state.steering.seen?.bytes).toBe(200);
  });

  test("is not told of a conversation that is looked at for the first time", () => {
    const script = answered();
    endTurn(script, ["an", "earlier", "run's"]);
    expect(script.said()).not.toContain("Somebody else");
  });

  test("is told when Claude wakes, and Claude is started", () => {
    const script = answered();
    endTurn(script, []);
    sleep(script);
    script.says(OWNER, "go on");
    const effects = grant(script, ["theirs", "u2"]);
    expect(script.said()).toContain(
      "went on elsewhere** while it slept here, in a terminal perhaps (1 message)",
    );
    expect(effects.map(({ type }) => type)).toContain("startClaude");
  });

  test("a process that has the conversation open keeps Claude from being started, and the message from being lost unseen", () => {
    const script = answered();
    sleep(script);
    script.says(OWNER, "go on");
    const effects = grant(script, [], 4711);
    expect(script.said()).toContain("**Not taken**");
    expect(script.said()).toContain("process 4711");
    expect(effects.map(({ type }) => type)).toEqual(expect.arrayContaining(["releaseSlot", "react"]));
    expect(effects.map(({ type }) => type)).not.toContain("startClaude");
    expect(script.state.queue).toEqual([]);
    script.says(OWNER, "go on");
    expect(grant(script, []).map(({ type }) => type)).toContain("startClaude");
  });
});

describe("!handover", () => {
  test("gives the command once our Claude has ended, quoted, and a reply takes it back", () => {
    const script = answered({ directory: "/home/alice/it's here", claudePath: "/opt/my claude" });
    endTurn(script, []);
    script.command(OWNER, command("handover"));
    expect(script.said()).not.toContain("--resume");
    exit(script);
    expect(script.said()).toContain(
      `cd '/home/alice/it'\\''s here' && '/opt/my claude' --resume ${script.state.conversation.id}`,
    );
    script.says(LISTED, "back to me");
    grant(script, ["a", "b"]);
    expect(script.said()).toContain(
      "**Taken back** from the terminal: Claude knows what was said there (2 messages)",
    );
    expect(script.state.steering.handover).toBeUndefined();
  });

  test("gives the command that reaches the machine where Claude works", () => {
    const ID = "3f0b1c1e-0000-4000-8000-000000000000";
    const handed = (runner: string, more: Parameters<typeof createScript>[0] = {}): string => {
      const script = answered({ directory: "~/shop", machine: "far", runner: runner.split(" "), ...more });
      endTurn(script, []);
      script.command(OWNER, command("handover"));
      exit(script);
      return script.said();
    };
    expect(handed("ssh -p 22 dev@build1", { claudePath: "claude" })).toContain(
      `ssh -t -p 22 dev@build1 'cd ~/shop && PATH=$PATH:~/.local/bin && claude --resume ${ID}'`,
    );
    const there = { directory: "/shop", claudePath: "/opt/claude" };
    const typed = `'cd /shop && /opt/claude --resume ${ID}'`;
    expect(handed("docker exec -i shop-dev", there)).toContain(`docker exec -t -i shop-dev sh -c ${typed}`);
    expect(handed("docker compose exec -T shop", there)).toContain(`docker compose exec shop sh -c ${typed}`);
    expect(handed("kubectl exec deploy/shop", there)).toContain(
      `kubectl exec -it deploy/shop -- sh -c ${typed}`,
    );
    expect(handed("ssh build1", there)).toContain("It reaches `far`, where Claude works. Claude asks");
    const secret = handed("docker exec -e TOKEN=topsecret shop", there);
    expect(secret).toContain(`docker exec -it -e 'TOKEN=…' shop sh -c ${typed}`);
    expect(secret).toContain("`…` stands for words of the project's `runner` that may be secret.");
    expect(secret).not.toContain("topsecret");
  });

  test("holds over a restart, also one before our Claude has ended", () => {
    const script = answered();
    script.command(OWNER, command("handover"));
    const snapshot = {
      threadId: "t" as ThreadId,
      directory: "/",
      process: undefined,
      filesDirectory: undefined,
    };
    const kept = decodeSnapshot(
      JSON.parse(encodeSnapshot({ ...snapshot, state: script.state, writer: { entries: [], writes: [] } })),
    );
    expect(kept?.state.steering.handover).toEqual({ by: OWNER, isLeaving: true });
    script.take({ type: "restored", saved: { holdsMessage: undefined, texts: [] } });
    expect(script.said()).toContain("--resume");
  });

  test("is taken back without a word by who replies before the command is told", () => {
    const script = answered();
    script.command(OWNER, command("handover"));
    script.says(OWNER, "wait");
    grant(script, []);
    exit(script);
    expect(script.said()).not.toMatch(/--resume|Taken back/);
  });

  test("is for those who may approve, and not while Claude works", () => {
    const script = answered();
    script.state.participants.set(INVITED.id, INVITED.name);
    script.command(INVITED, command("handover"));
    expect(script.said()).toContain("can do that, `@ivy`");
    script.says(OWNER, "more");
    script.command(OWNER, command("handover"));
    expect(script.said()).toContain("Claude is at work");
    expect(script.state.steering.handover).toBeUndefined();
  });
});

describe("!fork", () => {
  const forks = (effects: readonly Effect[]) =>
    effects.flatMap((effect) => (effect.type === "fork" ? [effect.request] : []));

  test("is for those who may start a session, as of now", () => {
    const script = answered();
    script.state.participants.set(INVITED.id, INVITED.name);
    expect(forks(script.command(INVITED, command("fork")))).toEqual([]);
    expect(script.said()).toContain("can do that, `@ivy`");
    expect(forks(script.command(LISTED, command("fork")))).toHaveLength(1);
  });

  test("begins before the message that Claude works on", () => {
    const script = answered();
    expect(forks(script.command(OWNER, command("fork")))[0]?.before).toBeUndefined();
    script.says(OWNER, "more");
    expect(forks(script.command(OWNER, command("fork")))[0]?.before).toBe("u2");
  });

  test("needs an answer of Claude's", () => {
    const script = createScript();
    expect(forks(script.command(OWNER, command("fork")))).toEqual([]);
    expect(script.said()).toContain("nothing to fork yet");
  });

  const REQUEST: ForkRequest = {
    by: OWNER,
    before: undefined,
    title: "fix the tests",
    conversationId: "from",
    mode: undefined,
    isAuto: false,
  };
  const LINE = "11111111-0000-4000-8000-000000000009";

  async function forked(request: Partial<ForkRequest> = {}, project?: string, version = "2.1.330") {
    const posts: NewPost[] = [];
    const begun: Origin[] = [];
    const createPost = async (post: NewPost) => {
      posts.push(post);
      return { id: "new", threadId: "new" };
    };
    const outcome = await fork(
      { ...REQUEST, ...request },
      {
        threadId: "old" as ThreadId,
        context: {
          ...CONTEXT,
          defaults: { model: undefined, mode: project, effort: undefined, thinking: undefined },
          linkTo: (id) => `https://chat/${id}`,
        },
        slots: { begin: (_threadId, { origin }) => void begun.push(origin) },
        dependencies: {
          api: { createPost } as unknown as MattermostApi,
          channelId: "channel" as never,
          claudeVersion: async () => version,
          newConversationId: () => "pending",
          readSaved: () => ({ lastAnswer: () => LINE }) as never,
        },
      },
    );
    return { outcome, posts, origin: begun[0] };
  }

  test("makes a post that begins a thread, says where it is from, and notifies nobody", async () => {
    const { outcome, posts, origin } = await forked();
    expect(outcome).toEqual({ link: "https://chat/new" });
    expect(posts).toMatchObject([{ rootId: undefined, channelId: "channel" }]);
    expect(posts[0]?.message).toContain("https://chat/old");
    expect(posts[0]?.message).toContain("`@alice`");
    expect(origin).toMatchObject({ conversation: { from: "from", at: LINE }, directory: CONTEXT.directory });
  });

  test("is refused in one sentence by a Claude Code that can't, and no thread is made", async () => {
    const { outcome, posts } = await forked({}, undefined, "1.0.128");
    expect(outcome).toEqual({
      problem: "This version of Claude Code can't fork a conversation; 2.0.76 can.",
    });
    expect(posts).toEqual([]);
  });

  test.each([
    ["acceptEdits", undefined, undefined],
    ["auto", "default", undefined],
    ["default", "plan", undefined],
    ["plan", undefined, "plan"],
    ["default", "acceptEdits", "default"],
    ["nobody knows", "auto", undefined],
    [undefined, "auto", undefined],
  ])("in mode %s of a project in mode %s begins in mode %s", async (mode, project, expected) => {
    const { origin } = await forked({ mode }, project);
    expect(origin).toMatchObject({ mode: expected });
  });

  const begun = (origin: Partial<Origin & { kind: "fork" }>, isAuto = true) => {
    const context = { ...CONTEXT, isAuto };
    const state = initialState(LISTED, undefined, context, 0, "the-new-one");
    const given: Origin = {
      kind: "fork",
      conversation: { from: "from", at: LINE },
      link: undefined,
      title: undefined,
      directory: "/",
      mode: undefined,
      isAuto: true,
      ...origin,
    };
    const take = (signal: Parameters<typeof step>[1]) => step(state, signal, context, 0);
    take({ type: "opened", origin: given });
    return { state, take };
  };

  test("lets run unasked only what the settings let, and what was not taken back", () => {
    expect(begun({}).state.auto).toEqual({ grantedBy: undefined });
    expect(begun({ isAuto: false }).state.auto).toBeUndefined();
    expect(begun({}, false).state.auto).toBeUndefined();
    expect(begun({}).state.owner).toBe(LISTED);
  });

  test.each([
    [
      "Error: --session-id cannot be used with --continue or --resume.",
      "can't fork a conversation; 2.0.76 can",
    ],
    ["No message found with message.uuid of: x", "is gone"],
    ["No conversation found with session ID: x", "is gone"],
  ])("that fails with %j starts afresh once, and says so", (stderr, words) => {
    const { state, take } = begun({});
    const message = { uuid: "u1", postId: "p1" as PostId, by: LISTED, text: "go", files: [] };
    take({ type: "message", message: { ...message, isSlashCommand: false, withThread: false } });
    take({ type: "slotGranted", slot: 1 });
    expect(state.conversation.fork).toBeDefined();
    const effects = take({
      type: "claude",
      generation: state.generation,
      event: { type: "exited", code: 1, signal: null, stderr },
    });
    expect(JSON.stringify(effects)).toContain(words);
    expect(state.conversation).toMatchObject({ fork: undefined, progress: "new" });
    expect(state.queue).toHaveLength(1);
  });
});

test("a conversation gets its title once, after its first turn, and another one gets it again", () => {
  const script = createScript();
  script.says(OWNER, "fix   the\ntests");
  script.claude({ type: "turnStarted", model: "opus" });
  const titles = (effects: readonly Effect[]) =>
    effects.flatMap((effect) =>
      effect.type === "request" && effect.request.kind === "rename" ? [effect.request.title] : [],
    );
  expect(titles(endTurn(script))).toEqual(["fix the tests"]);
  expect(titles(endTurn(script))).toEqual([]);
});

test("one that was begun in a terminal keeps the name that it has there", () => {
  const state = initialState(OWNER, undefined, CONTEXT, 0, "x");
  const conversationId = "3f0b1c1e-0000-4000-8000-00000000000a";
  step(
    state,
    { type: "opened", origin: { kind: "terminal", conversationId, bytes: 7, prompts: 1 } },
    CONTEXT,
    0,
  );
  expect(state.conversation).toMatchObject({ id: conversationId, progress: "begun" });
  expect(state.steering).toMatchObject({ titled: conversationId, seen: { id: conversationId, bytes: 7 } });
});
