// Against what three generations of the CLI have really saved; each file is one conversation of two messages.

import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readSavedConversation } from "../../../src/claude/saved-conversation.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/saved", import.meta.url));
const SESSION = "3f0b1c1e-0000-4000-8000-000000000000";
const FIRST = "11111111-0000-4000-8000-000000000001";
const SECOND = "11111111-0000-4000-8000-000000000002";

function saved(version: string): { home: string; file: string } {
  const home = temporaryDirectory();
  mkdirSync(join(home, ".claude/projects/-some-where"), { recursive: true });
  mkdirSync(join(home, ".claude/projects/-else-where"), { recursive: true });
  const file = join(home, ".claude/projects/-some-where", `${SESSION}.jsonl`);
  cpSync(join(FIXTURES, `${version}.jsonl`), file);
  return { home, file };
}

test.each(readdirSync(FIXTURES).map((name) => name.replace(".jsonl", "")))(
  "%s: which messages it holds and what was said after each is found",
  (version) => {
    const { home } = saved(version);
    const conversation = readSavedConversation({ HOME: home }, SESSION);
    expect(conversation?.holds(FIRST)).toBe(true);
    expect(conversation?.holds(SECOND)).toBe(true);
    expect(conversation?.holds("22222222-0000-4000-8000-000000000000")).toBe(false);
    const said = (uuid: string) => conversation?.textsAfter(uuid).map(({ text }) => text);
    expect(said(SECOND)).toEqual(["Hello! I am a scripted model."]);
    expect(said(FIRST)?.[0]).toContain("RUN echo");
    expect(said("22222222-0000-4000-8000-000000000000")).toEqual([]);
    const ids = conversation?.textsAfter(FIRST).map(({ messageId }) => messageId);
    const from = conversation?.textsFrom(ids?.[0] ?? "");
    expect(from).toEqual([FIRST, SECOND].flatMap((uuid) => conversation?.textsAfter(uuid) ?? []));
    expect(conversation?.textsFrom("unknown")).toEqual([]);
    expect(ids?.every((id) => id !== "")).toBe(true);
  },
);

test("a last line that was cut off is left out, and nothing else", () => {
  const { home, file } = saved("2.1.330");
  const lines = readFileSync(file, "utf8").trimEnd();
  writeFileSync(file, lines.slice(0, -20));
  expect(readSavedConversation({ HOME: home }, SESSION)?.holds(FIRST)).toBe(true);
});

test("CLAUDE_CONFIG_DIR is where to look when it is set", () => {
  const { home } = saved("2.1.330");
  const environment = { HOME: "/nonexistent", CLAUDE_CONFIG_DIR: join(home, ".claude") };
  expect(readSavedConversation(environment, SESSION)?.holds(FIRST)).toBe(true);
});

test("nothing saved is undefined, whether the conversation or the whole place is missing", () => {
  const { home } = saved("2.1.330");
  expect(readSavedConversation({ HOME: home }, "another")).toBeUndefined();
  expect(readSavedConversation({ HOME: "/nonexistent" }, SESSION)).toBeUndefined();
  expect(readSavedConversation({}, SESSION)).toBeUndefined();
});

test("what is in its place but is no file of a fitting size is nothing saved, and is not waited for", () => {
  const { home, file } = saved("2.1.330");
  const put: readonly (() => void)[] = [
    () => mkdirSync(file),
    () => symlinkSync(file, file),
    () => symlinkSync("/dev/zero", file),
    () => execFileSync("mkfifo", [file]),
    () => {
      writeFileSync(file, "");
      truncateSync(file, 1024 ** 3);
    },
  ];
  for (const place of put) {
    rmSync(file, { recursive: true, force: true });
    place();
    expect(readSavedConversation({ HOME: home }, SESSION)).toBeUndefined();
  }
});

test("lines that say nothing are left out", () => {
  const { home, file } = saved("2.1.330");
  const odd = ["null", "7", '{"type":"assistant","message":null}'];
  odd.push('{"type":"assistant","message":{"id":"m","content":[null,7,{"type":"text","text":"said"}]}}');
  appendFileSync(file, `${odd.join("\n")}\n`);
  expect(readSavedConversation({ HOME: home }, SESSION)?.textsAfter(SECOND).at(-1)?.text).toBe("said");
});

test("what Claude Code puts in Claude's place when it continues a turn that was cut off is left out, and an error of the API is not", () => {
  const { home, file } = saved("2.1.330");
  const line = (id: string, text: string, isApiErrorMessage: boolean) =>
    JSON.stringify({
      type: "assistant",
      message: { id, model: "<synthetic>", role: "assistant", content: [{ type: "text", text }] },
      isApiErrorMessage,
    });
  appendFileSync(file, `${line("own", "No response requested.", false)}\n`);
  appendFileSync(file, `${line("error", "API Error: 400", true)}\n`);
  const texts = readSavedConversation({ HOME: home }, SESSION)?.textsAfter(SECOND);
  expect(texts?.map(({ text }) => text)).toEqual(["Hello! I am a scripted model.", "API Error: 400"]);
});
