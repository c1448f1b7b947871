// What the demo does before there is a bridge, and what it says when there can't be one.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../../../src/config/settings.ts";
import { type DemoOptions, runDemo } from "../../../src/sandbox/demo.ts";

function demo(over: Partial<DemoOptions> = {}) {
  const lines: string[] = [];
  const opened: string[] = [];
  const configs: Config[] = [];
  const done = runDemo({
    isScripted: false,
    port: 0,
    directory: "/home/dev/project",
    print: (line) => void lines.push(line),
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
  expect(configs).toMatchObject([
    { directory: "/home/dev/project", allowedUsers: ["alice", "bob"], skipPermissions: false },
  ]);
});

test("a scripted one works in a project of its own, and is said to be scripted", async () => {
  const { done, configs, text } = demo({ isScripted: true });
  await done;
  expect(text()).toContain("SCRIPTED");
  expect(configs[0]?.directory).toMatch(/tiny-cart$/);
});

test("without a claude of the person's own, the script is used with the one installed beside it", async () => {
  const asked: string[] = [];
  const { done, text } = demo({
    claudeVersion: async (path) => {
      asked.push(path);
      if (path === "claude") throw new Error("ENOENT");
      return "2.1.0";
    },
  });
  await done;
  expect(asked).toHaveLength(2);
  expect(text()).toContain("SCRIPTED");
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
