import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recordFile, trailOf } from "../../../src/audit/files.ts";
import type { AuditEntry } from "../../../src/audit/record.ts";
import { type AuditRequest, type ReportOptions, runAudit } from "../../../src/audit/report.ts";
import { AuditTrail } from "../../../src/audit/trail.ts";
import { showHidden } from "../../../src/render/markdown.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { ALICE, bash } from "./trail-world.ts";

const BOB = { id: "u-bob", name: "bob" };
// The time of a table is that of whoever reads it.
const NOON = new Date(2025, 10, 25, 12, 0, 0).getTime();
const HOUR = 3_600_000;

function machine() {
  const root = temporaryDirectory();
  const unexpected = (line: string) => {
    throw new Error(`unexpected: ${line}`);
  };
  const log = { debug: unexpected, info: unexpected, warn: unexpected, error: unexpected };
  return {
    root,
    file: (folder = "server-bot") => recordFile(trailOf(join(root, folder), "chan")),
    put(at: number, entry: AuditEntry, folder = "server-bot", channel = "chan"): void {
      mkdirSync(join(root, folder), { recursive: true });
      new AuditTrail({
        folder: join(root, folder),
        channelId: channel,
        now: () => at,
        log,
        redact: (line) => line,
      }).append(entry);
    },
    run(request: AuditRequest = {}, over: Partial<ReportOptions> = {}) {
      const out: string[] = [];
      const errors: string[] = [];
      const code = runAudit(request, {
        root,
        now: NOON,
        width: 120,
        isTerminal: false,
        showHidden,
        print: (line) => void out.push(line),
        printError: (line) => void errors.push(line),
        ...over,
      });
      return { code, out, errors };
    },
  };
}

/** What the table says of one record, without its titles. */
function shown(what: Record<string, unknown>, width = 120): string {
  const { put, run } = machine();
  put(NOON, { action: "answered", by: ALICE, threadId: "t1", what });
  return run({}, { width }).out[1]?.slice(39) ?? "";
}

test("the table is oldest first over all servers, bots and channels", () => {
  const { put, run } = machine();
  put(NOON - 2 * HOUR, bash("npm test"));
  put(NOON, { action: "stopped", by: BOB, threadId: "t2" });
  put(
    NOON - HOUR,
    { action: "tool-allowed-automatically", threadId: "t3", what: { tool: "Read", input: {} } },
    "two",
  );
  put(
    NOON - 3 * HOUR,
    { action: "invited", by: ALICE, threadId: "t4", what: { person: BOB } },
    "two",
    "more",
  );
  expect(run()).toEqual({
    code: 0,
    errors: [],
    out: [
      "time                 who        did                         what",
      "2025-11-25 09:00:00  @alice     invited                     @bob",
      "2025-11-25 10:00:00  @alice     tool-allowed                Bash · npm test",
      "2025-11-25 11:00:00  mm-claude  tool-allowed-automatically  Read",
      "2025-11-25 12:00:00  @bob       stopped",
    ],
  });
});

test("a wide terminal has room for the thread", () => {
  const { put, run } = machine();
  put(NOON, bash("npm test"));
  expect(run({}, { width: 140 }).out).toEqual([
    "time                 who     did           thread   what",
    "2025-11-25 12:00:00  @alice  tool-allowed  thread1  Bash · npm test",
  ]);
});

test("what was decided is told with its names, on one line", () => {
  expect(shown({ tool: "Bash", input: { command: "a\nb", description: "run\t  it" } })).toBe(
    "Bash · command: a⏎b · description: run it",
  );
  expect(shown({ question: "Which?", answer: ["A", "B"] })).toBe("question: Which? · answer: A, B");
  expect(shown({ directory: "/p", isAuto: false })).toBe("directory: /p · tools allowed without asking: no");
  expect(shown({ what: "a reply", detail: "x is null" })).toBe("while: a reply · error: x is null");
  expect(shown({ tool: "mcp__x", input: { what: 1, now: 2 }, reason: "" })).toBe("mcp__x · what: 1 · now: 2");
  expect(shown({ plan: "# Plan\n1. this" })).toBe("# Plan⏎1. this");
  expect(shown({ a: { b: { c: [1, { id: "u", name: "eve" }, { x: true }] }, none: null } })).toBe(
    "1, @eve, yes",
  );
});

test.each([80, 100, 120, 200])("no line is wider than the terminal's %i cells, and a cut shows", (width) => {
  const { put, run } = machine();
  for (const text of [
    "x".repeat(5000),
    "語".repeat(5000),
    "😀".repeat(5000),
    `e${"\u0301".repeat(5000)} rm`,
  ]) {
    put(NOON, bash(text));
  }
  for (const line of run({}, { width }).out.slice(1)) {
    expect(line).toMatch(/…$/);
    expect([...line.replace(/\p{M}/gu, "").replace(/[語😀]/gu, "xx")].length).toBeLessThanOrEqual(width);
  }
});

test("nothing that people wrote steers the terminal, hides or reorders", () => {
  expect(shown({ message: "a\u001b[2Kb\u0007\r\u009b31m\u202eevil\u200b\u2066\u{e0041}\u00ad" })).toBe(
    "a⟨U+001B⟩[2Kb⟨U+0007⟩⏎⟨U+009B⟩31m⟨U+202E⟩evil⟨U+200B⟩⟨U+2066⟩⟨U+E0041⟩⟨U+00AD⟩".slice(0, 81),
  );
  expect(shown({ message: "a\ufe0fb\u{e0100}c\u034f\u2800⚠\ufe0f" })).toBe(
    "a⟨U+FE0F⟩b⟨U+E0100⟩c⟨U+034F⟩⟨U+2800⟩⚠\ufe0f",
  );
  expect(shown({ message: `o${"\u0336".repeat(6)}` })).toBe(`o${"\u0336".repeat(4)}⟨U+0336⟩⟨U+0336⟩`);
  const { put, run } = machine();
  const name = "eve\u001b[1A\n";
  put(NOON, { action: "stopped", by: { id: "u", name }, threadId: "t\u001b", what: { "k\u001b": 1, b: 2 } });
  expect(run({}, { width: 200 }).out.join("")).not.toMatch(/\p{Cc}/u);
});

test("--json prints the records as they stand", () => {
  const { put, run, file } = machine();
  put(NOON - HOUR, bash("one\u009b\u202e"));
  put(NOON, bash("two"));
  expect(`${run({ json: true }).out.join("\n")}\n`).toBe(readFileSync(file(), "utf8"));
});

test("on a terminal --json is still JSON, with what could steer it in words", () => {
  const { put, run } = machine();
  put(NOON, bash("a\u009b31m\u202e\u{e0041}\u007f語"));
  const [line = ""] = run({ json: true }, { isTerminal: true }).out;
  expect(line).not.toMatch(/\p{C}/u);
  expect(JSON.parse(line).what.input.command).toBe("a⟨U+009B⟩31m⟨U+202E⟩⟨U+E0041⟩⟨U+007F⟩語");
});

test("only what is asked for is shown", () => {
  const { put, run } = machine();
  put(NOON - 50 * HOUR, bash("old"));
  put(NOON - 2 * HOUR, { action: "stopped", by: BOB, threadId: "t2" });
  put(NOON, { action: "tool-allowed-automatically", threadId: "thread1" });
  const seqs = (request: AuditRequest) =>
    run({ ...request, json: true }).out.map((line) => JSON.parse(line).seq);
  expect(seqs({ by: "Alice" })).toEqual([1]);
  expect(seqs({ by: "@bob" })).toEqual([2]);
  expect(seqs({ by: "u-bob" })).toEqual([2]);
  expect(seqs({ by: "mm-claude" })).toEqual([3]);
  expect(seqs({ action: "stopped" })).toEqual([2]);
  expect(seqs({ thread: "thread1" })).toEqual([1, 3]);
  expect(seqs({ since: "2h" })).toEqual([2, 3]);
  expect(seqs({ since: "119m" })).toEqual([3]);
  expect(seqs({ since: "1w" })).toEqual([1, 2, 3]);
  expect(seqs({ since: "2025-11-25" })).toEqual([2, 3]);
  expect(seqs({ since: "2025-11-25T10:01" })).toEqual([3]);
  expect(seqs({ since: new Date(NOON).toISOString() })).toEqual([3]);
  expect(seqs({ by: "alice", thread: "t2" })).toEqual([]);
  expect(run({ by: "nobody" }).out).toEqual(["No record is like that."]);
});

test.each([
  "yesterday",
  "2025-02-30T10:00",
  "2",
  "h",
  "-2h",
  "2025-02-30",
  "2025-13-01",
  "2025-11-25T25:00",
  "",
  "1e9d",
])("--since %j is refused in one sentence that says what is right", (since) => {
  const { code, out, errors } = machine().run({ since });
  expect([code, out]).toEqual([2, []]);
  expect(errors).toEqual([
    `error: --since "${since}" is no time: use a duration such as 30m, 2h or 7d, or a date such as 2025-03-31 or 2025-03-31T14:00.`,
  ]);
});

test("an action that there is not is refused in one sentence that names all", () => {
  const { code, out, errors } = machine().run({ action: "al\u001blow" });
  expect([code, out, errors.length]).toEqual([2, [], 1]);
  expect(errors[0]).toMatch(
    /^error: --action "al⟨U\+001B⟩low" is no action: use one of started, .*tool-denied.*\.$/,
  );
});

test("without any trail it says so and all is well", () => {
  const { root, run } = machine();
  const expected = {
    code: 0,
    errors: [],
    out: [`There is no audit trail in ${root} yet: mm-claude writes one as soon as it runs.`],
  };
  expect(run()).toEqual(expected);
  expect(run({ verify: true })).toEqual(expected);
  rmSync(root, { recursive: true });
  expect(run()).toEqual(expected);
});

test("--verify says for each trail that it is sound, or what is not", () => {
  const { put, run, file } = machine();
  put(NOON, bash("one"));
  put(NOON, bash("two"));
  put(NOON, bash("one"), "two");
  expect(run({ verify: true })).toEqual({
    code: 0,
    errors: [],
    out: [
      `✓ 2 records, none changed, none missing: ${file()}`,
      `✓ 1 record, none changed, none missing: ${file("two")}`,
    ],
  });
  writeFileSync(file(), readFileSync(file(), "utf8").replace("one", "1"));
  rmSync(file("two"));
  expect(run({ verify: true })).toEqual({
    code: 1,
    errors: [],
    out: [
      `✗ ${file()}: line 1 was changed: the next one was written after another`,
      `✗ ${file("two")}: record 1 is missing at the end`,
    ],
  });
});

test("damaged lines are passed over and told", () => {
  const { put, run, file } = machine();
  put(NOON, bash("one"));
  appendFileSync(file(), "half");
  expect(run()).toEqual({
    code: 1,
    errors: [`error: ${file()}: line 2 is damaged: it is no record`],
    out: [expect.stringMatching(/^time/), expect.stringMatching(/Bash · one$/)],
  });
});

test("a link in a trail's place is not followed", () => {
  const { root, put, run, file } = machine();
  put(NOON, bash("one"));
  const target = join(root, "target");
  writeFileSync(target, readFileSync(file()));
  rmSync(file());
  symlinkSync(target, file());
  const why = `${file()} can't be read: a link or a folder stands in its place`;
  const more = " (and 1 more: mm-claude audit --verify)";
  expect(run()).toEqual({ code: 1, errors: [`error: ${why}${more}`], out: [] });
  expect(run({ verify: true }).out).toEqual([`✗ ${why}`, `✗ ${file()}: record 1 is missing at the end`]);
});

test("what else lies in the state's folders is left alone", () => {
  const { root, put, run } = machine();
  put(NOON, bash("one"));
  writeFileSync(join(root, "server-bot", "session-chan-1.json"), "{}");
  writeFileSync(join(root, "server-bot", "audit-chan.head.json.1.tmp"), "{}");
  writeFileSync(join(root, "audit-x.jsonl"), "{}");
  expect(run({ verify: true }).out).toHaveLength(1);
});
