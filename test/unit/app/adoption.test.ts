// Taking up a conversation of a terminal: only one of the project's directory, by who may, and never one that somebody has.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type AdoptionOptions, adopt, findHere, findThere } from "../../../src/app/adoption.ts";
import { remoteOf } from "../../../src/remote/runner.ts";
import { remoteShell } from "../../../src/remote/shell.ts";
import { LISTED, OTHER, OWNER } from "../../support/session-script.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const ID = "3f0b1c1e-0000-4000-8000-000000000000";

function world(more: Partial<AdoptionOptions> = {}, lines?: readonly object[]) {
  const home = temporaryDirectory();
  const directory = temporaryDirectory();
  const folder = join(home, ".claude/projects/-some-where");
  mkdirSync(folder, { recursive: true });
  const own = [
    { type: "user", uuid: "a", cwd: directory, message: { role: "user", content: "hello" } },
    { type: "assistant", uuid: "b", cwd: directory, message: { role: "assistant", content: [] } },
  ];
  writeFileSync(
    join(folder, `${ID}.jsonl`),
    `${(lines ?? own).map((line) => JSON.stringify(line)).join("\n")}\n`,
  );
  const begun: unknown[] = [];
  const options: AdoptionOptions = {
    rightsOf: (id) => ({ isListed: id !== OTHER.id, isApprover: id === OWNER.id }),
    approvers: ["alice"],
    find: findHere(directory, { HOME: home }),
    isHeld: () => false,
    begin: (opening) => void begun.push(opening),
    ...more,
  };
  return { begun, home, directory, options, adopt: (by = OWNER, id = ID) => adopt(id, by, options) };
}

test("begins a session of whoever asks, which knows how far the conversation goes", () => {
  const { adopt, begun } = world();
  expect(adopt()).toBeUndefined();
  expect(begun).toMatchObject([
    { owner: OWNER, origin: { kind: "terminal", conversationId: ID, prompts: 1, bytes: expect.any(Number) } },
  ]);
});

test.each([LISTED, OTHER])(
  "is refused to $name, who may not approve, whether there is such a one or not",
  (by) => {
    const { adopt, begun } = world();
    expect(adopt(by)).toBe(`⚠️ Only \`@alice\` can do that, \`@${by.name}\``);
    expect(adopt(by, "3f0b1c1e-0000-4000-8000-00000000000b")).toBe(adopt(by));
    expect(begun).toEqual([]);
  },
);

test("says the same of one that is elsewhere as of one that is not there at all", () => {
  const message = { role: "user", content: "secret" };
  const { adopt, begun } = world({}, [{ type: "user", uuid: "a", cwd: "/else/where", message }]);
  expect(adopt()).toContain("There is no conversation");
  expect(adopt()).not.toContain("else");
  expect(adopt(OWNER, "3f0b1c1e-0000-4000-8000-00000000000b")).toContain("There is no conversation");
  expect(begun).toEqual([]);
});

test("is refused while a session has it, without naming that one", () => {
  const { adopt, begun } = world({ isHeld: (id) => id === ID });
  expect(adopt()).toBe("⚠️ That conversation has a thread already: two must not write it.");
  expect(begun).toEqual([]);
});

test("is refused while a terminal has it open", () => {
  const { adopt, begun, home } = world();
  mkdirSync(join(home, ".claude/sessions"));
  writeFileSync(
    join(home, `.claude/sessions/${process.pid}.json`),
    JSON.stringify({ pid: process.pid, sessionId: ID }),
  );
  expect(adopt()).toContain(`open in a terminal (process ${process.pid})`);
  expect(begun).toEqual([]);
});

test("on another machine it is looked for there, and directories are compared as they are there", async () => {
  const { begun, home, directory, options } = world();
  const link = join(home, "a link");
  symlinkSync(directory, link);
  const { run } = remoteShell(remoteOf(["env"]), { PATH: process.env["PATH"], HOME: home });
  const there = (path: string) => adopt(ID, OWNER, { ...options, find: findThere(path, run) });
  expect(await there("/else/where")).toContain("There is no conversation");
  expect(await there(link)).toBeUndefined();
  expect(begun).toMatchObject([
    { owner: OWNER, origin: { kind: "terminal", conversationId: ID, prompts: 1, bytes: expect.any(Number) } },
  ]);
  const away = remoteShell(remoteOf(["false"]), { PATH: process.env["PATH"] });
  const asked = adopt(ID, OWNER, { ...options, find: findThere(directory, away.run) });
  await expect(asked).rejects.toThrow("can't be reached");
});
