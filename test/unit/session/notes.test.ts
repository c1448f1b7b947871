// What sessions tell their Claude of the project's notes, and the header of how many there are.

import { expect, test } from "vitest";
import type { ClaudeStart } from "../../../src/claude/types.ts";
import type { WarmProcess } from "../../../src/claude/warm-process.ts";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { SessionManager } from "../../../src/session/manager.ts";
import { decodeSnapshot, encodeSnapshot, type SessionSnapshot } from "../../../src/session/snapshot.ts";
import { id, managerWorld } from "../../support/manager-world.ts";
import { messageOf, OWNER, turnEnded, working } from "../../support/session-script.ts";

const notes = (count: number) => (count === 0 ? undefined : { count, text: `notes: ${count}` });

/** Sessions of a project whose notes change. */
function setUp() {
  const world = managerWorld();
  const project = { count: 1 };
  const offered: ClaudeStart[] = [];
  const taken: (string | undefined)[] = [];
  const warm = {
    take(fits: (start: ClaudeStart) => boolean): WarmProcess | undefined {
      const start = offered.shift();
      if (start === undefined || !fits(start)) {
        return undefined;
      }
      taken.push(start.instructions);
      return { start, assign: (listener) => world.dependencies.startClaude(start, listener) };
    },
  };
  const context = { ...world.dependencies.context, notes: () => notes(project.count) };
  const manager = new SessionManager({ ...world.dependencies, warm, context });
  const offer = (instructions: string | undefined): void => {
    offered.push({
      claudePath: "claude",
      directory: "/",
      conversationId: id(100 + offered.length),
      resume: false,
      extraDirectories: [],
      instructions,
    });
  };
  const open = (thread: string): boolean =>
    manager.open(thread as ThreadId, OWNER, messageOf(thread, thread));
  return { ...world, project, offer, taken, open };
}

test("a process that waits is taken where it was given the same notes, and only there", () => {
  const world = setUp();
  world.offer("notes: 1");
  world.open("a");
  expect(world.taken).toEqual(["notes: 1"]);
  world.project.count = 2;
  world.offer("notes: 1");
  world.open("b");
  expect(world.taken).toHaveLength(1);
  expect(world.processes.map(({ start }) => start.instructions)).toEqual(["notes: 1", "notes: 2"]);
});

test("where there are no notes, none that was given some is taken", () => {
  const world = setUp();
  world.project.count = 0;
  world.offer("notes: 1");
  world.open("a");
  world.offer(undefined);
  world.open("b");
  expect(world.taken).toEqual([undefined]);
  expect(world.processes.map(({ start }) => start.instructions)).toEqual([undefined, undefined]);
});

test("the header tells how many the Claude that runs was given, and not how many there are by now", () => {
  const project = { count: 1 };
  const script = working({ notes: () => notes(project.count) });
  expect(script.posts.get("header")).toContain("| 🗒️ **Memory** | 1 note |");
  project.count = 3;
  script.claude(turnEnded());
  script.says(OWNER, "go on");
  script.claude({ type: "replayed", uuid: "u2" });
  script.claude(turnEnded());
  expect(script.posts.get("header")).toContain("1 note |");
  script.now += 1_800_001;
  script.take({ type: "timer", name: "idle" });
  expect(script.posts.get("header")).toContain("1 note |");
  script.says(OWNER, "wake up");
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.posts.get("header")).toContain("| 🗒️ **Memory** | 3 notes |");
});

test("a header of none has no such row, and the count is kept over a restart", () => {
  expect(working().posts.get("header") ?? "").not.toContain("🗒️");
  const { state } = working({ notes: () => notes(2) });
  const saved = encodeSnapshot({
    threadId: "thread" as ThreadId,
    directory: "/home/alice/project",
    filesDirectory: undefined,
    process: undefined,
    state,
    writer: { entries: [], writes: [] } as unknown as SessionSnapshot["writer"],
  });
  expect(decodeSnapshot(JSON.parse(saved))?.state.steering.notes).toBe(2);
});
