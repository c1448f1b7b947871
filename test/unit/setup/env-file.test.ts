import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "dotenv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/config/error.ts";
import { readEnvFile, renderEnvFile, writeEnvFile } from "../../../src/setup/env-file.ts";
import { emptyPlaces } from "../../support/setup-world.ts";

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
        let text: string;
        try {
          text = renderEnvFile(wanted);
        } catch (error) {
          if (error instanceof ConfigError) return;
          throw error;
        }
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
    await writeEnvFile(userFile, { A: "1" });
    expect([modeOf(userFile), modeOf(dirname(userFile))]).toEqual(["600", "700"]);
  });

  test("replaces one that anybody could read, in a directory that was open", async () => {
    const { userFile, write } = emptyPlaces();
    mkdirSync(dirname(userFile), { recursive: true, mode: 0o755 });
    write(userFile, "OLD=1", 0o644);
    await writeEnvFile(userFile, { A: "1" });
    expect([modeOf(userFile), modeOf(dirname(userFile))]).toEqual(["600", "700"]);
    expect(parse(readFileSync(userFile))).toEqual({ A: "1" });
  });

  test("is as it was when the new one can't be written, and no draft is left", async () => {
    const { userFile, write } = emptyPlaces();
    write(userFile, "OLD=1");
    await expect(writeEnvFile(userFile, { A: `'"\`\n\\n` })).rejects.toThrow(ConfigError);
    expect(readFileSync(userFile, "utf8")).toBe("OLD=1");
    expect(readdirSync(dirname(userFile))).toEqual([".env"]);
  });

  test("stays where a link leads to it, and so does the link", async () => {
    const { userFile, home, write } = emptyPlaces();
    const kept = join(home, "dotfiles", "mm-claude");
    write(kept, "OLD=1", 0o644);
    mkdirSync(dirname(userFile), { recursive: true });
    symlinkSync(kept, userFile);
    await writeEnvFile(userFile, { A: "1" });
    expect([lstatSync(userFile).isSymbolicLink(), readEnvFile(kept), modeOf(kept)]).toEqual([
      true,
      { A: "1" },
      "600",
    ]);
    expect(readdirSync(dirname(kept))).toEqual(["mm-claude"]);
  });

  test("leaves no draft when its place is taken by a directory", async () => {
    const { userFile } = emptyPlaces();
    mkdirSync(userFile, { recursive: true });
    await expect(writeEnvFile(userFile, { A: "1" })).rejects.toThrow();
    expect(readdirSync(dirname(userFile))).toEqual([".env"]);
  });

  test.skipIf(process.platform !== "linux")("says so where there can be no such directory", async () => {
    await expect(writeEnvFile("/proc/nope/mm-claude/.env", { A: "1" })).rejects.toThrow("ENOENT");
  });

  test("that isn't there has no settings", () => {
    expect(readEnvFile(emptyPlaces().userFile)).toEqual({});
  });
});
