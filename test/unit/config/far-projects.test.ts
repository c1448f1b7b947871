// What projects.yaml may say of a project on another machine.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, renderProblem } from "../../../src/config/error.ts";
import { projectDefaults } from "../../../src/config/project.ts";
import { parseProjects } from "../../../src/config/projects-file.ts";
import { defaultSettings } from "../../../src/config/settings.ts";
import { emptyPlaces } from "../../support/setup-world.ts";

function world(settings: { readonly claudePath?: string } = {}) {
  const places = emptyPlaces();
  const stateRoot = join(places.home, ".local/state/mm-claude");
  const defaults = projectDefaults({ ...defaultSettings(), ...settings });
  return { ...places, read: (text: string) => parseProjects(text, { places, defaults, stateRoot }) };
}

function problemsOf(text: string): string[] {
  try {
    world().read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(renderProblem);
    throw error;
  }
  throw new Error("no problem");
}

describe("a project on another machine", () => {
  const far = (keys: string): string =>
    `projects: {shop: {channel: dev/shop, runner: ssh dev@build1, ${keys}}}`;

  test("has its runner's words, a directory of that machine, and the claude that is found there", () => {
    const read = (text: string) => world({ claudePath: "/opt/claude" }).read(text).projects[0];
    expect(read(far("directory: ~/shop"))).toMatchObject({
      runner: ["ssh", "dev@build1"],
      directory: "~/shop",
      claudePath: "claude",
    });
    const listed =
      "projects: {shop: {channel: dev/shop, directory: /s, runner: [docker, exec, a b], claudePath: ~/c}}";
    expect(read(listed)).toMatchObject({
      runner: ["docker", "exec", "a b"],
      directory: "/s",
      claudePath: "~/c",
    });
  });

  test.each([
    ["/", "it is all of that machine"],
    ["/srv/..", "it is all of that machine"],
    ["~", "it is the home directory there, with all files in it"],
    ["~/", "it is the home directory there, with all files in it"],
    ["~/src/..", "it is the home directory there, with all files in it"],
    ["~/..", "it is the home directory there, with all files in it"],
  ])("may not be in %s without a word for it", (directory, why) => {
    expect(problemsOf(far(`directory: ${directory}`))).toEqual([
      `projects.yaml:1:62: directory of shop: ${why}. Choose another, or confirm it with allowUnsafeDirectory: true.`,
    ]);
    expect(world().read(far(`directory: ${directory}, allowUnsafeDirectory: true`)).projects).toMatchObject([
      { isUnsafeAllowed: true },
    ]);
  });

  test("may be in a directory that is this machine's home or state", () => {
    const { home, read } = world();
    expect(read(far(`directory: ${home}`)).projects).toHaveLength(1);
    expect(read(far("directory: ~/../shared")).projects).toHaveLength(1);
  });

  test.each([
    ["ssh 'dev", "a ' in it is never closed"],
    ['""', "it names no command"],
    ["{a: b}", "it names no command"],
    ["ssh -p 22", "it names no host"],
    ["docker exec -it shop-dev", "-t asks for a terminal, which would change what Claude says"],
    ["[ssh, -N, build1]", "-N starts no shell there"],
  ])("is refused with a runner that can't work: %s", (runner, why) => {
    const text = `projects:\n  shop: {channel: dev/shop, directory: /s, runner: ${runner}}`;
    expect(problemsOf(text)).toEqual([
      expect.stringContaining(`projects.yaml:2:44: runner of shop: ${why}. `),
    ]);
  });

  test("has a directory of its own, whatever others are called", () => {
    const twins = (one: string, other: string): string =>
      `projects: {a: {channel: dev/shop, directory: /s${one}}, b: {channel: dev/shop, directory: /s${other}}}`;
    const count = (text: string): number => world().read(text).projects.length;
    expect(count(twins("", ", runner: ssh build1"))).toBe(2);
    expect(count(twins(", runner: ssh build1", ", runner: ssh build2"))).toBe(2);
    expect(problemsOf(twins(", runner: ssh build1", ", runner: [ssh, build1]"))).toEqual([
      expect.stringContaining("b has the channel and the directory of a"),
    ]);
  });
});
