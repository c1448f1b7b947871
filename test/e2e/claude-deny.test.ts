// What the real CLIs do about paths that are denied to them: the file tools refuse by themselves, nobody is asked, and
// nothing of the file reaches the model.

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import { runScene, type ToolUse } from "../../sandbox/model/scene.ts";
import { type ScriptedModel, startScriptedModel } from "../../sandbox/model/server.ts";
import { furtherTest, outerTest } from "../support/generations.ts";
import { type ClaudeHome, claudeHome, realClaudes } from "../support/real-claude.ts";
import { type WatchedClaude, watchClaude } from "../support/watch-claude.ts";

const SECRET = "hush-6121";

/** Makes the tool calls that the message lists, one after the other. */
const calls = runScene("calls", ({ step, userText }) => {
  const list = JSON.parse(/RUN calls (\[.*\])/s.exec(userText)?.[1] ?? "[]") as ToolUse[];
  const next = list[step];
  return next === undefined ? { text: "That is all." } : { tools: [next] };
});

let model: ScriptedModel;
beforeAll(async () => {
  model = await startScriptedModel({ scenes: [calls] });
});
afterAll(() => model.close());

describe.each(realClaudes())("claude $version", ({ version, path, isOlder, isBetween }) => {
  const further = furtherTest({ isOlder });
  const outerTests = outerTest({ isBetween });
  let place: ClaudeHome;
  let claude: WatchedClaude | undefined;
  /** A directory of denied files in the home, and a denied file where Claude works. */
  let folder: string;
  let outer: string;
  let inner: string;

  beforeEach(() => {
    place = claudeHome(model.url);
    folder = join(place.home, ".config/mm (1) [x]");
    mkdirSync(folder, { recursive: true });
    outer = join(folder, "a.env");
    inner = join(place.directory, ".env");
    for (const file of [outer, inner]) writeFileSync(file, `TOKEN=${SECRET}\n`);
    writeFileSync(join(place.directory, "notes.txt"), "TOKEN=none\n");
  });
  afterEach(async () => {
    await claude?.close();
  });

  /** Runs a turn in which nobody answers anything; gives the calls' results. */
  async function turn(list: readonly ToolUse[], more = "", deniedPaths: readonly string[] = [folder, inner]) {
    claude = watchClaude(
      { claudePath: path, directory: place.directory, deniedPaths },
      { environment: place.environment },
    );
    const before = model.requests.length;
    claude.say(`RUN calls ${JSON.stringify(list)}${more}`);
    await claude.next("turnEnded");
    const { events } = claude;
    expect(events.filter(({ type }) => type === "permissionAsked")).toEqual([]);
    return {
      results: events.flatMap((event) => (event.type === "toolResult" ? [event] : [])),
      heard: JSON.stringify(model.requests.slice(before).map(({ body }) => body)),
    };
  }

  const read = (file: string): ToolUse => ({ name: "Read", input: { file_path: file } });
  const bash = (command: string): ToolUse => ({ name: "Bash", input: { command, description: "Look" } });

  outerTests("reads no denied file, by whatever way", async () => {
    symlinkSync(outer, join(place.directory, "link.txt"));
    const search = { pattern: "TOKEN", output_mode: "content" };
    const { results, heard } = await turn([
      read(outer),
      read(inner),
      read(join(place.directory, "link.txt")),
      read(`${place.directory}/../${place.home.split("/").at(-1)}/.config/mm (1) [x]/a.env`),
      // 2.1.330 offers neither.
      { name: "Grep", input: { ...search, path: folder } },
      { name: "Grep", input: { ...search, path: inner } },
      { name: "Glob", input: { pattern: "**/*", path: folder } },
      // A path in quotes 1.0.128 and 2.0.76 ask about, as about any command.
      bash("cat .env"),
    ]);
    expect(results.map(({ isError }) => isError)).toEqual(Array(8).fill(true));
    expect(heard).not.toContain(SECRET);
  });

  outerTests("changes no denied file and makes none in a denied directory", async () => {
    const change = { old_string: SECRET, new_string: "mine" };
    const { results } = await turn([
      ...[outer, inner].flatMap((file) => [
        { name: "Edit", input: { file_path: file, ...change } },
        // 1.0.128 alone has it.
        { name: "MultiEdit", input: { file_path: file, edits: [change] } },
        { name: "Write", input: { file_path: file, content: "mine" } },
      ]),
      { name: "Write", input: { file_path: join(folder, "new.json"), content: "{}" } },
    ]);
    expect(results.map(({ isError }) => isError)).toEqual(Array(7).fill(true));
    for (const file of [outer, inner]) expect(readFileSync(file, "utf8")).toBe(`TOKEN=${SECRET}\n`);
    expect(existsSync(join(folder, "new.json"))).toBe(false);
  });

  further(
    "takes in what a message names with @ in its directory, and nothing that lies elsewhere",
    async () => {
      expect((await turn([], " See @notes.txt", [])).heard).toContain("TOKEN=none");
      await claude?.close();
      // Not even without rules: mm-claude makes words of such names.
      expect((await turn([], ` See @${outer}, @"${outer}" and @.env`, [])).heard).not.toContain(SECRET);
    },
  );

  further("denies nothing else, and keeps to the user's own rules", async () => {
    mkdirSync(join(place.directory, ".claude"));
    const own = { permissions: { deny: ["Read(./private.txt)"] } };
    writeFileSync(join(place.directory, ".claude/settings.json"), JSON.stringify(own));
    writeFileSync(join(place.directory, "private.txt"), "mine\n");
    const { results } = await turn([
      read(join(place.directory, "notes.txt")),
      read(join(place.directory, "private.txt")),
      bash("ls"),
      // Here a search of the whole directory leaves the denied file out.
      ...(version.startsWith("2.1.")
        ? []
        : [{ name: "Grep", input: { pattern: "TOKEN", path: place.directory, output_mode: "content" } }]),
    ]);
    expect(results.map(({ isError }) => isError)).toEqual(
      [false, true, false, false].slice(0, results.length),
    );
    expect(results[0]?.text).toContain("TOKEN=none");
    expect(results.map(({ text }) => text).join()).not.toContain(SECRET);
  });
});
