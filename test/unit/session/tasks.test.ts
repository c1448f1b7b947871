// What runs beside Claude's turns: commands in the background and subagents, and how their posts go on.

import { describe, expect, test } from "vitest";
import type { ToolUseId } from "../../../src/claude/types.ts";
import {
  exited,
  OWNER,
  permission,
  type Script,
  toolResult,
  toolUse,
  working,
} from "../../support/session-script.ts";
import {
  command,
  ended,
  isOver,
  keyOf,
  posted,
  prints,
  replies,
  requests,
  runs,
  started,
  tasks,
  tick,
} from "../../support/task-script.ts";

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
