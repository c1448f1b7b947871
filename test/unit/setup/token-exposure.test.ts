import { execFileSync } from "node:child_process";
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ownPaths, secrecyWarnings } from "../../../src/setup/token-exposure.ts";
import { emptyPlaces } from "../../support/setup-world.ts";

const TOKEN = "MATTERMOST_TOKEN=abcdefgh12345678\n";

test("a settings file that only its owner can read is no cause for a warning", () => {
  const places = emptyPlaces();
  places.write(places.userFile, TOKEN, 0o600);
  expect(secrecyWarnings(places, places.userFile)).toEqual([]);
  expect(secrecyWarnings(places, undefined)).toEqual([]);
  expect(secrecyWarnings(places, join(places.home, "nothing"))).toEqual([]);
});

test.each([0o640, 0o604, 0o660, 0o644, 0o666])(
  "a settings file of mode %o is warned of, with the mend",
  (mode) => {
    const places = emptyPlaces();
    places.write(places.userFile, TOKEN);
    chmodSync(places.userFile, mode);
    expect(secrecyWarnings(places, places.userFile)).toEqual([
      `${places.userFile} can be read by other users of this machine (mode ${mode.toString(8)}). ` +
        `Run: chmod 600 ${places.userFile}`,
    ]);
  },
);

test("a pipe in the place of the project's settings file holds no token, and nothing up", () => {
  const places = emptyPlaces();
  execFileSync("mkfifo", [join(places.cwd, ".env")]);
  expect(secrecyWarnings(places, undefined)).toEqual([]);
});

test("of a link the file it leads to counts", () => {
  const places = emptyPlaces();
  const real = join(places.home, "real");
  const link = join(places.home, ".mm-claude.env");
  places.write(real, TOKEN, 0o600);
  symlinkSync(real, link);
  expect(secrecyWarnings(places, link)).toEqual([]);
  chmodSync(real, 0o644);
  expect(secrecyWarnings(places, link)).toHaveLength(1);
});

test("a token in the directory where Claude works is warned of, also when other settings are used", () => {
  const places = emptyPlaces();
  const here = join(places.cwd, ".env");
  places.write(here, `OTHER=1\nexport ${TOKEN}`);
  for (const file of [here, places.userFile, undefined]) {
    const warnings = secrecyWarnings(places, file);
    expect(warnings).toEqual([expect.stringContaining(`${here} holds the bot's token`)]);
    expect(warnings[0]).toContain("run mm-claude setup");
    expect(warnings[0]).not.toContain("abcdefgh");
  }
  chmodSync(here, 0o644);
  expect(secrecyWarnings(places, here)).toHaveLength(2);
});

test.each(["", "MATTERMOST_TOKEN=\n", "# MATTERMOST_TOKEN=x\n", "MATTERMOST_URL=https://x\n"])(
  "a project's own .env with %j is none of our business",
  (text) => {
    const places = emptyPlaces();
    places.write(join(places.cwd, ".env"), text);
    expect(secrecyWarnings(places, undefined)).toEqual([]);
    expect(ownPaths(places, "/state")).not.toContain(join(places.cwd, ".env"));
  },
);

test("kept from Claude are all settings files and the state, and the project's .env where it holds our token", () => {
  const places = emptyPlaces();
  const { cwd, home } = places;
  const always = [
    join(home, ".config", "mm-claude", ".env"),
    join(home, ".mm-claude.env"),
    join(home, ".config", "mm-claude"),
    "/state",
  ];
  expect(ownPaths(places, "/state")).toEqual(always);
  places.write(join(cwd, ".env"), TOKEN);
  expect(ownPaths(places, "/state")).toEqual([join(cwd, ".env"), ...always]);
});

test("with XDG_CONFIG_HOME set, what stands there is kept from Claude, and what stands in ~/.config still is", () => {
  const { cwd, home } = emptyPlaces();
  const places = { cwd, home, configHome: "/xdg" };
  expect(ownPaths(places, "/state")).toEqual([
    "/xdg/mm-claude/.env",
    join(home, ".config", "mm-claude", ".env"),
    join(home, ".mm-claude.env"),
    "/xdg/mm-claude",
    join(home, ".config", "mm-claude"),
    "/state",
  ]);
});
