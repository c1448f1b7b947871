import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "dotenv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/config/error.ts";
import { changeEnvFile, changeEnvText, renderEnvFile } from "../../../src/setup/env-file.ts";
import { emptyPlaces } from "../../support/setup-world.ts";

/** Some values no .env file can hold, alone or together. */
function unlessRefused(write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

describe("what is written", () => {
  test.each([
    "plain",
    "",
    " spaces around ",
    "with # hash",
    "$HOME $\u007bHOME} $(id)",
    "back\\slash \\n \\r \\\\",
    "it's",
    'say "hi"',
    "back`tick",
    "two\nlines",
    "carriage\rreturn\r\n",
    "export X=1",
    "é 👍 ",
    "=",
  ])("is read back as it was: %j", (value) => {
    expect(parse(renderEnvFile({ VALUE: value }))).toEqual({ VALUE: value });
  });

  test("is read back as it was, or refused, for any text whatever", () => {
    const nasty = fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        "`",
        "\\",
        "n",
        "\n",
        "\r",
        "#",
        "$",
        "{",
        " ",
        "=",
        "a",
        "\t",
        "é",
        "\u2028",
      ),
      maxLength: 12,
    });
    const values = fc.record({ A: fc.oneof(nasty, fc.string()), B: nasty, C: nasty });
    let written = 0;
    fc.assert(
      fc.property(values, (wanted) => {
        const text = unlessRefused(() => renderEnvFile(wanted));
        if (text === undefined) return;
        written += 1;
        expect(parse(Buffer.from(text))).toEqual(wanted);
      }),
      { numRuns: 3000 },
    );
    expect(written).toBeGreaterThan(500);
  });

  test("is refused only for want of a spelling: values without quotes and line ends always work", () => {
    const tame = fc.string().filter((text) => !/['"`\r\n]/.test(text));
    fc.assert(fc.property(tame, (value) => parse(renderEnvFile({ A: value }))["A"] === value));
  });

  test("a value with every kind of quote and a backslash-n is refused by name, without showing it", () => {
    const value = `'"\`\n\\n`;
    expect(() => renderEnvFile({ MATTERMOST_TOKEN: value })).toThrow(
      /MATTERMOST_TOKEN.*environment instead/s,
    );
    try {
      renderEnvFile({ MATTERMOST_TOKEN: value });
    } catch (error) {
      expect(String(error)).not.toContain(value);
    }
  });
});

describe("the file", () => {
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

  test("is for its owner alone, and so is its directory", async () => {
    const { userFile } = emptyPlaces();
    await changeEnvFile(userFile, { A: "1" });
    expect([modeOf(userFile), modeOf(dirname(userFile))]).toEqual(["600", "700"]);
  });

  test("replaces one that anybody could read, in a directory that was open", async () => {
    const { userFile, write } = emptyPlaces();
    mkdirSync(dirname(userFile), { recursive: true, mode: 0o755 });
    write(userFile, "OLD=1", 0o644);
    await changeEnvFile(userFile, { A: "1" });
    expect([modeOf(userFile), modeOf(dirname(userFile))]).toEqual(["600", "700"]);
    expect(parse(readFileSync(userFile))).toEqual({ OLD: "1", A: "1" });
  });

  test("is as it was when the new one can't be written, and no draft is left", async () => {
    const { userFile, write } = emptyPlaces();
    write(userFile, "OLD=1");
    await expect(changeEnvFile(userFile, { A: `'"\`\n\\n` })).rejects.toThrow(ConfigError);
    expect(readFileSync(userFile, "utf8")).toBe("OLD=1");
    expect(readdirSync(dirname(userFile))).toEqual([".env"]);
  });

  test("leaves no draft when its place is taken by a directory", async () => {
    const { userFile } = emptyPlaces();
    mkdirSync(userFile, { recursive: true });
    await expect(changeEnvFile(userFile, { A: "1" })).rejects.toThrow();
    expect(readdirSync(dirname(userFile))).toEqual([".env"]);
  });

  test.skipIf(process.platform !== "linux")("says so where there can be no such directory", async () => {
    await expect(changeEnvFile("/proc/nope/mm-claude/.env", { A: "1" })).rejects.toThrow("ENOENT");
  });

  test("gives all that it holds now", async () => {
    const { userFile, write } = emptyPlaces();
    write(userFile, "OLD=1\nA=2");
    expect(await changeEnvFile(userFile, { A: "1" })).toEqual({ OLD: "1", A: "1" });
  });

  test.each([
    ["a file that is there", "OLD=1\n"],
    ["one that is not there yet", undefined],
  ])(
    "is written through a link to %s, which stays a link, and the link's place alone is closed",
    async (_what, old) => {
      const { userFile, home } = emptyPlaces();
      const dotfiles = join(home, "dotfiles");
      mkdirSync(dotfiles, { mode: 0o755 });
      mkdirSync(dirname(userFile), { recursive: true });
      if (old !== undefined) writeFileSync(join(dotfiles, "env"), old);
      symlinkSync("../../dotfiles/env", userFile);
      await changeEnvFile(userFile, { A: "1" });
      expect(lstatSync(userFile).isSymbolicLink()).toBe(true);
      expect(readlinkSync(userFile)).toBe("../../dotfiles/env");
      expect(parse(readFileSync(join(dotfiles, "env")))).toEqual({ ...(old && { OLD: "1" }), A: "1" });
      expect([modeOf(join(dotfiles, "env")), modeOf(dirname(userFile))]).toEqual(["600", "700"]);
      expect(modeOf(dotfiles)).toBe("755");
      expect(readdirSync(dotfiles)).toEqual(["env"]);
    },
  );
});

describe("of a file that people have written", () => {
  const THEIRS = `# Ours, for the shop
export MATTERMOST_URL = https://chat.example.com   # the new server
MATTERMOST_TOKEN: "t0ken"
a line that nobody knows
COLOUR=red

# ALLOWED_USERS=mallory
ALLOWED_USERS=
# The end`;

  test("only what is another value now changes, and what is new comes last", () => {
    const changes = {
      MATTERMOST_URL: "https://chat.example.com",
      MATTERMOST_TOKEN: "n3w",
      ALLOWED_USERS: "alice,bob",
      SKIP_PERMISSIONS: "false",
    };
    expect(changeEnvText(THEIRS, changes)).toBe(`# Ours, for the shop
export MATTERMOST_URL = https://chat.example.com   # the new server
MATTERMOST_TOKEN='n3w'
a line that nobody knows
COLOUR=red

# ALLOWED_USERS=mallory
ALLOWED_USERS='alice,bob'
# The end
SKIP_PERMISSIONS='false'
`);
  });

  test("nothing changes when nothing is another value", () => {
    expect(changeEnvText(THEIRS, { MATTERMOST_TOKEN: "t0ken", ALLOWED_USERS: "" })).toBe(THEIRS);
  });

  test("a comment behind a value stays, and so do line ends of Windows", () => {
    expect(changeEnvText("A=1  # one\r\nB=2\r\n", { A: "3", C: "4" })).toBe(
      "A='3'  # one\r\nB=2\r\nC='4'\r\n",
    );
  });

  test("a setting that stands there twice is changed in both places, so that they agree", () => {
    expect(changeEnvText("A=1\nB=2\nA=3\n", { A: "3" })).toBe("A='3'\nB=2\nA=3\n");
  });

  test("whatever it holds, it is read back as it was but for the changes, or refused", () => {
    const part = fc.constantFrom(
      "A=",
      "B: ",
      "C = ",
      "'",
      '"',
      "`",
      "x",
      " ",
      "#",
      "\\",
      "\n",
      "\r\n",
      "=",
      "export ",
    );
    const texts = fc.array(part, { maxLength: 14 }).map((parts) => parts.join(""));
    let written = 0;
    const values = fc.string({ unit: fc.constantFrom("a", " ", "#", "'", "$", "="), maxLength: 5 });
    fc.assert(
      fc.property(texts, values, values, (text, a, d) => {
        const changed = unlessRefused(() => changeEnvText(text, { A: a, D: d }));
        if (changed === undefined) return;
        written += 1;
        expect(parse(changed)).toEqual({ ...parse(text), A: a, D: d });
      }),
      { numRuns: 3000 },
    );
    expect(written).toBeGreaterThan(2900);
  });
});
