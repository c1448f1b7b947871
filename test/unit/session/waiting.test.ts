// Messages that are withdrawn or changed before Claude has got them.

import { describe, expect, test } from "vitest";
import type { MessageBlock } from "../../../src/claude/types.ts";
import type { FileId, PostId } from "../../../src/mattermost/types.ts";
import {
  createScript,
  INVITED,
  OTHER,
  OWNER,
  type Script,
  turnEnded,
  working,
} from "../../support/session-script.ts";

const FILE = { id: "f1" as FileId, name: "a.txt", size: 3, mimeType: "text/plain" };
const edit = (script: Script, postId: string, text: string) =>
  script.take({ type: "postEdited", postId: postId as PostId, text });
const remove = (script: Script, postId: string) =>
  script.take({ type: "postDeleted", postId: postId as PostId });
const content = (text: string): MessageBlock[] => [{ type: "text", text }];
const fetched = (script: Script, uuid: string, text: string) =>
  script.take({ type: "prepared", uuid, generation: script.state.generation, content: content(text) });
const waiting = (script: Script) => script.state.queue.map((message) => message.text);

/** A session whose first message waits for its file. */
function fetching(): Script {
  const script = createScript();
  script.says(OWNER, "look", { files: [FILE] });
  return script;
}

describe("a message whose files are being fetched", () => {
  test("goes to Claude once they are there", () => {
    const script = fetching();
    expect(script.effects.filter((effect) => effect.type === "send")).toEqual([]);
    fetched(script, "u1", "look\n- a.txt");
    expect(script.effects.filter((effect) => effect.type === "send")).toEqual([
      { type: "send", uuid: "u1", content: content("look\n- a.txt") },
    ]);
  });

  test("is withdrawn by an interruption, said so, and the next one goes", () => {
    const script = fetching();
    script.says(OWNER, "next");
    script.command(OWNER, { name: "interrupt" });
    fetched(script, "u1", "look");
    expect(script.sent()).toEqual(["look", "next"]);
    expect(script.effects.flatMap((effect) => (effect.type === "send" ? [effect.uuid] : []))).toEqual(["u2"]);
    expect(script.said()).toContain("⏸️ **Interrupted** by @alice: Claude did not get the message");
    expect(script.effects.some((effect) => effect.type === "interruptClaude")).toBe(false);
  });

  test("is withdrawn when it is deleted", () => {
    const script = fetching();
    remove(script, "m1");
    fetched(script, "u1", "look");
    expect(script.effects.filter((effect) => effect.type === "send")).toEqual([]);
    expect(script.state).toMatchObject({ phase: { name: "idle" } });
  });

  test("goes with its new words when it is edited", () => {
    const script = fetching();
    edit(script, "m1", "look well");
    expect(script.sent()).toEqual(["look", "look well"]);
  });

  test("is fetched again after a restart", () => {
    const script = fetching();
    script.take({ type: "restored", saved: { holdsMessage: false, texts: [] } });
    script.take({ type: "slotGranted", slot: 1 });
    fetched(script, "u1", "look");
    expect(script.effects.filter((effect) => effect.type === "send")).toHaveLength(1);
  });
});

describe("a message that waits", () => {
  test("is withdrawn when it is deleted, and its mark goes", () => {
    const script = working();
    script.says(OWNER, "two");
    script.says(OWNER, "three");
    const effects = remove(script, "m2");
    expect(effects).toContainEqual({ type: "unreact", target: { postId: "m2" }, emojiName: "eyes" });
    expect(waiting(script)).toEqual(["three"]);
  });

  test("goes with its new words when it is edited, in its place", () => {
    const script = working();
    script.says(OWNER, "two");
    script.says(OWNER, "three");
    edit(script, "m2", "2");
    script.claude(turnEnded());
    script.claude(turnEnded());
    expect(script.sent()).toEqual(["go", "2", "three"]);
  });

  test("is withdrawn when nothing is left of it", () => {
    const script = working();
    script.says(OWNER, "two");
    edit(script, "m2", "  ");
    expect(waiting(script)).toEqual([]);
  });

  test("is no longer let in with other words than somebody has read", () => {
    const script = working();
    script.says(OTHER, "may I?");
    const card = script.postCard();
    script.react(OWNER, card, "+1");
    expect(waiting(script)).toEqual(["may I?"]);
    edit(script, "m2", "rm -rf /");
    expect(waiting(script)).toEqual([]);
    expect(script.state.asks).toMatchObject([{ kind: "guest", message: { text: "rm -rf /" } }]);
    script.claude(turnEnded());
    expect(script.sent()).toEqual(["go"]);
  });

  test.each(["!compact", "/model opus"])("can't become the command %s", (text) => {
    const script = working();
    script.says(INVITED, "x");
    script.says(OWNER, "two");
    edit(script, "m3", text);
    expect(waiting(script)).toEqual([]);
    expect(script.said()).toContain("so it was withdrawn");
  });

  test("and is a command can't become another one", () => {
    const script = working();
    script.says(OWNER, "/compact", { isSlashCommand: true });
    edit(script, "m2", "/clear");
    expect(waiting(script)).toEqual([]);
  });

  test.each(["!compact", "/compact", "  !compact\n"])(
    "and is a command waits on when its post still says %j",
    (text) => {
      const script = working();
      script.says(OWNER, "/compact", { isSlashCommand: true });
      expect(edit(script, "m2", text)).toEqual([]);
      expect(waiting(script)).toEqual(["/compact"]);
    },
  );

  test("is Claude's once it was sent: an edit or a deletion changes nothing any more", () => {
    const script = working();
    edit(script, "m1", "stay");
    remove(script, "m1");
    expect(script.state.phase.name).toBe("working");
    expect(script.sent()).toEqual(["go"]);
  });
});
