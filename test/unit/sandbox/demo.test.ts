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
