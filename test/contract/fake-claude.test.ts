// The stand-in for the CLI where it plays what a recorded 2.1.330 did: the same frames in the same order, in the
// conversation that each belongs to.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { scriptedEnvironment } from "../../sandbox/model/environment.ts";
import type { Scene } from "../../sandbox/model/scene.ts";
import { startScriptedModel } from "../../sandbox/model/server.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const FAKE = fileURLToPath(new URL("../support/fake-claude.mjs", import.meta.url));
const SESSION = "dba0f2b0-e272-44e3-ade3-e54c8ecd69e4";
const uuidOf = (digit: number) => `${String(digit).repeat(8)}-1111-4111-8111-111111111111`;

type Frame = Readonly<Record<string, unknown>>;

async function startFake(play: Scene["play"]) {
  const model = await startScriptedModel({ scenes: [{ name: "any", matches: () => true, play }] });
  const root = temporaryDirectory();
  const child = spawn(process.execPath, [FAKE, "--session-id", SESSION], {
    cwd: root,
    env: scriptedEnvironment(model.url, root),
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await model.close();
  });
  const frames: Frame[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    frames.push(...lines.map((line) => JSON.parse(line) as Frame));
  });
  const write = (frame: object) => child.stdin.write(`${JSON.stringify(frame)}\n`);
  return {
    frames,
    write,
    /** What comes until the so manyth turn has ended, without the words as they stream. */
    async turns(count: number): Promise<Frame[]> {
      const results = () => frames.filter(({ type }) => type === "result").length;
      await vi.waitFor(() => expect(results()).toBe(count), { timeout: 10_000 });
      return frames.filter(({ type }) => type !== "stream_event");
    },
    say: (content: string, digit: number) =>
      write({ type: "user", message: { role: "user", content }, uuid: uuidOf(digit) }),
  };
}

const nameOf = ({ type, subtype }: Frame) =>
  [type, type === "system" ? subtype : undefined].filter(Boolean).join("/");

test("a clear is a reset in the old conversation and a turn without words in a new one", async () => {
  const { turns, say } = await startFake(() => ({ text: "Answer." }));
  say("RUN turnA", 1);
  const before = (await turns(1)).length;
  say("/clear", 2);
  const cleared = (await turns(2)).slice(before);
  const id = cleared.at(-1)?.["session_id"];
  expect(cleared.map((frame) => [nameOf(frame), frame["session_id"]])).toEqual([
    ["conversation_reset", SESSION],
    ["system/background_tasks_changed", SESSION],
    ["system/init", id],
    ["user", id],
    ["result", id],
  ]);
  expect(id).not.toBe(SESSION);
  const [reset, , , replay, result] = cleared;
  expect(reset).toMatchObject({ trigger: "clear", user_message_uuid: uuidOf(2) });
  expect(reset?.["new_conversation_id"]).not.toBe(id);
  expect(replay).toMatchObject({ uuid: uuidOf(2), isReplay: true });
  expect(result).toMatchObject({ subtype: "success", num_turns: 0, result: "", local_command: "clear" });
  say("RUN turnB", 3);
  const later = (await turns(3)).slice(before + cleared.length);
  expect(new Set(later.map((frame) => frame["session_id"]))).toEqual(new Set([id]));
});

test("a command in the background has its result at once, and its end begins a turn without a message", async () => {
  const input = { command: "sleep 0.3", description: "Wait", run_in_background: true };
  const { frames, turns, say, write } = await startFake(({ calls, userText }) =>
    calls.length > 0 || userText.includes("Background command")
      ? { text: "Words." }
      : { tools: [{ name: "Bash", input }] },
  );
  say("RUN bgbash", 1);
  const isAsk = ({ type }: Frame) => type === "control_request";
  await expect.poll(() => frames.some(isAsk)).toBe(true);
  const response = { behavior: "allow", updatedInput: input };
  const request_id = frames.find(isAsk)?.["request_id"];
  write({ type: "control_response", response: { subtype: "success", request_id, response } });
  const all = (await turns(2)).filter((frame) => !isAsk(frame));
  expect(all.map(nameOf)).toEqual([
    "system/init",
    "user",
    "assistant",
    "system/background_tasks_changed",
    "system/task_started",
    "user",
    "assistant",
    "result",
    "system/task_updated",
    "system/task_notification",
    "system/background_tasks_changed",
    "system/init",
    "assistant",
    "result",
  ]);
  expect(all[3]).toMatchObject({ tasks: [{ task_type: "local_bash", description: "Wait" }] });
  expect(all[4]).toMatchObject({ is_backgrounded: true, task_type: "local_bash" });
  expect(all[8]).toMatchObject({ patch: { status: "completed" } });
  expect(all[9]).toMatchObject({
    status: "completed",
    summary: 'Background command "Wait" completed (exit code 0)',
  });
  expect(all[10]).toMatchObject({ tasks: [] });
});
