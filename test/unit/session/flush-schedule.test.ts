// When a growing answer is written, in milliseconds after its first token.

import { expect, test } from "vitest";
import { claudeOf } from "../../../src/session/phases.ts";
import {
  OWNER,
  permission,
  type Script,
  toolResult,
  toolUse,
  turnEnded,
  working,
} from "../../support/session-script.ts";

/** Plays time up to `until` and gives when the thread was written. */
function play(script: Script, until: number, at: (ms: number) => void): number[] {
  const writes: number[] = [];
  const start = script.now;
  const note = (effects: Script["effects"]): void => {
    if (effects.some((effect) => effect.type === "put" && effect.key.startsWith("turn"))) {
      writes.push(script.now - start);
    }
  };
  for (let ms = 0; ms <= until; ms += 10) {
    script.now = start + ms;
    const before = script.effects.length;
    if ((claudeOf(script.state)?.flushAt ?? Infinity) <= script.now) {
      script.take({ type: "timer", name: "flush" });
    }
    at(ms);
    note(script.effects.slice(before));
  }
  return writes;
}

const word = (script: Script, text = "word "): void => {
  script.claude({ type: "textDelta", text, blockIndex: 0 });
};

function answering(more = {}): Script {
  const script = working(more);
  script.claude({ type: "messageStarted", messageId: "m" });
  return script;
}

test("a long answer shows its first words at once and then grows in steps of half a second, one, and two", () => {
  const script = answering();
  const writes = play(script, 10_000, (ms) => {
    if (ms % 50 === 0) word(script);
  });
  expect(writes).toEqual([10, 510, 1510, 3510, 5510, 7510, 9510]);
});

/** An answer that has grown for 3.6 s and is to grow again: when that is due, and what the session has asked for. */
function grown() {
  const script = answering();
  play(script, 3600, (ms) => ms % 50 === 0 && word(script));
  const timer = script.effects.findLast((effect) => effect.type === "setTimer" && effect.name === "flush");
  return { script, timer };
}

test("a post that has grown for a while may wait for those of others, and its words don't make it grow sooner", () => {
  const { script, timer } = grown();
  expect(timer).toMatchObject({ ms: 1960, isPatient: true });
  const before = script.effects.length;
  for (let more = 0; more < 100; more++) {
    script.now += 50;
    word(script);
  }
  expect(script.effects.slice(before)).toEqual([]);
  script.take({ type: "timer", name: "flush" });
  expect(script.said()).toContain("word ".repeat(150).trim());
});

test.each([
  ["is due in a moment", 1900, 10],
  ["was put off", 3000, 1000],
])(
  "what is no growth doesn't wait for others while growth %s: a tool's line, the last words",
  (_, later, ms) => {
    const late = (): Script => {
      const { script } = grown();
      script.now += later;
      word(script);
      return script;
    };
    const withTool = late();
    withTool.claude(toolUse("t1", "Read", { file_path: "/a" }));
    const timer = withTool.effects.findLast(
      (effect) => effect.type === "setTimer" && effect.name === "flush",
    );
    expect(timer).toEqual({ type: "setTimer", name: "flush", ms });
    const withEnd = late();
    const text = "word ".repeat(74);
    withEnd.claude({ type: "text", messageId: "m", text });
    withEnd.claude(turnEnded());
    expect(withEnd.said()).toContain(text.trim());
  },
);

test("a first piece of a few words is shown as it comes, in one write", () => {
  const script = answering();
  const writes = play(script, 400, (ms) => {
    if (ms > 0) return;
    for (const part of ["Here ", "is ", "what ", "I ", "found"]) word(script, part);
    script.claude({ type: "text", messageId: "m", text: "Here is what I found" });
  });
  expect(writes).toEqual([10]);
  expect(script.said()).toContain("Here is what I found");
});

test("a first word is shown at once, before it is known to be whole; a sign waits for what it turns out to be", () => {
  const script = answering();
  expect(play(script, 100, (ms) => ms === 0 && word(script, "Look"))).toEqual([10]);
  expect(script.said()).toContain("Look");
  for (const sign of ["**Look", "@all", "1", "`", "Hi @al"]) {
    const other = answering();
    play(other, 100, (ms) => ms === 0 && word(other, sign));
    expect(other.said(), sign).not.toContain(sign.slice(-2));
  }
});

test("a first word that nobody has seen goes below what comes in between, as a whole", () => {
  const script = answering();
  word(script, "Look");
  script.command(OWNER, { name: "help" });
  word(script, "ing at it.");
  script.claude(turnEnded());
  const [help, words] = [...script.posts.values()].slice(-2);
  expect(help).toContain("!invite @user");
  expect(words).toBe("Looking at it.");
});

test("what Claude says after a tool is news again, and tools come in bunches", () => {
  const script = answering({ isAuto: true });
  const writes = play(script, 4000, (ms) => {
    if (ms === 0) word(script, "I look at the files ");
    if (ms >= 1000 && ms < 1400 && ms % 100 === 0) {
      script.claude(toolUse(`t${ms}`, "Read", { file_path: `/f${ms}` }));
      script.claude(toolResult(`t${ms}`, "x"));
    }
    if (ms === 2500) word(script, "And this is it ");
  });
  expect(writes).toEqual([10, 1100, 1600, 2500]);
});

test("a slow server is not sent what nobody waits for: growth is asked for in steps, whatever it takes", () => {
  const script = answering();
  const puts = play(script, 60_000, () => word(script)).length;
  expect(puts).toBeLessThan(35);
});

test("a decision waits a moment for its tool's outcome, and is told alone when that takes longer", () => {
  const script = working();
  script.claude(toolUse("tool-r", "Bash", { command: "npm test" }));
  script.claude(permission("r"));
  const card = script.postCard();
  script.react({ id: "alice" as never, name: "alice" }, card, "+1");
  expect(script.said()).not.toContain("**Allowed**");
  script.now += 100;
  script.take({ type: "timer", name: "flush" });
  expect(script.said()).toContain("✅ **Allowed** by @alice");
  script.claude(toolResult("tool-r", "ok"));
  expect([...script.posts.values()].join("\n")).toContain("✅ **Allowed** by @alice ↳ ✅");
});

test("a clock that is set back holds up no tool's line and no decision", () => {
  const script = working();
  script.now = 3_600_000;
  script.claude(toolUse("a", "Bash", { command: "npm run a" }));
  script.now = 0;
  script.flush();
  script.flush();
  expect(script.said()).toContain("npm run a");
  script.now = 3_600_000;
  script.claude(toolUse("tool-r", "Bash", { command: "npm run b" }));
  script.claude(permission("r", "npm run b"));
  script.react({ id: "alice" as never, name: "alice" }, script.postCard(), "+1");
  script.now = 0;
  script.flush();
  expect(script.said()).toContain("✅ **Allowed** by @alice");
});

test("a clock that is set back between two tools holds up neither of their lines", () => {
  const script = working();
  script.now = 3_600_000;
  script.claude(toolUse("a", "Bash", { command: "npm run a" }));
  script.now = 0;
  script.claude(toolUse("b", "Bash", { command: "npm run b" }));
  script.flush();
  script.flush();
  expect(script.said()).toMatch(/npm run a.*npm run b/s);
});
