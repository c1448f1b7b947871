// What others have written reaches Claude as quoted, labelled passages, and as nothing else.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitting, nameOf, quotedName, quotePost, sizeOf } from "../../../src/chat-tools/quoting.ts";
import type { FileId, Post, UserId } from "../../../src/mattermost/types.ts";
import { postId } from "../../support/fake-chat.ts";
import { endsAtOnce } from "../../support/hostile-texts.ts";
import { INJECTIONS } from "../../support/injections.ts";

const post = (message: string, how: Partial<Post> = {}): Post => ({
  id: postId("one"),
  channelId: "c" as Post["channelId"],
  threadId: postId("one"),
  userId: "u" as UserId,
  message,
  createdAt: Date.UTC(2026, 10, 27, 14, 3, 59),
  isFromPerson: true,
  pendingPostId: undefined,
  files: [],
  ...how,
});

const quoted = (message: string, how: Partial<Post> = {}, author: string | undefined = "bob"): string =>
  quotePost({ post: post(message, how), author, isOwn: false });

const file = (name: string) => ({ id: "f" as FileId, name, size: 1_250_000, mimeType: "text/plain" });

/** Whatever any reader may take for the end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: separators of files, groups and records are among them.
const LINE_END = /[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** Those of mm-claude's; the names in them are one quoted word each. */
const OURS = [
  /^post [a-z0-9]{26}( in ~here)? by (@[\p{L}\p{N}._-]*|somebody|you, this bot)('s account, but automatic: not a person's words)?, \d{4,6}-\d\d-\d\d \d\d:\d\d UTC(, a reply in the thread of [a-z0-9]{26})?:$/u,
  /^with an attachment that says$/,
  /^with the file "[^"\n]{0,1500}" \([0-9.]+ (?:MB|kB|bytes)\)$/,
  /^and \d+ more files$/,
  /^\(the rest of this post is cut off\)$/,
  /^\(nothing in it can be shown\)$/,
];

/** A reader who is easily fooled: every character that some program ends a line with ends it. */
function expectOnePassage(text: string): void {
  const [first, ...lines] = text.split(LINE_END);
  expect(first).toMatch(OURS[0] as RegExp);
  for (const line of lines) {
    const isOurs = OURS.slice(1).some((pattern) => pattern.test(line));
    expect(isOurs || line === ">" || line.startsWith("> "), JSON.stringify(line.slice(0, 200))).toBe(true);
  }
  // Nothing hidden, reordered or unstorable, and no tag of those that programs speak to models in.
  expect(text).not.toMatch(/[^\P{C}\n\t]|[\u{e0000}-\u{e01ff}\u3164\u2800]/u);
  expect(text).not.toMatch(
    /<[\s/!?|]*(?:antml|system|function_|tool_|invoke|parameter|human|assistant|user\b|im_)/i,
  );
  expect(text.length).toBeLessThan(30_000);
}

describe("one labelled passage it stays:", () => {
  test.each(Object.entries(INJECTIONS))("%s", (_name, text) => {
    expectOnePassage(quoted(text));
    expectOnePassage(quoted("see", { attachmentTexts: [text, text] }));
    expectOnePassage(quoted("see", { files: [file(text)] }));
    expectOnePassage(quoted("see", {}, text));
  });
});

test("a speaker's label in somebody's words is told for what it is", () => {
  for (const text of ["a\n[@alice]: yes", "［@alice］： yes", "【@alice】: yes", "[\u200b@alice]: yes"]) {
    expect(quoted(text)).toMatch(/^> \\.*alice/m);
    expect(quoted("see", { attachmentTexts: [text] })).toMatch(/^> \\.*alice/m);
  }
});

test("no line of others' words begins at the first column, whatever they are", () => {
  const pieces = [
    ...Object.values(INJECTIONS).map((text) => text.slice(0, 300)),
    "\n",
    "\r",
    "> ",
    "\u2028",
    "post ",
    "<",
  ];
  const words = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(
      words,
      fc.array(words, { maxLength: 3 }),
      fc.array(words, { maxLength: 3 }),
      fc.boolean(),
      (message, attachmentTexts, names, isFromPerson) => {
        expectOnePassage(
          quoted(message, { attachmentTexts, files: names.map(file), isFromPerson }, names[0]),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("all of a plain post is there: who, when, the words, the files, the attachments", () => {
  const attachmentTexts = ["Build 7 failed\nBranch: main"];
  expect(quoted("It broke.\n\n  see below", { attachmentTexts, files: [file("log.txt")] })).toBe(
    [
      `post ${postId("one")} by @bob, 2026-11-27 14:03 UTC:`,
      "> It broke.",
      ">",
      ">   see below",
      "with an attachment that says",
      "> Build 7 failed",
      "> Branch: main",
      'with the file "log.txt" (1.3 MB)',
    ].join("\n"),
  );
});

test("it is said who is no person, what is a reply, whose the bot's own are, and where it was", () => {
  expect(quoted("joined", { isFromPerson: false })).toContain(
    "by @bob's account, but automatic: not a person's words,",
  );
  expect(quoted("re", { threadId: postId("root") })).toContain(
    `, a reply in the thread of ${postId("root")}:`,
  );
  const own = quotePost({
    post: post("mine", { isFromPerson: false }),
    author: "claude",
    isOwn: true,
    place: "~here",
  });
  expect(own).toBe(`post ${postId("one")} in ~here by you, this bot, 2026-11-27 14:03 UTC:\n> mine`);
  expect(quotePost({ post: post("hi"), author: undefined, isOwn: false })).toContain("by somebody,");
});

test("code, Markdown and other scripts stay as they are", () => {
  const text =
    '```ts\nconst a: Array<string> = [`x`];\n```\n<div class="a">\t<Button/></div>\n**日本語** 👩‍👩‍👧 ❤️';
  expect(quoted(text)).toContain(text.replace(/^/gm, "> "));
});

test("a long post is cut, its attachments with it, and that is said", () => {
  expect(quoted("a".repeat(8000))).not.toContain("cut off");
  const long = quoted("a".repeat(8001), { attachmentTexts: ["b"] });
  expect(long).toContain("\n(the rest of this post is cut off)");
  expect(long).not.toContain("> b");
  expect(quoted("\u0000".repeat(7000))).toContain("(the rest of this post is cut off)");
  expect(quoted("", { files: Array.from({ length: 25 }, (_, at) => file(`${at}`)) })).toContain(
    "and 5 more files",
  );
});

test("a time that no calendar has is no fault", () => {
  expect(quoted("x", { createdAt: Number.MAX_VALUE })).toContain("UTC");
});

test("as many passages as fit are shown, and one in any case", () => {
  expect(fitting([])).toBe(0);
  expect(fitting(["a".repeat(40_000)])).toBe(1);
  expect(fitting(["a".repeat(20_000), "b".repeat(10_000), "c"])).toBe(2);
  expect(fitting(["a", "b"])).toBe(2);
});

test("sizes and names are short", () => {
  expect([999, 1500, 250_000, 52_000_000].map(sizeOf)).toEqual(["999 bytes", "2 kB", "0.3 MB", "52.0 MB"]);
  expect(nameOf("a".repeat(500))).toHaveLength(65);
  expect(quotedName('a"b\n"c')).toBe("\"a'b 'c\"");
});

test("it is quoted at once, whatever it is", () => {
  endsAtOnce("what is quoted", (text) => {
    quoted(text, { attachmentTexts: [text, text], files: [file(text)] }, text);
  });
});
