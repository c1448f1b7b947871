// `mm-claude send` as a script calls it, with a real daemon.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DaemonOptions, type DaemonWorld, daemonWorld } from "../support/daemon-world.ts";
import { furtherTest } from "../support/generations.ts";
import { PROGRAM } from "../support/program.ts";
import { realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";

const model = sharedModel();

const send = (world: DaemonWorld, args: readonly string[], options: DaemonOptions = {}) =>
  world.start({ ...options, args: ["send", ...args] });

async function sent(world: DaemonWorld, args: readonly string[], options?: DaemonOptions) {
  const script = send(world, args, options);
  const { code } = await script.exit;
  return { code, stdout: script.stdout(), output: script.output() };
}

/** The id of the thread that a link leads to. */
const threadIn = (text: string): string => /\/pl\/([a-z0-9]{26})/.exec(text)?.[1] ?? "";

const eventsIn = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.each(realClaudes())("with Claude Code $version", ({ path, isOlder }) => {
  furtherTest({ isOlder })(
    "what is piped in is answered on stdout and in a thread, which says whose message it is; exit 0",
    async () => {
      const world = await daemonWorld(model.url);
      await world.ready({ claudePath: path });
      const { code, stdout, output } = await sent(world, ["--wait"], { input: "RUN hello\n" });
      expect(stdout).toBe("Hello! I am a scripted model.\n");
      expect(code).toBe(0);
      const thread = threadIn(output);
      expect(world.thread(thread)[0]).toMatchObject({
        userId: world.bot.id,
        message: "📨 `@alice`, from a script:\n\n> RUN hello",
      });
      await world.says(thread, "Hello! I am a scripted model.");
    },
  );

  // Earlier ones take up what has ended with the next message.
  test.skipIf(isOlder)("what it has begun in the background belongs to the answer", async () => {
    const world = await daemonWorld(model.url);
    await world.ready({ claudePath: path });
    const { code, stdout } = await sent(world, ["--wait", "RUN background"]);
    expect(stdout).toBe(
      "This may take a while.\n\nIt runs in the background.\n\nThe background command has ended.\n",
    );
    expect(code).toBe(0);
  });
});

test("--json tells each thing that happens; what Claude asks is decided by people, in the thread", async () => {
  const world = await daemonWorld(model.url);
  await world.ready();
  const script = send(world, ["--wait", "--json", "yes", "RUN bash"]);
  await script.prints('"event":"asked"');
  const thread = threadIn(script.stdout());
  await world.react((await world.card(thread)).id, "+1");
  expect((await script.exit).code).toBe(0);
  const link = `${world.sandbox.url}/_redirect/pl/${thread}`;
  const input = { command: "echo hi > out.txt && cat out.txt", description: "Write a file" };
  const events = eventsIn(script.stdout());
  const said = events.flatMap(({ event, text }) => (event === "text" ? [text] : [])).join("");
  expect(said).toBe("Let me run a command.\n\nDone: the command ran.");
  expect(events.filter(({ event }) => event !== "text")).toEqual([
    { event: "started", thread, link },
    { event: "tool", name: "Bash", input },
    { event: "asked", what: "permission for Bash", link },
    { event: "decided", what: "permission for Bash", decision: "tool-allowed", by: "alice" },
    { event: "ended", ok: true, seconds: expect.any(Number) },
  ]);
});

test("without --wait the link is all that is printed, and commands in the text are words", async () => {
  const world = await daemonWorld(model.url);
  await world.ready();
  const first = await sent(world, ["RUN", "bash"]);
  const thread = threadIn(first.stdout);
  expect(first).toMatchObject({ code: 0, stdout: `${world.sandbox.url}/_redirect/pl/${thread}\n` });
  const card = await world.card(thread);
  // Neither ends the session, nor allows what is asked.
  for (const text of ["!stop", "yes"]) {
    expect((await sent(world, ["--thread", first.stdout.trim(), text])).code).toBe(0);
  }
  await world.until(thread, (posts) => posts.filter(({ message }) => message.startsWith("📨")).length === 3);
  const script = send(world, ["--thread", thread, "--wait", "RUN hello"]);
  await script.prints("thread: ");
  expect(world.text(thread)).not.toMatch(/cancelled|Allowed/);
  await world.react(card.id, "-1");
  expect((await script.exit).code).toBe(0);
  expect(script.stdout()).toBe("Hello! I am a scripted model.\n");
});

test("--thread wakes a session that sleeps", async () => {
  const world = await daemonWorld(model.url);
  await world.ready({ env: { SESSION_TIMEOUT_MS: "300" } });
  const root = await world.ask("RUN hello");
  await world.says(root, "Session timed out");
  const link = `${world.sandbox.url}/lab/pl/${root}`;
  const { code, stdout } = await sent(world, ["--wait", "--thread", link], { input: "RUN long" });
  expect(code).toBe(0);
  expect(stdout.length).toBeGreaterThan(50_000);
});

test("--file goes along as if the person had attached it", async () => {
  const world = await daemonWorld(model.url);
  await world.ready();
  writeFileSync(join(world.directory, "report.csv"), "a,b\n1,2\n");
  const { code, stdout, output } = await sent(world, [
    "--wait",
    "--file",
    "report.csv",
    "--as",
    "@Alice",
    "RUN echo",
  ]);
  expect(code).toBe(0);
  const given = /\/\S*report[^\s`"]*\.csv/.exec(stdout)?.[0] ?? "";
  expect(readFileSync(given, "utf8")).toBe("a,b\n1,2\n");
  expect(world.thread(threadIn(output))[0]?.files).toEqual(["report.csv"]);
});

test("who may not start a session can't by a script either; exit 2", async () => {
  const world = await daemonWorld(model.url);
  const mallory = world.sandbox.createUser({ username: "mallory" });
  world.sandbox.addMember(world.channelId, mallory.id);
  await world.ready();
  for (const [args, words] of [
    [["--as", "mallory", "RUN hello"], "@mallory is not among those who may start a session"],
    [["--as", "nobody", "RUN hello"], "There is no account @nobody"],
    [["--as", "claude-code", "RUN hello"], "is a bot"],
    [["--project", "nowhere", "RUN hello"], 'There is no project "nowhere"'],
    [["--file", "nothing.txt", "RUN hello"], "there is no file"],
    [["--thread", "https://elsewhere/x", "RUN hello"], "is no link to a post"],
    [[], "there is nothing to send"],
  ] as const) {
    const { code, stdout, output } = await sent(world, ["--wait", ...args]);
    expect(output).toContain(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  }
  expect(world.sandbox.state.threads(world.channelId)).toEqual([]);
});

test("no daemon: exit 3; one that is killed meanwhile: exit 4, with the link", async () => {
  const world = await daemonWorld(model.url);
  expect(await sent(world, ["hello"])).toMatchObject({
    code: 3,
    output: expect.stringContaining("mm-claude does not run"),
  });
  const daemon = await world.ready();
  const script = send(world, ["--wait", "RUN slow"]);
  await script.prints("word1");
  daemon.signal("SIGKILL");
  expect((await script.exit).code).toBe(4);
  expect(script.output()).toMatch(
    /the connection to mm-claude broke\. The thread: http\S+\/pl\/[a-z0-9]{26}\n/,
  );
});

test("Ctrl-C and --timeout end the waiting alone; a turn that is interrupted is exit 1", async () => {
  const world = await daemonWorld(model.url);
  await world.ready();
  const script = send(world, ["--wait", "RUN bash"]);
  await script.prints("waits for permission for Bash: http");
  script.signal("SIGINT");
  expect((await script.exit).code).toBe(130);
  const thread = threadIn(script.output());
  expect(script.output()).toContain("Stopped: the session goes on: http");
  const late = await sent(world, ["--wait", "--timeout", "1s", "--thread", thread, "RUN hello"]);
  expect(late.code).toBe(124);
  const last = send(world, ["--wait", "RUN slow"]);
  await last.prints("word1");
  await world.say("!interrupt", threadIn(last.output()));
  expect((await last.exit).code).toBe(1);
  expect(last.output()).toContain("error: it was interrupted. The thread: http");
  await world.react((await world.card(thread)).id, "+1");
  await world.says(thread, "Done: the command ran.");
});

test("a reader that has had enough changes nothing: the exit code is the turn's", async () => {
  const world = await daemonWorld(model.url);
  await world.ready();
  const command = `{ "${process.execPath}" "${PROGRAM}" send --wait "RUN long"; echo "code $?" >&2; } | head -c 5`;
  const shell = world.start({ node: "sh", program: "-c", args: [command] });
  await shell.exit;
  expect(shell.stdout()).toHaveLength(5);
  expect(shell.output()).toContain("code 0\n");
});
