import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claudeScript, NO_DIRECTORY } from "../../../src/remote/claude-script.ts";
import { remoteOf } from "../../../src/remote/runner.ts";
import { homeIn } from "../../../src/remote/script.ts";
import { remoteShell } from "../../../src/remote/shell.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const SHELLS = [["sh"], ["dash"], ["bash"], ["bash", "--posix"], ["zsh"], ["busybox", "sh"]].filter(
  ([program = "", ...words]) => spawnSync(program, [...words, "-c", ":"]).status === 0,
);

describe.each(SHELLS.map((words) => [words.join(" "), words] as const))("in %s a directory", (_, words) => {
  const [program = "", ...before] = words;
  const expanded = (directory: string): string =>
    spawnSync(program, [...before, "-c", `d=$1\n${homeIn("d")}\nprintf %s "$d"`, "x", directory], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: "/home/a b*" },
    }).stdout;

  test("that begins with ~ is below the home there, and any other is left as it is", () => {
    for (const rest of ["", "/", "/shop", "/it's $HOME `x` ~/\n-", "/~"]) {
      expect(expanded(`~${rest}`)).toBe(`/home/a b*${rest}`);
    }
    for (const other of ["/srv/~/x", "~dev/x", "/~"]) expect(expanded(other)).toBe(other);
  });
});

test("Claude works in the directory of that machine's own home", async () => {
  const home = temporaryDirectory();
  mkdirSync(join(home, "it's here"));
  const { run } = remoteShell(remoteOf(["env"]), { PATH: process.env["PATH"], HOME: home });
  const script = claudeScript({ signOfLifeMs: 1000, graceS: 1, silenceS: 60 });
  const outcome = await run(script, ["~/it's here", "", "11111111.22222222", "pwd"]);
  expect([outcome.output.toString(), outcome.code]).toEqual([`${join(home, "it's here")}\n`, 0]);
  expect(await run(script, ["~/gone", "", "11111111.22222222", "pwd"])).toMatchObject({
    code: NO_DIRECTORY,
    said: expect.stringContaining(join(home, "gone")),
  });
});
