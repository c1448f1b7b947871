// What can be seen of a terminal that has a conversation of ours: against what three generations of the CLI have saved,
// and the file that 2.1.330 keeps for each of its processes.

import { appendFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { promptsSince, runsElsewhere } from "../../../src/claude/other-programs.ts";
import { readSavedConversation } from "../../../src/claude/saved-conversation.ts";
import { startMark } from "../../../src/util/processes.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/saved", import.meta.url));
const SESSION = "3f0b1c1e-0000-4000-8000-000000000000";
const FIRST = "11111111-0000-4000-8000-000000000001";
const SECOND = "11111111-0000-4000-8000-000000000002";

function saved(version: string) {
  const home = temporaryDirectory();
  const folder = join(home, ".claude/projects/-some-where");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${SESSION}.jsonl`);
  cpSync(join(FIXTURES, `${version}.jsonl`), file);
  const add = (line: object): void => appendFileSync(file, `${JSON.stringify(line)}\n`);
  return { environment: { HOME: home }, file, add };
}

const prompt = (uuid: string, more: object = {}) => ({
  type: "user",
  uuid,
  message: { role: "user", content: "from a terminal" },
  ...more,
});
const versions = readdirSync(FIXTURES).map((name) => name.replace(".jsonl", ""));

describe.each(versions)("%s", (version) => {
  test("messages are told apart from the results of tools and what Claude Code says itself", () => {
    const { environment } = saved(version);
    expect(promptsSince(environment, SESSION, 0)?.uuids).toEqual([FIRST, SECOND]);
    expect(readSavedConversation(environment, SESSION)?.prompts).toBe(2);
  });

  test("only what is written after the last look is told", () => {
    const { environment, add, file } = saved(version);
    const before = promptsSince(environment, SESSION, undefined);
    expect(before?.uuids).toEqual([]);
    add(prompt("there"));
    appendFileSync(file, '{"type":"user","uuid":"ha');
    const after = promptsSince(environment, SESSION, before?.bytes);
    expect(after?.uuids).toEqual(["there"]);
    appendFileSync(file, 'lf","message":{"content":"written in two pieces"}}\n');
    expect(promptsSince(environment, SESSION, after?.bytes)?.uuids).toEqual(["half"]);
  });

  test("the last answer, and the one before a message, are lines of what is saved", () => {
    const { environment, add } = saved(version);
    const conversation = readSavedConversation(environment, SESSION);
    const last = conversation?.lastAnswer(undefined);
    const first = conversation?.lastAnswer(SECOND);
    expect(last).toMatch(/^[0-9a-f-]{36}$/);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(first).not.toBe(last);
    expect(conversation?.lastAnswer(FIRST)).toBeUndefined();
    add({ type: "system", subtype: "compact_boundary", uuid: "boundary" });
    expect(readSavedConversation(environment, SESSION)?.lastAnswer(undefined)).toBeUndefined();
  });
});

test("a terminal's message is no answer to the one before it", () => {
  const { environment, add } = saved("2.1.330");
  const said = () => readSavedConversation(environment, SESSION)?.textsAfter(SECOND);
  const before = said();
  add(prompt("there"));
  const content = [{ type: "text", text: "for the terminal alone" }];
  add({ type: "assistant", uuid: "answer", message: { id: "msg", role: "assistant", content } });
  expect(said()).toEqual(before);
});

test.each([
  ["a result", { message: { content: [{ type: "tool_result", tool_use_id: "t", content: "x" }] } }],
  ["a command's output", { message: { content: "<local-command-stdout>x</local-command-stdout>" } }],
  ["a notification", { message: { content: [{ type: "text", text: "<task-notification>" }] } }],
  ["an interruption", { message: { content: [{ type: "text", text: "[Request interrupted by user]" }] } }],
  ["a caveat", { isMeta: true }],
  ["a summary", { isCompactSummary: true }],
  ["a subagent's task", { isSidechain: true }],
])("%s is nobody's message", (_what, more) => {
  const { environment, add } = saved("2.1.330");
  const bytes = promptsSince(environment, SESSION, undefined)?.bytes;
  add(prompt("other", more));
  expect(promptsSince(environment, SESSION, bytes)?.uuids).toEqual([]);
});

test("a process that has the conversation open is found, unless it is ours, is gone, or is another with its number", () => {
  const { environment } = saved("2.1.330");
  const folder = join(environment.HOME, ".claude/sessions");
  const told = (more: object = {}): void =>
    writeFileSync(
      join(folder, `${process.pid}.json`),
      JSON.stringify({ pid: process.pid, sessionId: SESSION, procStart: startMark(process.pid), ...more }),
    );
  expect(runsElsewhere(environment, SESSION, undefined)).toBeUndefined();
  mkdirSync(folder);
  writeFileSync(join(folder, "1.json"), "{");
  writeFileSync(join(folder, "99999999.json"), JSON.stringify({ pid: 99_999_999, sessionId: SESSION }));
  told();
  expect(runsElsewhere(environment, SESSION, undefined)).toBe(process.pid);
  expect(runsElsewhere(environment, SESSION, process.pid)).toBeUndefined();
  told({ procStart: "1" });
  expect(runsElsewhere(environment, SESSION, undefined)).toBeUndefined();
  told({ sessionId: "another" });
  expect(runsElsewhere(environment, SESSION, undefined)).toBeUndefined();
});
