import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Attachment, Post, PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { contentOf, safeFileName } from "../../../src/session/content.ts";
import type { Message } from "../../../src/session/types.ts";
import { OWNER, user } from "../../support/session-script.ts";

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
  return {
    problems,
    options: {
      api: {
        thread: async () => posts as Post[],
        file: async (id: string) => {
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
  const { options, problems } = world();
  const attachments = [
    file("broken", "x`y.txt"),
    file("f", "ok.txt"),
    file("h", "huge", "a/b", 200 * 1024 * 1024),
  ];
  const [block] = await contentOf(message({ attachments }), "read", options);
  expect((block as { text: string }).text).toMatch(/^read\n\nAttached files:\n- .*ok-/);
  expect(problems.sort()).toEqual([
    expect.stringContaining("larger than 100 MB"),
    expect.stringContaining("`x_y.txt` could not be handed to Claude: no answer"),
  ]);
});

test.each([
  ["../../etc/passwd", "etc_passwd"],
  [".env", "env"],
  ["-rf", "rf"],
  ["a\u202egpj.exe", "a_gpj.exe"],
  ["a\nb$(rm).txt", "a_b_rm_.txt"],
  ["", "file"],
  ["ärger.pdf", "ärger.pdf"],
  [`${"x".repeat(300)}.tar`, `${"x".repeat(60)}.tar`],
])("the file name %j is made safe as %j", (name, safe) => {
  expect(safeFileName(name, "")).toBe(safe);
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
    "The thread so far:\n\n[@bob]: it fails\n\n[@bot, automatic]: build 7 [file: log.txt]\n\nThe message to you:\n\nfix it",
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
