// What becomes of what runs beside Claude's turns: it ends, somebody stops it, mm-claude is started again.

import { describe, expect, test } from "vitest";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { openCardsOf } from "../../../src/session/open-cards.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/session/snapshot.ts";
import { exited, INVITED, OTHER, OWNER, turnEnded, working } from "../../support/session-script.ts";
import {
  command,
  ended,
  isOver,
  keyOf,
  posted,
  replies,
  requests,
  runs,
  tasks,
  tick,
} from "../../support/task-script.ts";

describe("the end of a task", () => {
  test("is the first line of the turn that Claude begins about it", () => {
    const script = working();
    runs(script, "b1");
    script.claude(turnEnded());
    const before = script.said().length;
    script.claude(ended("b1", "completed"));
    script.claude({ type: "backgroundTasks", tasks: [] });
    script.claude({ type: "turnStarted", model: "m" });
    script.claude({ type: "textDelta", text: "The tests are green.", blockIndex: 0 });
    script.claude(turnEnded());
    expect(script.said().slice(before)).toContain(
      "⚙️ **Task 1** `run b1` has ended ✅ exit code 0\n\nThe tests are green.",
    );
  });

  test("is told in the running turn at once", () => {
    const script = working();
    runs(script, "b1");
    script.claude(ended("b1", "failed"));
    script.flush();
    expect(script.said()).toContain("⚙️ **Task 1** `run b1` has failed ❌ exit code 1");
  });

  test("is told by itself where Claude does not take it up, several in one post", () => {
    const script = working();
    runs(script, "b1", "b2");
    script.claude(turnEnded());
    script.claude(ended("b1", "completed"));
    script.claude(ended("b2", "failed"));
    script.claude({ type: "backgroundTasks", tasks: [] });
    tick(script, 1_000);
    expect(script.said()).toContain(
      "⚙️ **Task 1** `run b1` has ended ✅ exit code 0\n⚙️ **Task 2** `run b2` has failed ❌ exit code 1",
    );
  });

  test("is told also when the session is left before anything else happens", () => {
    const script = working();
    runs(script, "b1");
    script.claude(turnEnded());
    script.claude(ended("b1", "completed"));
    script.claude({ type: "backgroundTasks", tasks: [] });
    script.claude(exited("boom"));
    expect(script.said()).toContain("⚙️ **Task 1** `run b1` has ended ✅ exit code 0");
  });

  test("of none that people know leaves a turn of Claude's own with what is known of its cause", () => {
    const script = working();
    script.claude(turnEnded());
    script.claude({ type: "turnStarted", model: "m" });
    script.claude(turnEnded());
    expect(script.said()).toContain("🔔 **Claude goes on by itself**: nobody has written to it");
  });
});

describe("a task is stopped", () => {
  test("by its number, and the line says by whom", () => {
    const script = working();
    runs(script, "b1", "b2");
    expect(tasks(script, "stop")).toContain("Which one?");
    expect(tasks(script, "stop 7")).toContain("No task 7 is running.");
    tasks(script, "stop 2");
    const request = { kind: "stopTask", taskId: "b2" } as const;
    expect(requests(script)).toEqual([request]);
    script.claude(ended("b2", "stopped", { summary: "run b2" }));
    script.claude({ type: "backgroundTasks", tasks: [command("b1")] });
    replies(script, request, { type: "answered", answer: {} }, OWNER);
    expect(script.said()).toContain("🛑 **Task 2** `run b2` was stopped by @alice");
    expect(script.posts.get(keyOf(script, 2))).toBe("⚙️ **Task 2** `run b2` 🛑 stopped by @alice");
    expect(script.effects.filter((effect) => effect.type === "audit").at(-1)).toMatchObject({
      entry: { action: "task-stopped", by: OWNER, what: { task: "run b2" } },
    });
  });

  test("without a number where there is one alone", () => {
    const script = working();
    runs(script, "b1");
    tasks(script, "stop");
    expect(requests(script)).toEqual([{ kind: "stopTask", taskId: "b1" }]);
  });

  test.each(["octagonal_sign", "x"])("by %s on its post, which does not end the session", (emoji) => {
    const script = working();
    runs(script, "b1");
    const post = posted(script, 1);
    script.react(INVITED, post, emoji);
    expect(requests(script)).toEqual([]);
    script.react(OWNER, post, emoji);
    script.react(OWNER, post, emoji);
    expect(requests(script)).toEqual([{ kind: "stopTask", taskId: "b1" }]);
    expect(isOver(script)).toBe(false);
  });

  test("by 🛑 that is heard before its post is known", () => {
    const script = working();
    runs(script, "b1");
    script.react(OWNER, "task-post-1", "octagonal_sign");
    expect(isOver(script)).toBe(false);
    posted(script, 1);
    expect(requests(script)).toEqual([{ kind: "stopTask", taskId: "b1" }]);
  });

  test("by nobody who may not", () => {
    const script = working();
    runs(script, "b1");
    script.react(OTHER, posted(script, 1), "octagonal_sign");
    tasks(script, "stop 1", OTHER);
    expect(requests(script)).toEqual([]);
  });

  test("not any more when it has ended, and the session is not either", () => {
    const script = working();
    runs(script, "b1");
    const post = posted(script, 1);
    script.claude(ended("b1", "completed"));
    script.claude({ type: "backgroundTasks", tasks: [] });
    script.react(OWNER, post, "octagonal_sign");
    expect(script.said()).toContain("**Task 1** `run b1` has ended already");
    expect(isOver(script)).toBe(false);
  });

  test("not by a CLI that can't, which is said", () => {
    const script = working();
    runs(script, "b1");
    tasks(script, "stop");
    replies(script, { kind: "stopTask", taskId: "b1" }, { type: "unknown" }, OWNER);
    expect(script.said()).toContain("This version of Claude Code can't stop a single task; 2.1.330 can.");
    expect(
      script.effects.some((effect) => effect.type === "audit" && effect.entry.action === "task-stopped"),
    ).toBe(false);
  });

  test("and Claude then takes the next message for itself: a command's stop begins no turn", () => {
    const script = working();
    runs(script, "b1");
    script.claude(turnEnded());
    tasks(script, "stop");
    script.claude(ended("b1", "stopped"));
    script.claude({ type: "backgroundTasks", tasks: [] });
    script.says(OWNER, "next");
    script.claude({ type: "turnStarted", model: "m" });
    script.claude(turnEnded());
    expect(script.state.phase.name).toBe("idle");
  });
});

describe("🛑 while a task's post is on its way", () => {
  test("ends the session at once where it is on somebody's words", () => {
    const script = working();
    runs(script, "b1");
    script.react(OWNER, "m1", "octagonal_sign");
    expect(isOver(script)).toBe(true);
  });

  test("ends the session when it turns out to be on another post", () => {
    const script = working();
    runs(script, "b1");
    script.react(OWNER, "some-answer", "octagonal_sign");
    expect(isOver(script)).toBe(false);
    posted(script, 1);
    expect(isOver(script)).toBe(true);
  });

  test("ends the session after 10 s although the post is not made", () => {
    const script = working();
    runs(script, "b1");
    script.react(OWNER, "some-answer", "octagonal_sign");
    tick(script);
    expect(isOver(script)).toBe(false);
    tick(script);
    expect(isOver(script)).toBe(true);
  });
});

test("what runs, and its post, are known after a restart of mm-claude; a gap's 🛑 is read on it before", () => {
  const script = working();
  runs(script, "b1");
  const postId = posted(script, 1);
  expect(openCardsOf(script.state)).toEqual([{ postId }]);
  const saved = encodeSnapshot({
    threadId: "t" as ThreadId,
    directory: "/",
    process: undefined,
    filesDirectory: undefined,
    state: script.state,
    writer: { entries: [], writes: [] },
  });
  const read = decodeSnapshot(JSON.parse(saved));
  expect(read?.state.steering.tasks).toEqual(script.state.steering.tasks);
});
