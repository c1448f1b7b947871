// The files that are made of what tools gave: from what Claude Code has saved, never with the bot's token in them.

import { linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSavedResults } from "../../../src/claude/saved-results.ts";
import type { ToolUseId } from "../../../src/claude/types.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { ChannelId, FileId } from "../../../src/mattermost/types.ts";
import { outputFiles } from "../../../src/session/output-files.ts";
import { createRedact } from "../../../src/util/redact.ts";
import { OWNER } from "../../support/session-script.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const SESSION = "3f0b1c1e-0000-4000-8000-000000000000";
const TOKEN = "abcdefghijklmnopqrstuvwxyz";
const MEGABYTE = 1024 * 1024;

interface Saved {
  readonly id: string;
  readonly content: unknown;
  readonly toolUseResult?: unknown;
}

function place(saved: readonly Saved[]) {
  const home = temporaryDirectory();
  const project = join(home, ".claude/projects/-some-where");
  mkdirSync(project, { recursive: true });
  const lines = saved.map(({ id, content, toolUseResult }) =>
    JSON.stringify({
      type: "user",
      message: { role: "user", content: [{ type: "tool_result", tool_use_id: id, content }] },
      toolUseResult,
    }),
  );
  writeFileSync(join(project, `${SESSION}.jsonl`), `{"type":"summary"}\n${lines.join("\n")}\n{"cut`);
  const uploaded = new Map<string, string>();
  const give = (ids: readonly string[], maxFileSize = 100 * MEGABYTE, refusal?: Error) =>
    outputFiles(
      {
        by: OWNER,
        key: undefined,
        leftOut: 0,
        tools: ids.map((id, at) => ({
          id: id as ToolUseId,
          name: "Bash",
          conversationId: SESSION,
          number: at + 1,
        })),
      },
      {
        api: {
          maxFileSize: async () => maxFileSize,
          uploadFile: async (_channel, name, bytes) => {
            if (refusal) {
              throw refusal;
            }
            uploaded.set(name, new TextDecoder().decode(bytes));
            return `id of ${name}` as FileId;
          },
        },
        channelId: "c" as ChannelId,
        redact: createRedact([TOKEN]),
        readResults: (conversationId, wanted) => readSavedResults({ HOME: home }, conversationId, wanted),
      },
    );
  return { project, uploaded, give };
}

test("each result is a file, in order, with a word in the place of a picture", async () => {
  const { give, uploaded } = place([
    { id: "a", content: "plain\u2028text" },
    {
      id: "b",
      content: [
        { type: "text", text: "seen:" },
        { type: "image", source: {} },
      ],
    },
    { id: "other", content: "not asked for" },
  ]);
  expect(await give(["a", "b"])).toMatchObject({
    files: ["bash-1.txt", "bash-2.txt"],
    fileIds: ["id of bash-1.txt", "id of bash-2.txt"],
    problems: [],
  });
  expect([...uploaded.values()]).toEqual(["plain\u2028text", "seen:\n[picture]"]);
});

test("what holds the bot's token, or a long part of it, is not uploaded; the others are", async () => {
  const { give, uploaded } = place([
    { id: "a", content: `TOKEN=${TOKEN}` },
    { id: "b", content: `…${TOKEN.slice(-14)}` },
    { id: "c", content: "harmless" },
  ]);
  const { files, problems } = await give(["a", "b", "c"]);
  expect(files).toEqual(["bash-3.txt"]);
  expect(problems.join(" ")).toMatch(/`bash-1\.txt` holds the secret .*`bash-2\.txt` holds the secret/);
  expect([...uploaded.values()]).toEqual(["harmless"]);
});

test("the token in the part that is left out counts as well", async () => {
  const { give } = place([{ id: "a", content: `${TOKEN}\n${"row\n".repeat(MEGABYTE)}` }]);
  expect((await give(["a"])).files).toEqual([]);
});

test("of what is too long the end is attached, from a whole line on, and says how much is missing", async () => {
  const { give, uploaded } = place([{ id: "a", content: `${"ä row\n".repeat(MEGABYTE)}the end` }]);
  await give(["a"]);
  const text = uploaded.get("bash-1.txt") ?? "";
  expect(text).toMatch(/^\(The first 5(?:\.\d)? MB are left out\.\)\nä row\n/);
  expect(text.endsWith("\nthe end")).toBe(true);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2 * MEGABYTE);
  await give(["a"], 1000);
  expect(Buffer.byteLength(uploaded.get("bash-1.txt") ?? "")).toBeLessThanOrEqual(1000);
});

test("what is not saved any more is told in a sentence", async () => {
  const { give, project } = place([{ id: "a", content: "text" }]);
  expect((await give(["a", "b"])).problems).toEqual([
    expect.stringContaining("1 of 2 can't be found any more"),
  ]);
  rmSync(project, { recursive: true });
  expect(await give(["a"])).toMatchObject({
    files: [],
    problems: [
      "What that tool gave can't be found any more: Claude Code has not saved it on this machine, or has removed it.",
    ],
  });
});

test("a server that takes no file is told of", async () => {
  const { give } = place([{ id: "a", content: "text" }]);
  const refusal = new MattermostError("rejected", "No files here.");
  expect(await give(["a"], MEGABYTE, refusal)).toMatchObject({
    files: [],
    problems: ["The output could not be attached: No files here."],
  });
});

test("the whole is taken from the file beside the conversation, and from nowhere else", async () => {
  const preview = "<persisted-output>\nOutput too large (121KB).";
  const persisted = (path: string) => [
    { id: "a", content: preview, toolUseResult: { persistedOutputPath: path } },
  ];
  const textOf = async (put: (own: string, elsewhere: string) => void, path?: string) => {
    const elsewhere = join(temporaryDirectory(), "whole.txt");
    writeFileSync(elsewhere, "somebody else's");
    const world = place(persisted(path ?? `/any/where/${SESSION}/tool-results/whole.txt`));
    const folder = join(world.project, SESSION, "tool-results");
    mkdirSync(folder, { recursive: true });
    put(join(folder, "whole.txt"), elsewhere);
    await world.give(["a"]);
    return world.uploaded.get("bash-1.txt");
  };
  expect(await textOf((own) => writeFileSync(own, "all of it"))).toBe("all of it");
  expect(await textOf(() => {})).toBe(preview);
  expect(await textOf((own, elsewhere) => symlinkSync(elsewhere, own))).toBe(preview);
  expect(await textOf((own, elsewhere) => linkSync(elsewhere, own))).toBe(preview);
  expect(await textOf((own) => mkdirSync(own))).toBe(preview);
  expect(await textOf(() => {}, "/etc/passwd")).toBe(preview);
  expect(await textOf(() => {}, "..")).toBe(preview);
  const long = await textOf((own) => writeFileSync(own, `${"row\n".repeat(2 * MEGABYTE)}the end`));
  expect(long).toMatch(/^\(The first 6 MB are left out\.\)\nrow\n[\s\S]*\nthe end$/);
});
