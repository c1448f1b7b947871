// Whatever throws in a session ends that session visibly, and nothing else: an exception is thrown in every kind of
// effect and in steps, in random histories, beside a session that must not notice.

import fc from "fast-check";
import { expect, test } from "vitest";
import type {
  ClaudeClient,
  ClaudeEvent,
  ClaudeStart,
  ToolInput,
  ToolUseId,
} from "../../../src/claude/types.ts";
import type { ChannelId, PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { SessionManager } from "../../../src/session/manager.ts";
import type { Message, Signal } from "../../../src/session/signals.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { createFakeThreadApi } from "../../support/fake-thread-api.ts";
import { quietLog } from "../../support/logs.ts";
import { runs } from "../../support/runs.ts";
import * as script from "../../support/session-script.ts";

const { OWNER, OTHER } = script;

/** What may throw: everything a session reaches outside itself, and the data that a step reads. */
const PLACES = [
  "startClaude",
  "send",
  "answer",
  "interrupt",
  "close",
  "sendTyping",
  "write",
  "audit",
  "readSaved",
  "takeWarm",
  "rightsOf",
  "hostile input",
] as const;
type Place = (typeof PLACES)[number];

interface Process {
  readonly tell: (event: ClaudeEvent) => void;
  isClosed: boolean;
}

function createWorld() {
  const server = createFakeThreadApi();
  const clock = createFakeClock();
  const processes: Process[] = [];
  const threads = new Map<PostId, string>();
  /** Throws at the `left`th call of that place; undefined: nothing throws. */
  let trap: { readonly place: Place; left: number } | undefined;
  let sprung = 0;
  let isWatched = false;
  let ids = 0;
  const trip = (place: Place): void => {
    if (isWatched && trap?.place === place && --trap.left === 0) {
      sprung++;
      throw new Error(`thrown in ${place}`);
    }
  };
  const createPost = server.api.createPost;
  const api = Object.assign(Object.create(server.api) as typeof server.api, {
    inSlot: (_slotRequest: unknown, perform: (given: typeof server.api) => Promise<unknown>) => perform(api),
    createPost: async (post: Parameters<typeof createPost>[0]) => {
      const made = await createPost(post);
      threads.set(made.id, post.rootId ?? made.id);
      return made;
    },
  });
  const manager = new SessionManager({
    api,
    users: { byId: async () => undefined },
    clock,
    log: quietLog,
    startClaude: (_start: ClaudeStart, tell): ClaudeClient => {
      trip("startClaude");
      const process: Process = {
        tell(event) {
          process.isClosed ||= event.type === "exited";
          tell(event);
        },
        isClosed: false,
      };
      processes.push(process);
      return {
        pid: undefined,
        send: () => trip("send"),
        answer: () => trip("answer"),
        answerCall: () => trip("answer"),
        interrupt: () => trip("interrupt"),
        request: (_request, reply) => reply({ type: "unknown" }),
        close: async () => {
          process.isClosed = true;
          trip("close");
        },
      };
    },
    warm: {
      take: () => {
        trip("takeWarm");
        return undefined;
      },
    },
    newConversationId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    sendTyping: (_channelId, threadId) => threadId === A && trip("sendTyping"),
    context: {
      ...script.CONTEXT,
      directory: "/",
      maxSessions: 2,
      idleMs: 60_000,
      rightsOf: (id) => {
        trip("rightsOf");
        return script.rightsOf(id);
      },
    },
    claudePath: "claude",
    deniedPathsIn: () => [],
    redact: (text) => text,
    botId: "bot" as UserId,
    channelId: "channel" as ChannelId,
    audit: { append: () => trip("audit") },
    documents: {
      change: (name) => name.endsWith(`-${A}`) && trip("write"),
      saved: () => undefined,
      remove: () => {},
    },
    onCardPosted: () => {},
    readResults: async () => new Map(),
    readSaved: () => {
      trip("readSaved");
      return undefined;
    },
  });
  const shown = (thread: string): string =>
    [...server.posts]
      .filter(([id]) => threads.get(id) === thread)
      .map(([, text]) => text)
      .join("\n");
  let messages = 0;
  const message = (by = OWNER, text = "go"): Message => script.messageOf(`m${++messages}`, text, { by });
  return {
    manager,
    clock,
    processes,
    shown,
    message,
    arm: (place: Place, at: number) => {
      trap = { place, left: at };
    },
    /** What happens in `perform` may throw. */
    watched: (perform: () => void) => {
      isWatched = true;
      perform();
      isWatched = false;
    },
    watch: (isOn: boolean) => {
      isWatched = isOn;
    },
    sprung: () => sprung,
    trip,
  };
}

type World = ReturnType<typeof createWorld>;

const A = "a" as ThreadId;
const B = "b" as ThreadId;

const claude = (event: ClaudeEvent) => (world: World) => world.processes.slice(1).at(-1)?.tell(event);
const signal = (make: (world: World) => Signal) => (world: World) =>
  world.manager.find(A)?.deliver(make(world));

/** Input whose fields throw when a step reads them. */
const hostile = (world: World): ToolInput =>
  new Proxy(
    { command: "ls" },
    {
      get(target, key) {
        world.trip("hostile input");
        return Reflect.get(target, key);
      },
    },
  );

const ACTIONS: readonly ((world: World) => void)[] = [
  signal((world) => ({ type: "message", message: world.message() })),
  signal((world) => ({ type: "message", message: world.message(OWNER, "yes") })),
  signal((world) => ({ type: "message", message: world.message(OTHER, "may I?") })),
  signal((world) => ({
    type: "command",
    by: OWNER,
    postId: world.message().postId,
    command: { name: "help" },
  })),
  signal((world) => ({
    type: "command",
    by: OWNER,
    postId: world.message().postId,
    command: { name: "interrupt" },
  })),
  signal(() => ({ type: "slotWithdrawn" })),
  signal(() => ({ type: "timer", name: "flush" })),
  signal(() => ({ type: "postDeleted", postId: "m2" as PostId })),
  claude({ type: "turnStarted", model: "m" }),
  claude({ type: "messageStarted", messageId: "m" }),
  claude({ type: "textDelta", text: "some words of Claude's ", blockIndex: 0 }),
  claude({ type: "backgroundTasks", tasks: [{ id: "t", description: "sleep 9" }] }),
  claude({ type: "backgroundTasks", tasks: [] }),
  claude(script.permission("p1")),
  claude(script.asks("q1", script.question("Which?", ["a", "b"]))),
  claude(script.plan("plan1")),
  claude(script.turnEnded()),
  claude(script.exited("boom")),
  (world) => claude({ type: "toolUse", id: "t1" as ToolUseId, name: "Bash", input: hostile(world) })(world),
  (world) =>
    world.manager.find(A)?.openCards.forEach(({ postId }) => {
      const reaction = {
        type: "reaction",
        by: OWNER,
        postId,
        emojiName: "+1",
        isRemoval: false,
        uuid: "r",
      } as const;
      world.manager.find(A)?.deliver(reaction);
    }),
];

const history = fc.record({
  place: fc.constantFrom(...PLACES),
  at: fc.integer({ min: 1, max: 6 }),
  steps: fc.array(
    fc.record({ action: fc.nat(ACTIONS.length - 1), advanceMs: fc.constantFrom(0, 0, 0, 200, 5000) }),
    { maxLength: 14 },
  ),
});

test("an exception anywhere ends its own session visibly, gives back what it holds and touches no other", async () => {
  let sprung = 0;
  await fc.assert(
    fc.asyncProperty(history, async ({ place, at, steps }) => {
      const world = createWorld();
      world.manager.open(B, OWNER, world.message());
      await settle();
      const [other] = world.processes;
      world.arm(place, at);
      world.watched(() => void world.manager.open(A, OWNER, world.message()));
      for (const { action, advanceMs } of steps) {
        world.watched(() => ACTIONS[action]?.(world));
        if (advanceMs > 0) {
          world.watch(true);
          await world.clock.advance(advanceMs);
          world.watch(false);
        }
      }
      await world.clock.advance(3000);

      // Visible: an exception in ending the process is logged alone, since the process is gone all the same.
      if (world.sprung() > 0 && place !== "close") {
        expect(world.shown(A)).toMatch(/💥 \*\*mm-claude failed\*\*|Session cancelled/);
      }
      sprung += world.sprung();
      // The other one goes on as if nothing had happened.
      expect(world.shown(B)).not.toContain("💥");
      expect(other?.isClosed).toBe(false);
      // It can be resumed: the next message runs, unless the session has just begun to work on another one.
      const before = world.processes.length;
      const session = world.manager.find(A);
      expect(session).toBeDefined();
      if (session?.view.phase === "asleep" && session.view.queued === 0) {
        session.deliver({ type: "message", message: world.message() });
        await settle();
        expect(world.processes.length).toBe(before + 1);
      }
      // Whatever it held is free once it has ended: processes, slot, timers.
      for (const thread of [A, B]) {
        const postId = world.message().postId;
        world.manager
          .find(thread)
          ?.deliver({ type: "command", by: OWNER, postId, command: { name: "stop" } });
      }
      await world.clock.advance(10_000);
      expect(world.processes.filter((process) => !process.isClosed)).toEqual([]);
      expect(world.clock.pending()).toBe(0);
      expect(world.manager.open("c" as ThreadId, OWNER, world.message())).toBe(true);
      expect(world.manager.open("d" as ThreadId, OWNER, world.message())).toBe(true);
    }),
    { numRuns: runs(500) },
  );
  // The histories do reach what throws.
  expect(sprung).toBeGreaterThan(60);
});

test.each(PLACES)("an exception at %s in the midst of a stop leaves nothing held", async (place) => {
  for (let at = 1; at <= 6; at++) {
    const world = createWorld();
    world.manager.open(A, OWNER, world.message());
    await settle();
    world.processes.at(-1)?.tell({ type: "turnStarted", model: "m" });
    world.arm(place, at);
    world.watched(() =>
      world.manager.find(A)?.deliver({
        type: "command",
        by: OWNER,
        postId: world.message().postId,
        command: { name: "stop" },
      }),
    );
    world.manager.find(A)?.deliver({
      type: "command",
      by: OWNER,
      postId: world.message().postId,
      command: { name: "stop" },
    });
    await world.clock.advance(10_000);
    expect(world.processes.filter((process) => !process.isClosed)).toEqual([]);
    expect(world.manager.find(A)).toBeUndefined();
    expect(world.clock.pending()).toBe(0);
    expect(world.manager.open("c" as ThreadId, OWNER, world.message())).toBe(true);
    expect(world.manager.open("d" as ThreadId, OWNER, world.message())).toBe(true);
    await world.manager.shutDown();
  }
});
