// All that a card promises is in the thread before it can be allowed; what can't be shown in full can't be allowed.

import { describe, expect, test } from "vitest";
import type { RequestId } from "../../../src/claude/types.ts";
import type { PostId } from "../../../src/mattermost/types.ts";
import type { Effect } from "../../../src/session/types.ts";
import {
  OWNER,
  permission,
  plan,
  type Script,
  toolResult,
  toolUse,
  working,
} from "../../support/session-script.ts";

const LIMIT = 4000;
const command = (lines: number): string =>
  Array.from({ length: lines }, (_, at) => `echo line ${at}`).join("\n");
const LONG = command(1200);
const TOO_LONG = command(9000);

const puts = (effects: readonly Effect[]) => effects.filter((effect) => effect.type === "put");
const reactions = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === "react" ? [effect.emojiName] : []));

/** A card whose file the server does not take. */
function refused(text: string, id = "r"): { script: Script; effects: Effect[] } {
  const script = working({ postLimit: LIMIT });
  script.claude(permission(id, text));
  const key = script.state.asks[0]?.key ?? "";
  return { script, effects: script.take({ type: "fileRefused", key }) };
}

describe("where the server takes no file", () => {
  test("the whole stands in posts before the card, and then the choices", () => {
    const { script, effects } = refused(LONG);
    const posts = puts(effects);
    expect(posts.length).toBeGreaterThan(3);
    expect(posts.length).toBeLessThanOrEqual(12);
    const lines = posts.flatMap(({ markdown }) => markdown.split("\n"));
    expect(lines.filter((line) => line.startsWith("echo"))).toEqual(LONG.split("\n"));
    for (const { markdown } of posts) expect([...markdown].length).toBeLessThanOrEqual(LIMIT);
    const card = posts.at(-1);
    expect(card?.key).toBe(script.state.asks[0]?.key);
    expect(card?.file).toBeUndefined();
    expect(card?.markdown).not.toContain("📎");
    expect(card?.attachment?.text).toBe("👍 allow · ✅ allow all for this session · 👎 deny");
    expect(posts.slice(0, -1).filter(({ attachment }) => attachment)).toEqual([]);
    const order = effects.map(({ type }) => type);
    expect(order.lastIndexOf("put")).toBeLessThan(order.indexOf("react"));
    expect(reactions(effects)).toEqual(["+1", "white_check_mark", "-1"]);
    script.react(OWNER, script.postCard(), "+1");
    expect(script.answers()).toMatchObject([{ behavior: "allow", updatedInput: { command: LONG } }]);
  });

  test("what needs too many posts can only be denied, and the card says why and what to do", () => {
    const { script, effects } = refused(TOO_LONG);
    expect(puts(effects)).toHaveLength(1);
    expect(reactions(effects)).toEqual(["-1"]);
    const text = script.posts.get(script.state.asks[0]?.key ?? "");
    expect(text).toContain("can't be allowed");
    expect(text).toContain("`FileSettings.EnableFileAttachments`");
    expect(text?.split("\n").at(-1)).toBe("👎 deny");
    const card = script.postCard();
    script.react(OWNER, card, "+1");
    script.react(OWNER, card, "white_check_mark");
    script.says(OWNER, "yes");
    expect(script.answers()).toEqual([]);
    expect(script.said()).toContain("⏳ Still waiting: 👎 denies, or reply `no, because …`.");
    script.react(OWNER, card, "-1");
    expect(script.answers()).toMatchObject([{ behavior: "deny" }]);
  });

  test("allowing all on another card allows it no more, then or later", () => {
    const { script } = refused(TOO_LONG);
    const card = script.postCard();
    script.claude(permission("two"));
    script.react(OWNER, script.postCard(), "white_check_mark");
    script.claude(permission("three"));
    expect(script.answers()).toMatchObject([{ to: "two" }, { to: "three" }]);
    script.react(OWNER, card, "+1");
    expect(script.state.asks).toMatchObject([{ requestId: "r" }]);
    script.says(OWNER, "no");
    expect(script.answers()).toHaveLength(3);
  });

  test("a card that was posted with its file, deleted, and then refused stands in posts as well", () => {
    const script = working({ postLimit: LIMIT });
    script.claude(permission("r", LONG));
    const card = script.postCard();
    expect(script.take({ type: "postDeleted", postId: card as PostId })).toContainEqual(
      expect.objectContaining({ type: "repost" }),
    );
    script.react(OWNER, card, "+1");
    script.take({ type: "fileRefused", key: script.state.asks[0]?.key ?? "" });
    expect(script.answers()).toEqual([]);
    script.react(OWNER, script.postCard(), "+1");
    expect(script.answers()).toHaveLength(1);
  });

  test("a card nobody waits for any more says what became of it", () => {
    const script = working({ postLimit: LIMIT });
    script.claude(permission("r", LONG));
    const key = script.state.asks[0]?.key ?? "";
    script.claude({ type: "askCancelled", requestId: "r" as RequestId });
    expect(puts(script.take({ type: "fileRefused", key }))).toMatchObject([
      { key, attachment: { text: expect.stringContaining("⚪ **No longer open**") } },
    ]);
    script.claude(toolUse("tool-s", "Bash", { command: LONG }));
    script.claude(permission("s", LONG));
    const later = script.state.asks[0]?.key ?? "";
    script.claude(permission("t"));
    script.react(OWNER, script.postCard(), "white_check_mark");
    expect(puts(script.take({ type: "fileRefused", key: later }))).toMatchObject([
      {
        key: later,
        attachment: { text: expect.stringContaining("✅ **Allowed for this session** by @alice") },
      },
    ]);
    expect(puts(script.claude(toolResult("tool-s", "out")))[0]?.attachment?.text).toContain("@alice ↳ ✅");
  });
});

describe("a card of several posts", () => {
  function inPosts(): { script: Script; keys: string[] } {
    const script = working({ postLimit: LIMIT });
    script.claude(plan("p", Array.from({ length: 600 }, (_, at) => `- step ${at}`).join("\n")));
    const [ask] = script.state.asks;
    return { script, keys: (ask?.pieces ?? []).map(({ key }) => key) };
  }

  test("can't be approved while one of them is missing, by emoji or in words", () => {
    const { script, keys } = inPosts();
    expect(keys.length).toBeGreaterThan(0);
    script.take({ type: "posted", key: script.state.asks[0]?.key ?? "", postId: "card" as PostId });
    script.react(OWNER, "card", "+1");
    script.says(OWNER, "yes");
    expect(script.answers()).toEqual([]);
    for (const key of keys) script.take({ type: "posted", key, postId: `post-${key}` as PostId });
    script.react(OWNER, "card", "+1");
    expect(script.answers()).toMatchObject([{ behavior: "allow" }]);
  });

  test("has each of them again when somebody deletes one, and can't be approved until then", () => {
    const { script, keys } = inPosts();
    const card = script.postCard();
    const [first = ""] = keys;
    const shown = script.posts.get(first);
    const again = script.take({ type: "postDeleted", postId: `${first}-post` as PostId });
    expect(again).toMatchObject([{ type: "put", key: first, markdown: shown }]);
    script.react(OWNER, card, "+1");
    expect(script.answers()).toEqual([]);
    script.take({ type: "posted", key: first, postId: "again" as PostId });
    script.react(OWNER, card, "+1");
    expect(script.answers()).toHaveLength(1);
  });

  test("can be denied at any time", () => {
    const { script } = inPosts();
    script.take({ type: "posted", key: script.state.asks[0]?.key ?? "", postId: "card" as PostId });
    script.react(OWNER, "card", "-1");
    expect(script.answers()).toMatchObject([{ behavior: "deny" }]);
  });
});

test("a long plan whose file the server does not take stands in posts, and can be approved", () => {
  const script = working({ postLimit: LIMIT });
  const [put] = puts(script.claude(plan("r", LONG)));
  expect(put?.file?.name).toBe("plan.md");
  const posts = puts(script.take({ type: "fileRefused", key: script.state.asks[0]?.key ?? "" }));
  expect(posts.length).toBeGreaterThan(3);
  expect(posts.map(({ markdown }) => markdown).join("\n")).toContain("echo line 1199");
  expect(posts.filter(({ file }) => file)).toEqual([]);
  for (const [at, { key }] of posts.slice(0, -1).entries()) {
    script.take({ type: "posted", key, postId: `piece${at}` as PostId });
  }
  script.react(OWNER, script.postCard(), "+1");
  expect(script.answers()).toMatchObject([{ behavior: "allow" }]);
});

test("a file of no card that the server does not take is told of as one, and one of Claude's by Claude alone", () => {
  const script = working();
  expect(puts(script.take({ type: "fileRefused", key: "file.7" }))).toEqual([]);
  const [put] = puts(script.take({ type: "fileRefused", key: "patch.8" }));
  expect(put?.attachment?.text).toContain("`FileSettings.MaxFileSize`");
  expect(put?.attachment?.text).not.toContain("No longer open");
});
