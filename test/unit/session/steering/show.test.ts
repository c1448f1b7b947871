// `!show`: how much of what Claude does is shown, and what no folding hides.

import { describe, expect, test } from "vitest";
import type { PostId } from "../../../../src/mattermost/types.ts";
import { claudeOf } from "../../../../src/session/phases.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../../src/session/snapshot.ts";
import {
  INVITED,
  OTHER,
  OWNER,
  permission,
  type Script,
  toolResult,
  toolUse,
  turnEnded,
  working,
} from "../../../support/session-script.ts";

const show = (script: Script, argument: string, by = OWNER): void => {
  script.command(by, { name: "show", argument, postId: "p" as PostId });
};

function showing(argument: string, more = {}): Script {
  const script = working(more);
  show(script, argument);
  script.posts.clear();
  return script;
}

const read = (script: Script, id: string, isError = false): void => {
  script.claude(toolUse(id, "Read", { file_path: `/home/alice/project/${id}.ts` }));
  script.claude(toolResult(id, "text", isError));
};

const say = (script: Script, text: string): void => {
  script.claude({ type: "textDelta", text, blockIndex: 0 });
};

const think = (script: Script, text: string, blockIndex = 0): void => {
  script.claude({ type: "thinkingDelta", text, blockIndex });
};

const turnPosts = (script: Script): string[] =>
  [...script.posts].flatMap(([key, text]) => (key.startsWith("turn") ? [text] : []));

describe("what is set", () => {
  test("is told, by whoever may send a message and by nobody else", () => {
    const script = working();
    show(script, "");
    expect(script.said()).toContain("`tools`, which is a line for each tool. `!show NAME` changes it");
    script.state.participants.set(INVITED.id, INVITED.name);
    show(script, "Answers", INVITED);
    expect(script.state.steering.show).toBe("answers");
    show(script, "all", OTHER);
    show(script, "constructor");
    expect(script.state.steering.show).toBe("answers");
    expect(script.said()).toContain("Nothing is called `constructor` here");
  });

  test("and the line of the turn under way are the same after a restart", () => {
    const script = showing("answers", { isAuto: true });
    read(script, "a");
    script.claude(toolUse("b", "Bash", { command: "make" }));
    const snapshot = {
      threadId: "t",
      process: undefined,
      directory: "/",
      filesDirectory: undefined,
      state: script.state,
      writer: { entries: [], writes: [] },
    };
    const kept = decodeSnapshot(JSON.parse(encodeSnapshot(snapshot as never)))?.state;
    expect(kept?.steering.show).toBe("answers");
    expect(kept?.turn.folded).toEqual(script.state.turn.folded);
  });
});

describe("with `answers`", () => {
  test("one line stands for the tools of a turn, and the answer below it", () => {
    const script = showing("answers", { isAuto: true });
    read(script, "a");
    read(script, "b");
    script.claude(toolUse("c", "mcp__issues__list_open", {}));
    script.claude(toolResult("c", "none"));
    say(script, "All is well.");
    script.claude(turnEnded());
    expect(turnPosts(script)).toEqual(["⚙️ 3 tools: Read 2, list\\_open 1\n\nAll is well."]);
  });

  test("each turn has a line of its own", () => {
    const script = showing("answers", { isAuto: true });
    read(script, "a");
    script.claude(turnEnded());
    script.says(OWNER, "more");
    read(script, "b");
    script.claude(turnEnded());
    expect(turnPosts(script)).toEqual(["⚙️ 1 tool: Read 1", "⚙️ 1 tool: Read 1"]);
  });

  test("a tool that fails has its line", () => {
    const script = showing("answers", { isAuto: true });
    read(script, "a");
    read(script, "b", true);
    script.claude(turnEnded());
    expect(turnPosts(script)).toEqual([
      expect.stringMatching(/^⚙️ 2 tools: Read 2\n\n📄 \*\*Read\*\* `b\.ts` ↳ ❌/),
    ]);
  });

  test("a card stands for its tool, and the line does not count it", () => {
    const script = showing("answers");
    read(script, "a");
    script.flush();
    script.claude(toolUse("tool-p", "Bash", { command: "npm test" }));
    script.claude(permission("p"));
    const card = script.postCard();
    expect([...script.posts.values()].join("\n")).toContain("npm test");
    script.react(OWNER, card, "+1");
    script.claude(toolResult("tool-p", "ok"));
    read(script, "b");
    say(script, "Done.");
    script.claude(turnEnded());
    expect(turnPosts(script)).toEqual(["⚙️ 2 tools: Read 2", "Done."]);
    expect([...script.posts.values()].join("\n")).toMatch(/Allowed.*@alice[\s\S]*✅/);
  });

  test("a turn in which everything was asked about has no line", () => {
    const script = showing("answers");
    script.claude(toolUse("tool-p", "Bash", { command: "npm test" }));
    script.claude(permission("p"));
    script.react(OWNER, script.postCard(), "-1");
    script.claude(toolResult("tool-p", "denied", true));
    script.claude(turnEnded());
    expect(script.said()).not.toContain("⚙️");
  });

  test("forty tools in twenty seconds are a handful of edits", () => {
    const script = showing("answers", { isAuto: true });
    let writes = 0;
    for (let ms = 0; ms < 20_000; ms += 50) {
      script.now += 50;
      if ((claudeOf(script.state)?.flushAt ?? Infinity) <= script.now) {
        const effects = script.take({ type: "timer", name: "flush" });
        writes += effects.filter(({ type }) => type === "put").length;
      }
      if (ms % 500 === 0) {
        read(script, `t${ms}`);
      }
    }
    expect(writes).toBeGreaterThan(2);
    expect(writes).toBeLessThan(8);
    script.claude(turnEnded());
    expect(turnPosts(script)).toEqual(["⚙️ 40 tools: Read 40"]);
  });
});

describe("what Claude thinks", () => {
  test("is shown with `all` alone, as a quote above the answer", () => {
    for (const shown of ["answers", "tools", "all"]) {
      const script = showing(shown);
      script.claude({ type: "messageStarted", messageId: "m" });
      think(script, "First this.\n");
      think(script, "Then that.\n\n");
      script.claude({ type: "textDelta", text: "The answer.", blockIndex: 1 });
      script.claude(turnEnded());
      const quote = shown === "all" ? "> 💭 First this.\n> Then that.\n\n" : "";
      expect(turnPosts(script)).toEqual([`${quote}The answer.`]);
    }
  });

  test("calls nobody, not even those whom Claude's answers may call", () => {
    const script = showing("all");
    script.claude({ type: "messageStarted", messageId: "m" });
    think(script, "@alice and @channel and");
    think(script, " @all\n@alice");
    script.claude(turnEnded());
    expect(turnPosts(script).join("")).not.toMatch(/@(?:alice|channel|all)/);
  });

  test("is cut where it gets long, and is no answer", () => {
    const script = showing("all");
    script.claude({ type: "messageStarted", messageId: "m" });
    for (let piece = 0; piece < 5000; piece++) {
      think(script, "and on ");
    }
    script.claude(turnEnded());
    const [text = ""] = turnPosts(script);
    expect(text.length).toBeLessThan(1700);
    expect(text).toContain(" …");
    expect(script.said()).toContain("without a word");
  });

  test("whose fence or list is open does not swallow the answer", () => {
    const script = showing("all");
    script.claude({ type: "messageStarted", messageId: "m" });
    think(script, "Like so:\n```ts\nconst a = 1;");
    script.claude({ type: "textDelta", text: "The answer.", blockIndex: 1 });
    script.claude(turnEnded());
    expect(turnPosts(script)[0]).toMatch(/const a = 1;\n> ```\n\nThe answer\.$/);
  });
});
