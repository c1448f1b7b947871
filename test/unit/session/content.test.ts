import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { Attachment, Post, PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { contentOf, safeFileName } from "../../../src/session/content.ts";
import type { Message } from "../../../src/session/types.ts";
import { OWNER, user } from "../../support/session-script.ts";

const MEGABYTE = 1024 * 1024;
let filesDirectory = "";
beforeEach(() => {
  filesDirectory = mkdtempSync(join(tmpdir(), "mm-claude-test-"));
});
afterEach(() => rmSync(filesDirectory, { recursive: true, force: true }));

const file = (id: string, name: string, mimeType = "text/plain", size = 3): Attachment => ({
  id: id as Attachment["id"],
  name,
  mimeType,
  size,
});
const message = (more: Partial<Message> = {}): Message => ({
  uuid: "u",
  postId: "p9" as PostId,
  by: OWNER,
  text: "hi",
  attachments: [],
  isSlashCommand: false,
  withThread: false,
  ...more,
});

function world(posts: readonly Partial<Post>[] = []) {
  const problems: string[] = [];
  const asked: string[] = [];
  return {
    problems,
    /** The files that were fetched. */
    asked,
    options: {
      api: {
        thread: async () => posts as Post[],
        file: async (id: string, maxBytes: number) => {
          expect(maxBytes).toBe(50 * MEGABYTE);
          asked.push(id);
          if (id === "liar") {
            throw new MattermostError("too-large", "Could not download a file: it is larger than 50 MB.");
          }
          if (id === "broken") {
            throw new Error("no answer");
          }
          return id === "big" ? new Uint8Array(6 * 1024 * 1024) : new Uint8Array([1, 2, 3]);
        },
      },
      directory: { byId: async (id: UserId) => user(id) },
      threadId: "t" as ThreadId,
      filesDirectory,
      onProblem: (detail: string) => void problems.push(detail),
    },
  };
}

test("images go along as images, before the words", async () => {
  const { options } = world();
  const blocks = await contentOf(
    message({ attachments: [file("f", "a.png", "image/png")] }),
    "look",
    options,
  );
  expect(blocks).toEqual([
    { type: "image", mediaType: "image/png", base64: "AQID" },
    { type: "text", text: "look" },
  ]);
});

test("an image without words still comes with some", async () => {
  const { options } = world();
  const blocks = await contentOf(message({ attachments: [file("f", "a.png", "image/png")] }), "", options);
  expect(blocks.at(-1)).toEqual({ type: "text", text: "See the attached image." });
});

test("every other file, and an image too big for one, is saved where Claude can read it, again after a crash", async () => {
  const { options, problems } = world();
  const attachments = [
    file("f", "../../etc/a b.txt"),
    file("g", "a b.txt"),
    file("big", "big.png", "image/png"),
  ];
  for (let time = 0; time < 2; time++) {
    const [block] = await contentOf(message({ attachments }), "read", options);
    const paths = [...(block as { text: string }).text.matchAll(/^- (.*)$/gm)].map((match) => match[1] ?? "");
    expect(paths).toHaveLength(3);
    expect(paths.every((path) => path.startsWith(filesDirectory + sep))).toBe(true);
    expect([...readFileSync(paths[0] ?? "")]).toEqual([1, 2, 3]);
  }
  expect(readdirSync(filesDirectory)).toHaveLength(3);
  expect(problems).toEqual([]);
});

test("a file that can't be fetched is named, and the rest goes through", async () => {
  const { options, problems, asked } = world();
  const attachments = [
    file("broken", "x`y.txt"),
    file("f", "ok.txt"),
    file("h", "huge", "a/b", 50 * MEGABYTE + 1),
    file("liar", "liar", "a/b"),
  ];
  const [block] = await contentOf(message({ attachments }), "read", options);
  expect((block as { text: string }).text).toMatch(/^read\n\nAttached files:\n- .*ok-/);
  expect(problems).toEqual([
    "The file `x_y.txt` could not be handed to Claude: no answer",
    "The file `huge` could not be handed to Claude: it is larger than 50 MB",
    "The file `liar` could not be handed to Claude: it is larger than 50 MB",
  ]);
  expect(asked).toEqual(["broken", "f", "liar"]);
});

/** What the words name as saved. */
const saved = (blocks: readonly unknown[]): string[] => {
  const { text } = blocks.at(-1) as { text: string };
  return [...text.matchAll(/^- (.*)$/gm)].map((match) => match[1] ?? "");
};
const several = (count: number, size = 3): Attachment[] =>
  Array.from({ length: count }, (_, at) => file(`f${at}`, `n${at}.txt`, "text/plain", size));

test("ten files of a message are taken, the others are named in one sentence", async () => {
  const { options, problems, asked } = world();
  const blocks = await contentOf(message({ attachments: several(12) }), "read", options);
  expect(saved(blocks)).toHaveLength(10);
  expect(asked).toHaveLength(10);
  expect(problems).toEqual([
    "Only the first 10 files of a message are handed to Claude, so these were not: `n10.txt`, `n11.txt`.",
  ]);
  await contentOf(message({ attachments: several(500) }), "read", options);
  expect(problems[1]).toMatch(/^Only .*: `n10\.txt`, .* `n19\.txt` and 480 more\.$/);
});

test("a session's hundred files stay a hundred, a message that is sent again finds room, images need none", async () => {
  const { options, problems, asked } = world();
  for (let at = 0; at < 98; at++) writeFileSync(join(filesDirectory, `${at}`), "");
  const attachments = [...several(4), file("i", "i.png", "image/png")];
  for (let time = 0; time < 2; time++) {
    const blocks = await contentOf(message({ attachments }), "read", options);
    expect(saved(blocks)).toHaveLength(2);
    expect(blocks).toHaveLength(2);
  }
  expect(readdirSync(filesDirectory)).toHaveLength(100);
  const sentence =
    "A session keeps 100 files and 200 MB at most, so these were not handed to Claude: `n2.txt`, `n3.txt`.";
  expect(problems).toEqual([sentence, sentence]);
  // What has no room is not fetched.
  expect(asked).toEqual(["f0", "f1", "i", "f0", "f1", "i"]);
});

test("a session's megabytes are counted as they lie there, not as the server tells them", async () => {
  const { options, problems, asked } = world();
  const full = join(filesDirectory, "full");
  writeFileSync(full, "");
  truncateSync(full, 200 * MEGABYTE - 3);
  const [first, second] = [several(1), [file("g", "g.txt", "text/plain", 0)]];
  expect(saved(await contentOf(message({ attachments: first }), "read", options))).toHaveLength(1);
  expect(saved(await contentOf(message({ attachments: second }), "read", options))).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^A session keeps .*: `g\.txt`\.$/)]);
  expect(asked).toEqual(["f0", "g"]);
  expect(readdirSync(filesDirectory)).toHaveLength(2);
});

test("without a directory of its own a session gets images alone", async () => {
  const { options, problems } = world();
  const attachments = [file("f", "a.txt"), file("i", "i.png", "image/png")];
  const blocks = await contentOf(message({ attachments }), "read", { ...options, filesDirectory: undefined });
  expect(blocks.map((block) => block.type)).toEqual(["image", "text"]);
  expect(problems).toEqual(["The file `a.txt` could not be handed to Claude: there is no place to save it"]);
});

test("nothing is written through a link, be it in the file's place or in the directory's", async () => {
  const outside = mkdtempSync(join(tmpdir(), "mm-claude-test-"));
  const { options, problems } = world();
  const attachments = [file("f", "a.txt")];
  const [path = ""] = saved(await contentOf(message({ attachments }), "read", options));
  rmSync(path);
  symlinkSync(join(outside, "target"), path);
  expect(saved(await contentOf(message({ attachments }), "read", options))).toEqual([path]);
  expect(lstatSync(path).isFile()).toBe(true);
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
  rmSync(path);
  rmdirSync(filesDirectory);
  symlinkSync(outside, filesDirectory);
  expect(saved(await contentOf(message({ attachments }), "read", options))).toEqual([]);
  expect(problems).toEqual([expect.stringContaining("the directory for it is no longer there")]);
  expect(readdirSync(outside)).toEqual([]);
  rmdirSync(outside);
});

test.each([
  ["../../etc/passwd", "etc_passwd"],
  [".env", "env"],
  [".git", "git"],
  ["..", "file"],
  [". .", "file"],
  ["-rf", "rf"],
  ["a\u202egpj.exe", "agpj.exe"],
  ["a\u00a0\u2800b\u3164.txt", "a_b.txt"],
  ["\u0301a\u200d\ufe0f.txt", "a.txt"],
  ["a\nb$(rm).txt", "a_b_rm_.txt"],
  ["", "file"],
  ["ärger.pdf", "ärger.pdf"],
  ["a\u0308.pdf", "ä.pdf"],
  ["report.pdf ", "report.pdf"],
  ["end...", "end"],
  ["CON", "file-CON"],
  ["nul.tar.gz", "file-nul.tar.gz"],
  [".Com1.txt", "file-Com1.txt"],
  ["lpt².a", "file-lpt².a"],
  ["c\u200bon.", "file-con"],
  ["console.log", "console.log"],
  [`${"x".repeat(300)}.tar`, `${"x".repeat(136)}.tar`],
  [`${"😀".repeat(100)}.tar`, `${"😀".repeat(34)}.tar`],
])("the file name %j is made safe as %j", (name, safe) => {
  expect(safeFileName(name, "")).toBe(safe);
});

const awkward = fc.constantFrom(
  ...[
    "/",
    "\\",
    "..",
    ".",
    " ",
    "\0",
    "\n",
    "\u202e",
    "\u200b",
    "\u2800",
    "\u3164",
    "\u0301",
    "\u0338",
    "\ud800",
  ],
  ...[
    "-",
    "_",
    "con",
    "NUL",
    "com1",
    "LPT³",
    ".git",
    ".env",
    ".txt",
    "😀",
    "\u2000",
    "\u037e",
    "a",
    "é",
    "x".repeat(139),
  ],
);
const fileName = fc
  .array(fc.oneof(awkward, awkward, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), {
    maxLength: 60,
  })
  .map((parts) => parts.join(""));

test("whatever it is called, a file's name is short, visible, no path, no device, and safe as it is", () => {
  fc.assert(
    fc.property(fileName, fc.constantFrom("", "p1f1"), (name, source) => {
      const safe = safeFileName(name, source);
      expect(safe).not.toMatch(/[/\\\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u);
      expect(safe).not.toMatch(/^(?:|\.{1,2}|[.\-\p{M}].*|.*\.)$/u);
      expect(safe).not.toMatch(/^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?:\.|$)/i);
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(140);
      expect(safe).toBe(safe.normalize("NFC"));
      expect(safeFileName(safe, "")).toBe(safe);
    }),
    { numRuns: 2000 },
  );
});

test("two files of one name do not overwrite each other", () => {
  expect(safeFileName("a.txt", "1")).not.toBe(safeFileName("a.txt", "2"));
});

test("the thread before the message is told with who said what, bots' posts as automatic", async () => {
  const said = (id: string, by: string, text: string, isFromPerson = true): Partial<Post> => ({
    id: id as PostId,
    userId: by as UserId,
    message: text,
    isFromPerson,
    attachments: id === "p2" ? [file("f", "log.txt")] : [],
  });
  const { options } = world([
    said("p1", "bob", "it fails"),
    said("p2", "bot", "build 7", false),
    said("p9", "alice", "hi"),
    said("p10", "bob", "later"),
  ]);
  const [block] = await contentOf(message({ withThread: true }), "fix it", options);
  expect((block as { text: string }).text).toBe(
    "The thread so far:\n\n> [@bob]: it fails\n>\n> [@bot, automatic]: build 7 [file: log.txt]\n\nThe message to you:\n\nfix it",
  );
});

test("of a long thread the newest is told", async () => {
  const posts = Array.from({ length: 300 }, (_, at) => ({
    id: `p${at + 100}` as PostId,
    userId: "bob" as UserId,
    message: `${at} ${"x".repeat(1000)}`,
    isFromPerson: true,
    attachments: [],
  }));
  const { options } = world([...posts, { id: "p9" as PostId, message: "hi", attachments: [] }]);
  const [block] = await contentOf(message({ withThread: true }), "fix it", options);
  const { text } = block as { text: string };
  expect(text.length).toBeLessThan(42_000);
  expect(text).toContain("[@bob]: 299 ");
  expect(text).not.toContain("[@bob]: 0 ");
});
