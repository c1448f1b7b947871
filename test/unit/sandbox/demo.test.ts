// What the demo does before there is a bridge, and what it says when there can't be one.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type DemoOptions, type DemoSettings, runDemo } from "../../../sandbox/demo.ts";
import * as sandbox from "../../../sandbox/index.ts";
import type { SandboxModule } from "../../../src/app/demo.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

// The compiler holds it to what the demo command loads it as, which no import tells it.
sandbox satisfies SandboxModule;

/** A directory with a program called claude in it. */
function directoryWithClaude(...below: string[]): string {
  const parent = temporaryDirectory();
  const directory = join(parent, ...below);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "claude"), "");
  chmodSync(join(directory, "claude"), 0o755);
  return directory;
}

function demo(over: Partial<DemoOptions> = {}) {
  const lines: string[] = [];
  const opened: string[] = [];
  const configs: DemoSettings[] = [];
  const done = runDemo({
    isScripted: false,
    port: 0,
    directory: "/home/dev/project",
    searchPath: directoryWithClaude(),
    say: (text) => void lines.push(text),
    introduce: (title, rows) => void lines.push(title, ...rows.map(([name, value]) => `${name} ${value}`)),
    claudeVersion: async () => "2.1.0",
    openBrowser: (address) => void opened.push(address),
    run: async (config) => {
      configs.push(config);
      return 0;
    },
    ...over,
  });
  return { done, lines, opened, configs, text: () => lines.join("\n") };
}

test("without any Claude Code it says how to get one", async () => {
  const { done, text, configs } = demo({ claudeVersion: () => Promise.reject(new Error("ENOENT")) });
  expect(await done).toBe(1);
  expect(text()).toContain("npm install -g @anthropic-ai/claude-code");
  expect(configs).toEqual([]);
});

test("it prints the address, the people and what to type first, opens the page and gives the bridge's exit code", async () => {
  const { done, text, opened, configs } = demo({ run: async () => 7 });
  expect(await done).toBe(7);
  const [, address = ""] = /Open +(http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/)\n/.exec(text()) ?? [];
  expect(opened).toEqual([address]);
  for (const word of [
    "alice",
    "bob",
    "carol",
    "mallory",
    "@claude-code what",
    "/home/dev/project",
    "your own account",
  ]) {
    expect(text()).toContain(word);
  }
  expect(configs).toEqual([]);
});

test("a real Claude works in the directory it was started in, with everybody's permission asked", async () => {
  const { done, configs } = demo();
  await done;
  expect(configs).toMatchObject([{ directory: "/home/dev/project", allowedUsers: ["alice", "bob"] }]);
});

interface Listed {
  readonly id: string;
  readonly type: string;
  readonly name: string;
}

/** What the bridge's account finds on the server while the demo runs. */
async function placesOf(over: Partial<DemoOptions> = {}) {
  const found: { settings?: DemoSettings; channels: Listed[]; posts: Map<string, string> } = {
    channels: [],
    posts: new Map(),
  };
  await demo({
    ...over,
    run: async (settings) => {
      const get = async (path: string) => {
        const headers = { Authorization: `Bearer ${settings.token}` };
        return (await fetch(`${settings.url}/api/v4${path}`, { headers })).json();
      };
      found.settings = settings;
      found.channels = (await get("/users/me/channels")) as Listed[];
      for (const { id } of found.channels) {
        const { posts } = (await get(`/channels/${id}/posts`)) as { posts: Record<string, object> };
        found.posts.set(id, JSON.stringify(Object.values(posts)));
      }
      return 0;
    },
  }).done;
  return found;
}

test("it tells the bridge of two channels and of direct messages, and has it in all of them", async () => {
  const { settings, channels } = await placesOf();
  const kinds = channels.map(({ type, name }) => (type === "D" ? type : `${type} ${name}`)).sort();
  // The last two of every team are the server's own.
  expect(kinds).toEqual(["D", "D", "O docs", "O off-topic", "O shop", "O town-square"]);
  const idOf = (name: string) => channels.find((channel) => channel.name === name)?.id;
  expect(settings).toMatchObject({
    channelId: idOf("shop"),
    channels: { shop: idOf("shop"), docs: idOf("docs") },
    directMessages: true,
  });
});

test("each channel and each direct message says what to try there, and a direct one calls nobody", async () => {
  const { settings, channels, posts } = await placesOf();
  const wordsIn = (id = "") => posts.get(id) ?? "";
  expect(wordsIn(settings?.channels.shop)).toContain("`@claude-code what does this project do?`");
  expect(wordsIn(settings?.channels.docs)).toContain(
    "`@claude-code what do the docs of this project cover?`",
  );
  const direct = channels.filter(({ type }) => type === "D").map(({ id }) => wordsIn(id));
  expect(direct).toHaveLength(2);
  for (const words of direct) {
    expect(words).toContain("`what does this project do?`");
    expect(words).not.toContain("@claude-code");
  }
});

test("the two channels are of two directories where there is a script, of the person's own where there is not", async () => {
  const scripted = await placesOf({ isScripted: true });
  expect(scripted.settings?.directories).toEqual({
    shop: expect.stringMatching(/\/tiny-cart$/),
    docs: expect.stringMatching(/\/tiny-cart-docs$/),
  });
  const real = await placesOf();
  expect(real.settings?.directories).toEqual({ shop: "/home/dev/project", docs: "/home/dev/project" });
});

test("a scripted one works in a project of its own, and is said to be scripted", async () => {
  const { done, configs, text } = demo({ isScripted: true });
  await done;
  expect(text()).toContain("SCRIPTED");
  expect(configs[0]?.directory).toMatch(/tiny-cart$/);
});

test("the claude that came with the package is not taken for the person's own, so the script is used", async () => {
  const asked: string[] = [];
  const { done, text } = demo({
    searchPath: ["", "/nowhere", directoryWithClaude("node_modules", ".bin")].join(delimiter),
    claudeVersion: async (path) => {
      asked.push(path);
      return "2.1.0";
    },
  });
  await done;
  expect(asked).toEqual([expect.stringContaining("@anthropic-ai")]);
  expect(text()).toContain("SCRIPTED");
});

test("the first claude on PATH is the person's own", async () => {
  const first = directoryWithClaude();
  const { done, configs } = demo({ searchPath: [first, directoryWithClaude()].join(delimiter) });
  await done;
  expect(configs[0]?.claudePath).toBe(join(first, "claude"));
});

test("a taken port gives way to the next free one, and it says so", async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void squatter.close());
  const { port } = squatter.address() as AddressInfo;
  const { done, text } = demo({ port });
  expect(await done).toBe(0);
  const [, chosen] = new RegExp(`Port ${port} is taken, so this is port (\\d+)\\.`).exec(text()) ?? [];
  expect(Number(chosen)).toBeGreaterThan(port);
  expect(text()).toContain(`http://127.0.0.1:${chosen}/`);
});
