import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Commands, createProgram } from "../../../src/cli/program.ts";
import { filesOf, messageOf, type SendFlags } from "../../../src/cli/send.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

async function parsed(...args: readonly string[]) {
  const given: unknown[] = [];
  const errors: string[] = [];
  const commands = {
    send: async (words: readonly string[], flags: SendFlags) => {
      given.push(words, flags);
      return 0;
    },
  };
  const program = createProgram({
    version: "1",
    documentation: "docs",
    commands: () => commands as unknown as Commands,
    onExit: () => {},
    print: () => {},
    printError: (line) => errors.push(line),
  });
  await program.parseAsync(["send", ...args], { from: "user" }).catch(() => {});
  return { given, errors: errors.join("\n") };
}

test("words, files and options in any order", async () => {
  const { given } = await parsed(
    "run",
    "--file",
    "a",
    "the tests",
    "--wait",
    "--file",
    "b",
    "--timeout",
    "10m",
  );
  expect(given).toEqual([["run", "the tests"], { file: ["a", "b"], wait: true, timeout: 600_000 }]);
});

test.each(["--as", "--thread", "--project", "--file"])(
  "%s of an unset variable is refused",
  async (option) => {
    const { given, errors } = await parsed("x", option, "");
    expect(given).toEqual([]);
    expect(errors).toContain("It is empty: is a variable not set?");
  },
);

test("what begins with a dash is text behind --", async () => {
  expect((await parsed("--", "--help", "me")).given).toEqual([["--help", "me"], {}]);
});

test.each([
  ["90", 90_000],
  ["90s", 90_000],
  ["2h", 7_200_000],
])("--timeout %s", async (time, timeout) => {
  expect((await parsed("x", "--timeout", time)).given[1]).toEqual({ timeout });
});

test.each(["0", "soon", "10 m", "-1s", "999999999h"])("--timeout %s is none", async (time) => {
  const { given, errors } = await parsed("x", "--timeout", time);
  expect(given).toEqual([]);
  expect(errors).toContain("Give a time such as 90s, 10m or 2h.");
});

test("arguments go first, and what is piped in beside them is a block that it can't leave", () => {
  expect(messageOf("review", "a\nb\n")).toBe("review\n\n```\na\nb\n```");
  expect(messageOf("review", "```\nb\n")).toBe("review\n\n````\n```\nb\n````");
  expect(messageOf("", "run the tests\n")).toBe("run the tests");
  expect(messageOf("run", "")).toBe("run");
  expect(messageOf(" ", " \n")).toBe("");
});

test("files are regular ones, by absolute paths, each once", () => {
  const place = temporaryDirectory();
  writeFileSync(join(place, "a"), "");
  mkdirSync(join(place, "d"));
  expect(filesOf([join(place, "a"), join(place, "d", "..", "a")])).toEqual([join(place, "a")]);
  expect(filesOf([join(place, "d")])).toContain("make an archive of the directory");
  expect(filesOf([join(place, "x")])).toContain("there is no file");
  expect(filesOf(["/dev/null"])).toContain("no regular file");
  expect(filesOf(Array(11).fill("a"))).toContain("10 files at most");
});
