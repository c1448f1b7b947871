// What runs beside Claude's turns: its posts, its end, and who stops it. The order of the frames is as measured with
// 2.1.330.

import { describe, expect, test } from "vitest";
import type { ClaudeReply, ClaudeRequest } from "../../../src/claude/requests.ts";
import type { BackgroundTask, ClaudeEvent, ToolUseId } from "../../../src/claude/types.ts";
import type { PostId, ThreadId } from "../../../src/mattermost/types.ts";
import type { Person } from "../../../src/session/authorization.ts";
import { openCardsOf } from "../../../src/session/open-cards.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/session/snapshot.ts";
import {
  exited,
  INVITED,
  OTHER,
  OWNER,
  permission,
  type Script,
  toolResult,
  toolUse,
  turnEnded,
  working,
} from "../../support/session-script.ts";

const command = (id: string, description = `run ${id}`): BackgroundTask => ({ id, description });

function started(id: string, more: Partial<ClaudeEvent & { type: "taskStarted" }> = {}): ClaudeEvent {
  return {
    type: "taskStarted",
    taskId: id,
    toolUseId: `tool-${id}` as ToolUseId,
    description: `run ${id}`,
    isAgent: false,
    agentType: "",
    isInBackground: true,
    isNested: false,
    ...more,
  };
}

const ended = (id: string, status: string, more: Partial<ClaudeEvent & { type: "taskEnded" }> = {}) =>
  ({
    type: "taskEnded",
    taskId: id,
    toolUseId: `tool-${id}` as ToolUseId,
    status,
    summary: `Background command "run ${id}" ${status} (exit code ${status === "completed" ? 0 : 1})`,
    ...more,
  }) as const;

/** Claude says all that runs, then what of it is new. */
function runs(script: Script, ...ids: string[]): void {
  script.claude({ type: "backgroundTasks", tasks: ids.map((id) => command(id)) });
  for (const id of ids) {
    script.claude(started(id));
  }
}

const requests = (script: Script): ClaudeRequest[] =>
  script.effects.flatMap((effect) => (effect.type === "request" ? [effect.request] : []));

function replies(script: Script, request: ClaudeRequest, reply: ClaudeReply, by?: Person): void {
  script.take({ type: "replied", generation: script.state.generation, request, by, reply });
}

const prints = (script: Script, id: string, output: string): void =>
  replies(
    script,
    { kind: "taskOutput", taskId: id },
    { type: "answered", answer: { output, bytes: output.length } },
  );

function tick(script: Script, ms = 5_000): void {
  script.now += ms;
  script.take({ type: "timer", name: "tasks" });
}

const tasks = (script: Script, argument = "", by = OWNER): string => {
  const before = script.effects.length;
  script.command(by, { name: "tasks", argument, postId: "p" as PostId });
  return script.effects
    .slice(before)
    .flatMap((effect) => (effect.type === "put" ? [effect.attachment?.text ?? effect.markdown] : []))
    .join("\n");
};

/** The key of the post of that task. */
const keyOf = (script: Script, number: number): string =>
  script.state.steering.tasks.list.find((task) => task.number === number)?.key ?? "";

const posted = (script: Script, number: number): string => {
  const postId = `task-post-${number}`;
  script.take({ type: "posted", key: keyOf(script, number), postId: postId as PostId });
  return postId;
};

const isOver = (script: Script): boolean => script.state.phase.name === "ended";

describe("a command in the background", () => {
  test("has a post, which says since when it runs and is edited when it has ended", () => {
    const script = working();
    script.now = 3_600_000;
    runs(script, "b1");
    const key = keyOf(script, 1);
    expect(script.posts.get(key)).toBe("⚙️ **Task 1** `run b1` ⏳ since 01:00 (UTC) · 🛑 stops it");
    script.now += 190_000;
    script.claude(ended("b1", "completed"));
    script.claude({ type: "backgroundTasks", tasks: [] });
    expect(script.posts.get(key)).toBe("⚙️ **Task 1** `run b1` ✅ exit code 0 after 3 min");
  });

  test("that fails says so, and its last words are read once more", () => {
    const script = working();
    script.claude(toolUse("tool-b1", "Bash", { command: "npm run dev" }));
    script.claude(permission("b1", "npm run dev"));
    script.react(OWNER, script.postCard(), "+1");
    runs(script, "b1");
    script.claude(ended("b1", "failed"));
    expect(requests(script)).toEqual([{ kind: "taskOutput", taskId: "b1" }]);
    prints(script, "b1", "starting\n\u001b[31mno such port\u001b[0m\n\n[exited with code 1]\n");
    expect(script.posts.get(keyOf(script, 1))).toBe("⚙️ **Task 1** `run b1` ❌ exit code 1\n↳ `no such port`");
  });

  test("whose tool nobody was asked about is not quoted", () => {
    const script = working();
    runs(script, "b1");
    tick(script);
    prints(script, "b1", "PASSWORD=hunter2\n");
    expect(script.said()).not.toContain("hunter2");
    expect(script.posts.get(keyOf(script, 1))).toContain("↳ 17 bytes printed");
  });

  test("that comes again under the same id is another one", () => {
    const script = working();
    runs(script, "b1");
    script.claude(ended("b1", "completed"));
    script.claude({ type: "backgroundTasks", tasks: [] });
    const first = script.posts.get(keyOf(script, 1));
    runs(script, "b1");
    expect(script.posts.get(keyOf(script, 2))).toContain("⚙️ **Task 2** `run b1` ⏳");
    expect(script.posts.get(keyOf(script, 1))).toBe(first);
  });

  test("of an older CLI ends without a word about how", () => {
    const script = working();
    script.claude({ type: "backgroundTasks", tasks: [command("b1")] });
    script.claude({ type: "backgroundTasks", tasks: [] });
    expect(script.posts.get(keyOf(script, 1))).toBe("⚙️ **Task 1** `run b1` ⚪ has ended");
  });

  test("that ended with its process says so on its post", () => {
    const script = working();
    runs(script, "b1");
    script.claude(exited("boom"));
    expect(script.posts.get(keyOf(script, 1))).toContain("⚪ has ended");
    expect(script.said()).toContain("⚪ **No longer running**, because Claude stopped: `run b1`");
  });
});

describe("a look at what runs", () => {
  test("is taken every 5 s at most, and less often the longer it runs", () => {
    const script = working();
    runs(script, "b1");
    tick(script, 4_000);
    expect(requests(script)).toHaveLength(0);
    const counts = [60_000, 540_000, 3_000_000].map((ms) => {
      const before = requests(script).length;
      for (const end = script.now + ms; script.now < end; ) {
        tick(script);
      }
      return requests(script).length - before;
    });
    expect(counts[0]).toBeLessThanOrEqual(12);
    expect(counts[1]).toBeLessThanOrEqual(37);
    expect(counts[2]).toBeLessThanOrEqual(51);
  });

  test("edits nothing when nothing is new", () => {
    const script = working();
    runs(script, "b1");
    for (let times = 0; times < 5; times++) {
      tick(script);
      prints(script, "b1", "listening\n");
    }
    const puts = script.effects.filter((effect) => effect.type === "put" && effect.key === keyOf(script, 1));
    expect(puts).toHaveLength(2);
  });

  test("at many takes a few at a time, each in its turn", () => {
    const script = working();
    const ids = Array.from({ length: 30 }, (_, at) => `b${at}`);
    runs(script, ...ids);
    const own = script.state.steering.tasks.list.filter(({ key }) => key !== undefined);
    expect(own).toHaveLength(10);
    tick(script);
    expect(requests(script)).toHaveLength(3);
    for (let times = 0; times < 9; times++) {
      tick(script);
    }
    expect(new Set(requests(script).map((request) => JSON.stringify(request))).size).toBe(10);
    expect(tasks(script)).toContain("**30** ⚙️ `run b29`");
  });

  test("is given up where the CLI does not tell", () => {
    const script = working();
    runs(script, "b1");
    tick(script);
    replies(script, { kind: "taskOutput", taskId: "b1" }, { type: "unknown" });
    tick(script);
    expect(requests(script)).toHaveLength(1);
  });
});

describe("a subagent", () => {
  const begins = (script: Script): string => {
    script.claude(toolUse("t1", "Agent", { subagent_type: "Explore", description: "look around" }));
    script.claude(started("a1", { isAgent: true, toolUseId: "t1" as ToolUseId, isInBackground: false }));
    return keyOf(script, 1);
  };
  const progress = (script: Script, tools: number): void => {
    script.claude({
      type: "taskProgressed",
      taskId: "a1",
      toolUseId: "t1" as ToolUseId,
      usage: { tools, tokens: 12_300 },
      lastTool: "Bash",
    });
  };

  test("shows how far it is, every 5 s at most", () => {
    const script = working();
    const key = begins(script);
    for (let tools = 1; tools <= 40; tools++) {
      progress(script, tools);
    }
    expect(script.posts.get(key)).toBe("🤖 **Subagent** *(Explore)* look around ⏳");
    tick(script);
    expect(script.posts.get(key)).toBe(
      "🤖 **Subagent** *(Explore)* look around ⏳ 5 s · 40 tools, last `Bash` · 12k tokens",
    );
    script.now += 200_000;
    script.claude(toolResult("t1", "done"));
    expect(script.posts.get(key)).toBe(
      "🤖 **Subagent** *(Explore)* look around ✅ 3 min · 40 tools · 12k tokens",
    );
  });

  test("is stopped by 🛑 on its post while Claude waits for it, and the turn goes on", () => {
    const script = working();
    begins(script);
    script.react(OWNER, posted(script, 1), "octagonal_sign");
    expect(requests(script)).toEqual([{ kind: "stopTask", taskId: "a1" }]);
    script.claude({ ...ended("a1", "stopped"), toolUseId: "t1" as ToolUseId });
    expect(script.said()).toContain("🛑 🤖 **Subagent** *(Explore)* look around was stopped by @alice");
    expect(script.state.phase.name).toBe("working");
  });

  test("that goes on after its end, in the background, has a post of its own again", () => {
    const script = working();
    begins(script);
    script.claude({ ...ended("a1", "completed"), toolUseId: "t1" as ToolUseId });
    script.claude(toolUse("t2", "SendMessage", { to: "a1" }));
    script.claude({ type: "backgroundTasks", tasks: [{ ...command("a1"), isAgent: true }] });
    script.claude(started("a1", { isAgent: true, toolUseId: "t2" as ToolUseId, description: "look again" }));
    script.claude(toolResult("t2", "Message sent"));
    expect(script.posts.get(keyOf(script, 2))).toBe("🤖 **Subagent** look again ⏳");
    script.claude({ ...ended("a1", "completed"), toolUseId: "t2" as ToolUseId });
    expect(script.posts.get(keyOf(script, 2))).toBe("🤖 **Subagent** look again ✅");
    expect(script.state.subagents.size).toBe(0);
  });

  test("of a subagent has none", () => {
    const script = working();
    script.claude(started("a2", { isAgent: true, isNested: true }));
    expect(script.state.steering.tasks.list).toEqual([]);
  });

  test("of an older CLI can't be stopped by itself, and 🛑 there does not end the session", () => {
    const script = working();
    script.claude(toolUse("t1", "Task", { description: "look around" }));
    script.react(OWNER, posted(script, 1), "octagonal_sign");
    expect(script.said()).toContain("This version of Claude Code can't stop a single subagent; 2.1.330 can.");
    expect(isOver(script)).toBe(false);
  });
});

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
