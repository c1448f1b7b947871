import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { dangerJudge } from "../../../src/config/safe-directory.ts";
import { emptyPlaces } from "../../support/setup-world.ts";

/** A home with a link to itself, one to where mm-claude's settings will be, and one that leads nowhere. */
function judge(directory: string): string | undefined {
  const places = emptyPlaces();
  const { home } = places;
  symlinkSync(home, join(home, "link"));
  symlinkSync(".config/mm-claude/not/yet", join(home, "dangling"));
  symlinkSync("loop", join(home, "loop"));
  const dangerOf = dangerJudge({ places, stateRoot: join(home, ".local/state/mm-claude") });
  return dangerOf(resolve(directory.replace("~", home)))?.replace(home, "HOME");
}

describe("a directory is dangerous, by whatever way", () => {
  test.each([
    ["/", "it is all of this machine"],
    ["/srv/..", "it is all of this machine"],
    ["~", "it is your home directory, with all your files"],
    ["~/link", "it is your home directory, with all your files"],
    ["~/..", "it holds mm-claude's own files (HOME/.config/mm-claude)"],
    ["~/.config", "it holds mm-claude's own files (HOME/.config/mm-claude)"],
    ["~/.config/mm-claude", "it holds mm-claude's own files (HOME/.config/mm-claude)"],
    ["~/.config/mm-claude/shop", "it is inside of mm-claude's own files (HOME/.config/mm-claude)"],
    ["~/link/.config/mm-claude/a/b", "it is inside of mm-claude's own files (HOME/.config/mm-claude)"],
    ["~/dangling", "it is inside of mm-claude's own files (HOME/.config/mm-claude)"],
    ["~/dangling/more", "it is inside of mm-claude's own files (HOME/.config/mm-claude)"],
    ["~/.local/state", "it holds mm-claude's own files (HOME/.local/state/mm-claude)"],
    ["~/.local/state/mm-claude/x", "it is inside of mm-claude's own files (HOME/.local/state/mm-claude)"],
  ])("%s", (directory, why) => {
    expect(judge(directory)).toBe(why);
  });
});

test.each([
  "~/.config/mm-claude-2",
  "~/.config/other",
  "~/src/shop",
  "~/link/src/shop",
  "/srv/..shop",
  "~/loop",
])("%s is not", (directory) => {
  expect(judge(directory)).toBeUndefined();
});

test("settings that XDG_CONFIG_HOME has elsewhere are kept from it as well, and so are those at home", () => {
  const places = { ...emptyPlaces(), configHome: "/etc/xdg" };
  const dangerOf = dangerJudge({ places, stateRoot: "/var/lib/mm-claude" });
  for (const directory of ["/etc/xdg/mm-claude", "/etc", `${places.home}/.config`, "/var/lib"]) {
    expect(dangerOf(directory)).toMatch(/^it holds mm-claude's own files/);
  }
});
