// What is asked of another machine about a conversation: by each kind of shell, the same as is read here.

import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { conversationsThere } from "../../../src/claude/conversations-there.ts";
import { promptsSince } from "../../../src/claude/other-programs.ts";
import { readSavedConversation } from "../../../src/claude/saved-conversation.ts";
import { isRunning, startMark } from "../../../src/util/processes.ts";
import { machineWith, shellsHere } from "../../support/shells.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/saved", import.meta.url));
const SESSION = "3f0b1c1e-0000-4000-8000-000000000000";
const FIRST = "11111111-0000-4000-8000-000000000001";
const SECOND = "11111111-0000-4000-8000-000000000002";
const VERSIONS = readdirSync(FIXTURES).map((name) => name.replace(".jsonl", ""));

describe.each(shellsHere)("%s", (shell) => {
  function setUp(version = "2.1.330") {
    const home = join(temporaryDirectory(), 'it\'s a "home"');
    const folder = join(home, ".claude/projects/-some where");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${SESSION}.jsonl`);
    cpSync(join(FIXTURES, `${version}.jsonl`), file);
    const there = conversationsThere(machineWith(shell, { HOME: home }).run);
    const look = (bytes?: number, isStart = false) => there.look({ conversationId: SESSION, bytes, isStart });
    return {
      home,
      file,
      there,
      look,
      add: (line: object) => appendFileSync(file, `${JSON.stringify(line)}\n`),
    };
  }

  test.each(VERSIONS)("%s: what is saved is read there as it is here", async (version) => {
    const { home, look, file } = setUp(version);
    const { saved, news } = await look();
    const here = readSavedConversation({ HOME: home }, SESSION);
    for (const uuid of [FIRST, SECOND, "22222222-0000-4000-8000-000000000000"]) {
      expect(saved?.holds(uuid)).toBe(here?.holds(uuid));
      expect(saved?.textsAfter(uuid)).toEqual(here?.textsAfter(uuid));
      expect(saved?.lastAnswer(uuid)).toBe(here?.lastAnswer(uuid));
    }
    expect(saved?.textsAfter(FIRST)).not.toEqual([]);
    expect([saved?.directory, saved?.prompts]).toEqual([here?.directory, here?.prompts]);
    expect(news).toEqual(promptsSince({ HOME: home }, SESSION, undefined));
    const first = (await look(0)).news;
    expect(first).toEqual(promptsSince({ HOME: home }, SESSION, 0));
    expect(first?.uuids).toEqual([FIRST, SECOND]);
    appendFileSync(file, '{"type":"user","uuid":"ha');
    expect((await look(0)).news).toEqual(first);
    appendFileSync(file, 'lf","message":{"content":"in two pieces"}}\n');
    expect((await look(first?.bytes)).news?.uuids).toEqual(["half"]);
  });

  test("nothing saved is undefined, and so is what is no file of a fitting size", async () => {
    const { there, file, home } = setUp();
    const nothing = { saved: undefined, news: undefined, pid: undefined };
    expect(await there.look({ conversationId: "99999999-0000-4000-8000-000000000000" })).toEqual(nothing);
    writeFileSync(file, "");
    truncateSync(file, 1024 ** 3);
    expect(await there.look({ conversationId: SESSION })).toEqual(nothing);
    expect(
      await conversationsThere(machineWith(shell, { HOME: join(home, "no") }).run).look({
        conversationId: SESSION,
      }),
    ).toEqual(nothing);
  });

  test("CLAUDE_CONFIG_DIR is where to look when it is set", async () => {
    const { home } = setUp();
    const environment = { HOME: "/nonexistent", CLAUDE_CONFIG_DIR: join(home, ".claude") };
    const { look } = conversationsThere(machineWith(shell, environment).run);
    expect((await look({ conversationId: SESSION })).saved?.holds(FIRST)).toBe(true);
  });

  test("a living process of somebody else that has it open is told, and no other", async () => {
    const { home, look } = setUp();
    const folder = join(home, ".claude/sessions");
    mkdirSync(folder);
    const child = spawn("sleep", ["60"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const told = (pid: number | undefined, more: object) =>
      writeFileSync(join(folder, `${pid}.json`), JSON.stringify({ pid, ...more }));
    writeFileSync(join(folder, "notes.json"), `"${SESSION}"`);
    told(999_999, { sessionId: SESSION });
    told(child.pid, { sessionId: "another", about: SESSION });
    expect((await look()).pid).toBeUndefined();
    told(child.pid, { sessionId: SESSION, procStart: "1" });
    expect((await look()).pid).toBeUndefined();
    told(child.pid, { sessionId: SESSION, procStart: startMark(child.pid ?? 0) });
    expect((await look()).pid).toBe(child.pid);
    told(child.pid, { sessionId: SESSION });
    expect((await look()).pid).toBe(child.pid);
  });

  test("before a start, what an earlier Claude of ours has left is ended, and nothing else", async () => {
    const { look } = setUp();
    const left = (run: string) => {
      const { pid = 0 } = spawn("sh", ["-c", "trap '' TERM; sleep 61 & wait; sleep 62"], {
        detached: true,
        stdio: "ignore",
        env: { ...process.env, MM_CLAUDE_RUN: run },
      }).on("error", () => {});
      onTestFinished(() => void (isRunning(known(pid)) && process.kill(-pid, "SIGKILL")));
      return known(pid);
    };
    const known = (pid: number) => ({ pid, startMark: startMark(pid) ?? "" });
    const ours = [left(`${SESSION}.11111111`), left(`${SESSION}.22222222`)];
    const another = left("99999999-0000-4000-8000-000000000000.11111111");
    await look();
    expect(ours.map((one) => isRunning(one))).toEqual([true, true]);
    await look(undefined, true);
    expect(ours.map((one) => isRunning(one))).toEqual([false, false]);
    expect(isRunning(another)).toBe(true);
  });

  test("what tools gave is found, whole where Claude itself got only its beginning", async () => {
    const { there, add, file } = setUp();
    const result = (id: string, more: object = {}) =>
      add({
        type: "user",
        message: { content: [{ type: "tool_result", tool_use_id: id, content: `of ${id}` }] },
        ...more,
      });
    const folder = join(file.replace(/\.jsonl$/, ""), "tool-results");
    mkdirSync(folder, { recursive: true });
    const whole = `${"é".repeat(2 * 1024 * 1024)}the end`;
    writeFileSync(join(folder, "a b.txt"), whole);
    symlinkSync("/etc/passwd", join(folder, "link.txt"));
    result("tool-a");
    result("tool-b", { toolUseResult: { persistedOutputPath: "/elsewhere/a b.txt" } });
    result("tool-c", { toolUseResult: { persistedOutputPath: "/elsewhere/link.txt" } });
    const found = await there.readResults(SESSION, ["tool-a", "tool-b", "tool-c", "tool-d"]);
    expect(found.get("tool-a")).toEqual({ text: "of tool-a", skippedBytes: 0 });
    const most = 3 * 1024 * 1024;
    expect(found.get("tool-b")?.skippedBytes).toBe(Buffer.byteLength(whole) - most);
    expect(found.get("tool-b")?.text.endsWith("ééthe end")).toBe(true);
    expect(found.get("tool-c")).toEqual({ text: "of tool-c", skippedBytes: 0 });
    expect([...found.keys()]).toHaveLength(3);
    expect(await there.readResults("99999999-0000-4000-8000-000000000000", ["tool-a"])).toEqual(new Map());
  });
});
