// What is looked at before a waiting process is used: whatever is wrong with it, it still gets a fingerprint.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { settingsFingerprint } from "../../../src/claude/startup-inputs.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

test.each<[string, (directory: string) => void]>([
  [
    "CLAUDE.md that is a link to itself",
    (directory) => symlinkSync("CLAUDE.md", join(directory, "CLAUDE.md")),
  ],
  [".claude that is a file", (directory) => writeFileSync(join(directory, ".claude"), "")],
  [".git that is a file", (directory) => writeFileSync(join(directory, ".git"), "gitdir: elsewhere")],
  [
    "a ring of links",
    (directory) => {
      mkdirSync(join(directory, ".claude"));
      symlinkSync("settings.local.json", join(directory, ".claude", "settings.json"));
      symlinkSync("settings.json", join(directory, ".claude", "settings.local.json"));
    },
  ],
])("%s is no reason to fail", (_what, make) => {
  const directory = temporaryDirectory();
  const before = settingsFingerprint(directory, { HOME: directory });
  make(directory);
  expect(settingsFingerprint(directory, { HOME: directory })).toEqual(expect.any(String));
  expect(before).toEqual(expect.any(String));
});

test("a home with a NUL in its name is no reason to fail", () => {
  expect(settingsFingerprint(temporaryDirectory(), { HOME: "/a\0b" })).toEqual(expect.any(String));
});
