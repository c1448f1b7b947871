// Tools in our process with the real CLI of three generations: alone, beside a project's own MCP servers, interrupted;
// and with the newest a call of the real tool to a server that fails.

import { spawn } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Scene, ToolUse } from "../../sandbox/model/scene.ts";
import { scenes } from "../../sandbox/model/scenes.ts";
import { StdioClient } from "../../src/claude/client.ts";
import type { ClaudeEvent, ClaudeStart } from "../../src/claude/types.ts";
import { WaitingProcess } from "../../src/claude/warm-process.ts";
import { furtherTest, outerTest } from "../support/generations.ts";
import { type ClaudeHome, claudeHome, realClaudes } from "../support/real-claude.ts";
import { ask as askIn, PIXEL } from "../support/scenarios/scenario.ts";
import { sharedModel } from "../support/shared-model.ts";
import { type WatchedClaude, watchClaude } from "../support/watch-claude.ts";
import { startWorld } from "../support/world.ts";

/** "CALL" and the tools to use in one message; then the model tells what came of each. */
const callScene: Scene = {
  name: "call",
  matches: (text) => text.includes("CALL "),
  play: ({ step, calls, userText }) =>
    step === 0
      ? { tools: JSON.parse(userText.split("CALL ").at(-1) ?? "") as ToolUse[] }
      : { text: calls.map(({ isError, result }) => `${isError ? "failed" : "fine"}: ${result}`).join("\n") },
};
const callOf = (...tools: (readonly [name: string, input?: object])[]): string =>
  `CALL ${JSON.stringify(tools.map(([name, input = {}]) => ({ name, input })))}`;

const model = sharedModel([callScene, ...scenes]);

/** The MCP tools that the model was offered with the last message. */
function offered(): readonly (readonly [name: string, description: string])[] {
  const { body } = model.requests.filter(({ scene }) => scene === "call").at(-1) ?? {};
  const tools = (body?.["tools"] ?? []) as { name: string; description: string }[];
  return tools
    .filter(({ name }) => name.startsWith("mcp__"))
    .map(({ name, description }) => [name, description] as const)
    .sort();
}

const schema = { type: "object", properties: { path: { type: "string" } } };
const ownTools = [
  { name: "send_file", description: "ours", inputSchema: schema },
  { name: "read_channel", description: "ours", inputSchema: schema, isReadOnly: true },
];
const OURS = [
  ["mcp__mattermost__read_channel", "ours"],
  ["mcp__mattermost__send_file", "ours"],
];
const SEND = "mcp__mattermost__send_file";
const READ = "mcp__mattermost__read_channel";

/** An MCP server of the project's own: says its name and the tool's. Once it is connected there is a file. */
const FOREIGN = `
  const [, , label, ...names] = process.argv;
  const say = (id, result) => console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
  const tools = names.map((name) => ({ name, description: label, inputSchema: { type: "object" }, _meta: { "anthropic/alwaysLoad": true } }));
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) return;
    if (method === "initialize") say(id, { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: label, version: "1" } });
    else if (method === "tools/list") { say(id, { tools }); require("node:fs").writeFileSync(__filename + ".connected", ""); }
    else say(id, method === "tools/call" ? { content: [{ type: "text", text: label + " " + params.name }] } : {});
  });`;

function configure(
  { directory, home }: ClaudeHome,
  servers: Readonly<Record<string, readonly string[]>>,
): void {
  const script = join(home, "foreign.cjs");
  writeFileSync(script, FOREIGN);
  const mcpServers = Object.fromEntries(
    Object.entries(servers).map(([name, tools]) => [
      name,
      { type: "stdio", command: process.execPath, args: [script, `foreign ${name}`, ...tools] },
    ]),
  );
  writeFileSync(join(directory, ".mcp.json"), JSON.stringify({ mcpServers }));
  mkdirSync(join(directory, ".claude"), { recursive: true });
  writeFileSync(
    join(directory, ".claude/settings.local.json"),
    JSON.stringify({ enableAllProjectMcpServers: true }),
  );
}

describe.each(realClaudes())("claude $version", ({ path, isOlder, isBetween }) => {
  const further = furtherTest({ isOlder });
  const outer = outerTest({ isBetween });
  let place: ClaudeHome;
  let claude: WatchedClaude | undefined;

  beforeEach(() => {
    place = claudeHome(model.url);
    claude = undefined;
  });
  afterEach(() => claude?.close());

  function start(more: Partial<ClaudeStart> = {}): WatchedClaude {
    const begin = { claudePath: path, directory: place.directory, ownTools, ...more };
    claude = watchClaude(begin, { environment: place.environment });
    return claude;
  }

  /** Allows a question about a tool of ours, and answers the call that comes of it. */
  async function serve(watched: WatchedClaude, text: string, isError = false): Promise<void> {
    const ask = await watched.next("permissionAsked");
    expect(ask.ownTool).toBe(ask.toolName.slice("mcp__mattermost__".length));
    watched.allow(ask);
    const { callId } = await watched.next("ownToolCalled");
    watched.client.answerCall(callId, { text, isError });
  }

  it.skipIf(isOlder)(
    "knows our tools without a handshake, for which a first message would wait",
    async () => {
      const said: string[] = [];
      const teed = ((...given: Parameters<typeof spawn>) => {
        const child = spawn(...given);
        child.stdout?.on("data", (chunk: Buffer) => said.push(chunk.toString()));
        return child;
      }) as typeof spawn;
      const begin = { claudePath: path, directory: place.directory, ownTools };
      claude = watchClaude(begin, { environment: place.environment, spawn: teed });
      claude.say(callOf());
      await claude.next("turnEnded");
      expect(offered()).toEqual(OURS);
      expect(said.join("")).not.toContain("mcp_message");
    },
  );

  it("is offered each tool once, asks, calls, and hears what came of it", async () => {
    const watched = start();
    watched.say(callOf([SEND, { path: "report.pdf" }]));
    const use = await watched.next("toolUse");
    const ask = await watched.next("permissionAsked");
    expect(ask).toMatchObject({ toolName: SEND, ownTool: "send_file", input: { path: "report.pdf" } });
    watched.allow(ask);
    const call = await watched.next("ownToolCalled");
    expect(call).toMatchObject({ name: "send_file", input: { path: "report.pdf" }, toolUseId: use.id });
    watched.client.answerCall(call.callId, { text: "Sent report.pdf", isError: false });
    expect(await watched.next("toolResult")).toMatchObject({
      id: use.id,
      isError: false,
      text: "Sent report.pdf",
    });
    expect((await watched.next("text")).text).toBe("fine: Sent report.pdf");
    expect(offered()).toEqual(OURS);
  });

  further("hears of a failure as one", async () => {
    const watched = start();
    watched.say(callOf([SEND]));
    await serve(watched, "There is no such file.", true);
    expect(await watched.next("toolResult")).toMatchObject({ isError: true, text: "There is no such file." });
    expect((await watched.next("text")).text).toBe("failed: There is no such file.");
  });

  further("does not call what is denied", async () => {
    const watched = start();
    watched.say(callOf([SEND]));
    watched.deny(await watched.next("permissionAsked"), "not that one");
    expect((await watched.next("text")).text).toBe("failed: not that one");
    expect(watched.events.map(({ type }) => type)).not.toContain("ownToolCalled");
  });

  further("makes several calls at a time of what changes nothing, answered in any order", async () => {
    const watched = start();
    watched.say(callOf([READ, { path: "a" }], [READ, { path: "b" }]));
    watched.allow(await watched.next("permissionAsked"));
    watched.allow(await watched.next("permissionAsked"));
    const [first, second] = [await watched.next("ownToolCalled"), await watched.next("ownToolCalled")];
    watched.client.answerCall(second.callId, { text: `second ${second.input["path"]}`, isError: false });
    watched.client.answerCall(first.callId, { text: `first ${first.input["path"]}`, isError: false });
    expect((await watched.next("text")).text).toBe("fine: first a\nfine: second b");
  });

  outer("takes calls back when it is interrupted, waits for no answer, and goes on", async () => {
    const watched = start();
    watched.say(callOf([READ, { path: "a" }], [READ, { path: "b" }]));
    watched.allow(await watched.next("permissionAsked"));
    watched.allow(await watched.next("permissionAsked"));
    const calls = [await watched.next("ownToolCalled"), await watched.next("ownToolCalled")];
    watched.client.interrupt();
    const cancelled = [await watched.next("ownCallCancelled"), await watched.next("ownCallCancelled")];
    expect(cancelled.map(({ callId }) => callId)).toEqual(calls.map(({ callId }) => callId));
    expect(await watched.next("turnEnded")).toMatchObject({ wasAborted: true });
    for (const { callId } of calls) watched.client.answerCall(callId, { text: "late", isError: false });
    watched.say(callOf([SEND]));
    await serve(watched, "Sent at last");
    expect((await watched.next("text")).text).toBe("fine: Sent at last");
  });

  further("is closed in the middle of a call, and calls again when it is resumed", async () => {
    const conversationId = randomUUID();
    const first = start({ conversationId });
    first.say(callOf([SEND]));
    first.allow(await first.next("permissionAsked"));
    const { callId } = await first.next("ownToolCalled");
    const closing = Date.now();
    await first.close();
    // Not by SIGTERM: that would come after 5 s.
    expect(Date.now() - closing).toBeLessThan(5_000);
    expect(first.events).toContainEqual({ type: "ownCallCancelled", callId });

    const resumed = start({ conversationId, resume: true });
    resumed.say(callOf([SEND]));
    await serve(resumed, "Sent after all");
    expect((await resumed.next("text")).text).toBe("fine: Sent after all");
  });

  further("calls after /clear", async () => {
    const watched = start();
    watched.say("/clear");
    await watched.next("turnEnded");
    watched.say(callOf([SEND]));
    await serve(watched, "Sent in a new conversation");
    expect((await watched.next("text")).text).toBe("fine: Sent in a new conversation");
  });

  outer("calls after it has waited for whom it is for", async () => {
    const begin = { claudePath: path, directory: place.directory, conversationId: randomUUID(), ownTools };
    let isReady: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    const waiting = WaitingProcess.launch(
      { ...begin, resume: false, extraDirectories: [] },
      (given, listener) =>
        StdioClient.start(
          given,
          (event) => {
            listener(event);
            if (event.type === "ready") isReady();
          },
          { environment: place.environment },
        ),
      (stderr) => expect.unreachable(stderr),
    );
    await ready;
    const said = await new Promise<string>((resolve) => {
      const client = waiting.assign((event: ClaudeEvent) => {
        if (event.type === "ready") client.send(randomUUID(), [{ type: "text", text: callOf([SEND]) }]);
        if (event.type === "permissionAsked" && event.ownTool === "send_file") {
          client.answer(event.requestId, { behavior: "allow", updatedInput: event.input });
        }
        if (event.type === "ownToolCalled") client.answerCall(event.callId, { text: "Sent", isError: false });
        if (event.type === "text" || event.type === "exited")
          resolve("text" in event ? event.text : event.stderr);
      });
    });
    await waiting.close(5_000);
    expect(said).toBe("fine: Sent");
  });

  further("says that a hook refused a message, as without tools", async () => {
    place.refuse("forbidden", "not here");
    const watched = start();
    const uuid = watched.say("something forbidden");
    await watched.next("promptRefused");
    expect((await watched.next("replayed")).uuid).toBe(uuid);
  });

  further("has the project's own servers beside ours, and asks about their tools as about any", async () => {
    configure(place, { beside: ["hello"], Mattermost: ["send_file"] });
    const watched = start();
    watched.say(callOf(["mcp__beside__hello"], ["mcp__Mattermost__send_file"], [SEND]));
    for (const toolName of ["mcp__beside__hello", "mcp__Mattermost__send_file"]) {
      const ask = await watched.next("permissionAsked");
      expect(ask.toolName).toBe(toolName);
      expect(ask.ownTool).toBeUndefined();
      watched.allow(ask);
    }
    await serve(watched, "Sent by us");
    expect((await watched.next("text")).text).toBe(
      "fine: foreign beside hello\nfine: foreign Mattermost send_file\nfine: Sent by us",
    );
    expect(offered()).toEqual(
      [
        ...OURS,
        ["mcp__Mattermost__send_file", "foreign Mattermost"],
        ["mcp__beside__hello", "foreign beside"],
      ].sort(),
    );
  });

  outer(
    "never takes the tool of another server with our name for ours, nor offers two of one name",
    async () => {
      configure(place, { mattermost: ["send_file", "other"] });
      const watched = start();
      // 2.1.330 begins without a server that is slow to connect.
      await vi.waitFor(
        () => expect(existsSync(join(place.home, "foreign.cjs.connected"))).toBe(true),
        20_000,
      );
      watched.say(callOf([SEND], ["mcp__mattermost__other"]));
      if (!isOlder) await serve(watched, "Sent by us");
      const asks = isOlder ? [SEND, "mcp__mattermost__other"] : ["mcp__mattermost__other"];
      for (const toolName of asks) {
        const ask = await watched.next("permissionAsked");
        expect(ask.toolName).toBe(toolName);
        expect(ask.ownTool).toBeUndefined();
        watched.allow(ask);
      }
      const send = isOlder ? "foreign mattermost send_file" : "Sent by us";
      expect((await watched.next("text")).text).toBe(`fine: ${send}\nfine: foreign mattermost other`);
      const names = offered().map(([name]) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(watched.events.filter(({ type }) => type === "ownToolCalled")).toHaveLength(isOlder ? 0 : 1);
    },
  );
});

const MIB = 1024 * 1024;
const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

it("sends a picture, an archive of 12 MB and three more files once each through 429, 500 and lost answers", async () => {
  const { path = "" } = realClaudes().at(-1) ?? {};
  const { directory, environment } = claudeHome(model.url);
  const world = await startWorld({ claudePath: path, environment, config: { directory } });
  const files = new Map<string, Uint8Array>([
    ["all.tar.gz", randomBytes(12 * MIB)],
    ["shot.png", PIXEL],
    ["notes.txt", Buffer.from("notes\n")],
    ["table.csv", Buffer.from("a,b\n1,2\n")],
    ["data.json", Buffer.from("{}\n")],
  ]);
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
  const troubles = (of: string): void => {
    const request = { method: "POST", path: `/api/v4/${of}` };
    world.sandbox.faults.failNext(429, request);
    world.sandbox.faults.failNext(500, request);
    world.sandbox.faults.failNext("cut", { ...request, afterEffect: true });
  };
  troubles("files");
  const root = await askIn(world, callOf([SEND, { paths: [...files.keys()], caption: "All of it" }]));
  await world.says(root, "📂 **Directory**");
  // For the tool's line, and for the post with the files.
  troubles("posts");
  troubles("posts");
  await world.says(root, "fine: all.tar.gz (12 MB), shot.png (");
  const posts = world.thread(root).filter((post) => post.files.length > 0);
  expect(posts.map((post) => [post.message, post.files])).toEqual([["All of it", [...files.keys()]]]);
  const get = (address: string) => world.people.alice.request("GET", address);
  const { file_ids: ids } = (await (await get(`/posts/${posts[0]?.id}`)).json()) as { file_ids: string[] };
  const arrived = await Promise.all(
    ids.map(async (id) => hash(new Uint8Array(await (await get(`/files/${id}`)).arrayBuffer()))),
  );
  expect(arrived).toEqual([...files.values()].map(hash));
  expect(await (await get(`/files/${ids[1]}/info`)).json()).toMatchObject({ mime_type: "image/png" });
}, 30_000);
