import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError, renderProblem } from "../../../src/config/error.ts";
import { projectsPath } from "../../../src/config/files.ts";
import { type Project, projectDefaults } from "../../../src/config/project.ts";
import { addProject, removeProject } from "../../../src/config/projects-edit.ts";
import { parseProjects, placeOfProject, readProjects } from "../../../src/config/projects-file.ts";
import { defaultSettings } from "../../../src/config/settings.ts";
import { runs } from "../../support/runs.ts";
import { emptyPlaces } from "../../support/setup-world.ts";

const SETTINGS = { ...defaultSettings(), allowedUsers: ["alice", "bob"], prewarm: 2 };

function world(settings: Partial<typeof SETTINGS> = {}) {
  const places = emptyPlaces();
  const stateRoot = join(places.home, ".local/state/mm-claude");
  const input = { places, defaults: projectDefaults({ ...SETTINGS, ...settings }), stateRoot };
  const path = projectsPath(places);
  mkdirSync(dirname(path), { recursive: true });
  return { ...places, input, path, read: (text: string) => parseProjects(text, input) };
}

const problemsIn = (read: () => unknown): string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(renderProblem);
    throw error;
  }
  throw new Error("no problem");
};
const problemsOf = (text: string, settings: Partial<typeof SETTINGS> = {}): string[] =>
  problemsIn(() => world(settings).read(text));

const SHOP = "projects:\n  shop:\n    channel: dev/shop\n    directory: /srv/shop\n";

test("where a project stands in the file is known, for what the server says of it", () => {
  const { input, path } = world();
  const placeOf = (name: string, origin: Project["origin"]) => placeOfProject({ name, origin }, input.places);
  expect(placeOf("shop", "file")).toBeUndefined();
  writeFileSync(
    path,
    `# Ours\n${SHOP}  api: { channel: dev/api, directory: /srv/api }\ndirectMessages: {}\n`,
  );
  expect([placeOf("shop", "file"), placeOf("api", "file"), placeOf("direct messages", "direct")]).toEqual([
    "projects.yaml:3:3",
    "projects.yaml:6:3",
    "projects.yaml:7:1",
  ]);
  expect([placeOf("web", "file"), placeOf("shop", "settings")]).toEqual([undefined, undefined]);
});

test("the file of the contract is read as it is meant", () => {
  const { read, path, home } = world();
  const { projects, directMessages, ...rest } = read(`projects:
  shop:
    channel: dev/shop-claude          # team/channel, or an id
    directory: ~/src/shop
    allowedUsers: [alice, bob]        # the rest as in the settings, defaults from there
    approvers: [alice]
    worktree: off                     # off | ask | always
    mode: default
    model: opus
    maxSessions: 3
  api: { channel: dev/shop-claude, directory: ~/src/api }   # a second directory of the same channel
directMessages: { directory: ~/scratch, allowedUsers: [alice] }
`);
  expect(rest).toEqual({ path });
  expect(projects).toEqual([
    {
      name: "shop",
      origin: "file",
      channel: "dev/shop-claude",
      directory: `${home}/src/shop`,
      allowedUsers: ["alice", "bob"],
      approvers: ["alice"],
      bots: [],
      skipPermissions: false,
      maxSessions: 3,
      sessionTimeoutMs: 1_800_000,
      prewarm: 0,
      claudePath: "claude",
      worktree: "off",
      mode: "default",
      model: "opus",
      maxCostPerDay: undefined,
    },
    expect.objectContaining({ name: "api", maxSessions: 5, mode: undefined, model: undefined }),
  ]);
  expect(directMessages).toMatchObject({
    // No other can have this name.
    name: "direct messages",
    origin: "direct",
    channel: undefined,
    directory: `${home}/scratch`,
    allowedUsers: ["alice"],
  });
});

test.each([
  ["sessionTimeoutMs: 30m", { sessionTimeoutMs: 1_800_000 }],
  ["sessionTimeoutMs: 2h", { sessionTimeoutMs: 7_200_000 }],
  ["sessionTimeoutMs: 90000", { sessionTimeoutMs: 90_000 }],
  ["worktree: off", { worktree: "off" }],
  ["worktree: false", { worktree: "off" }],
  ["worktree: always", { worktree: "always" }],
  ["skipPermissions: yes", { skipPermissions: true }],
  ["allowedUsers: '@Alice, carol'", { allowedUsers: ["alice", "carol"] }],
  ["allowedUsers: [007, no, null]", { allowedUsers: ["007", "no", "null"] }],
  ["allowedUsers: []", { allowedUsers: [] }],
  ["bots: ['@Build-Bot', alerts]", { bots: ["build-bot", "alerts"] }],
  ["bots: build-bot", { bots: ["build-bot"] }],
  ["bots: []", { bots: [] }],
  ["prewarm: 1", { prewarm: 1 }],
  ["mode: acceptEdits", { mode: "acceptEdits" }],
  ["maxCostPerDay: 20", { maxCostPerDay: 20 }],
  ["maxCostPerDay: $12.50", { maxCostPerDay: 12.5 }],
  ["model: claude-opus-4-1[1m]", { model: "claude-opus-4-1[1m]" }],
])("%s is understood", (line, expected) => {
  expect(world().read(`${SHOP}    ${line}\n`).projects).toEqual([expect.objectContaining(expected)]);
});

test("an id of digits alone is an id, and ~ is the home", () => {
  const channel = "12345678901234567890123456";
  const text = `projects: {a: {channel: ${channel}, directory: ~, allowUnsafeDirectory: true}}`;
  const { read, home } = world();
  expect(read(text).projects).toMatchObject([{ channel, directory: home }]);
});

test("projects come in the file's order, also those whose names are numbers", () => {
  const text = ["b", "42", "a", "7"]
    .map((name) => `  ${name}: {channel: d/c, directory: /srv/${name}}`)
    .join("\n");
  expect(
    world()
      .read(`projects:\n${text}`)
      .projects.map(({ name }) => name),
  ).toEqual(["b", "42", "a", "7"]);
});

test("an anchor saves repetition, a whole team of projects long", () => {
  const more = Array.from(
    { length: 300 },
    (_, at) => `  p${at}: {channel: d/c, directory: /srv/${at}, allowedUsers: *team}`,
  );
  const { projects } = world().read(`${SHOP}    allowedUsers: &team [carol]\n${more.join("\n")}`);
  expect(projects).toHaveLength(301);
  expect(new Set(projects.flatMap(({ allowedUsers }) => allowedUsers))).toEqual(new Set(["carol"]));
});

test.each(["", "# nothing yet\n", "projects:\n", "projects: {}\n", "? projects\n", "{projects}"])(
  "%j asks for no projects",
  (text) => {
    expect(world().read(text)).toMatchObject({ projects: [], directMessages: undefined });
  },
);

test("every problem is told at once, each with its place and its mend", () => {
  expect(
    problemsOf(`projects:
  shop:
    chanel: dev/shop
    directory: src/shop
    worktree: sometimes
    sessionTimeoutMs: soon
  Api:
    channel: Dev
    directory: /srv/api
    approvers: [carol, d!]
    allowed_users: alice
  api: nothing
directMessages:
  channel: dev/shop
  directory: /srv/scratch
  allowedUsers:
project: {}
`),
  ).toEqual([
    "projects.yaml:2:3: shop has no channel. Write team/channel as in its address, or its id.",
    'projects.yaml:3:5: shop has no key "chanel". Call it channel, or take it out.',
    'projects.yaml:4:5: directory of shop: "src/shop" is not an absolute path. Begin it with / or ~/.',
    'projects.yaml:5:5: worktree of shop: "sometimes" is none of its values. Use off, ask or always.',
    'projects.yaml:6:5: sessionTimeoutMs of shop: "soon" is not a whole number. Use a whole number of milliseconds from 1 to 2147483647, such as 1800000 for half an hour, or write such as 30m or 2h.',
    `projects.yaml:7:3: "Api" is no name of a project. Use lower-case letters, digits, '.', '-' and '_', 64 at most.`,
    `projects.yaml:8:5: channel of "Api": "Dev" is neither team/channel nor an id. Write the two names as in the channel's address, such as dev/shop-claude, or the id from its View Info.`,
    'projects.yaml:10:5: approvers of "Api": "d!" is not a username. Write usernames with commas between them, such as alice,bob.',
    'projects.yaml:11:5: "Api" has no key "allowed_users". Call it allowedUsers, or take it out.',
    'projects.yaml:12:3: api has the name of "Api". Call it otherwise.',
    "projects.yaml:12:3: api has no keys. Put its keys on lines below it, each as key: value.",
    expect.stringMatching(
      /^projects\.yaml:14:3: directMessages has no key "channel"\. Take it out: there are directory, /,
    ),
    "projects.yaml:16:3: allowedUsers of directMessages: it has no value. Write one, or take the line out.",
    'projects.yaml:17:1: the file has no key "project". Call it projects, or take it out.',
  ]);
});

test("the message says which file it is about", () => {
  expect(() => world().read("projects: 1")).toThrow(
    "mm-claude can't use ~/.config/mm-claude/projects.yaml:\n  projects.yaml:1:1: ",
  );
});

describe("what is no YAML", () => {
  test.each([
    ["projects:\n\tshop:\n", "projects.yaml:2:1: a tab indents this line. Use spaces."],
    [
      `${SHOP}    allowedUsers: [@alice]\n`,
      "projects.yaml:5:20: no plain value may begin like this. Put it in quotes; usernames need no @.",
    ],
    [
      `${SHOP}    model: !opus x\n`,
      "projects.yaml:5:12: a tag (!) has no meaning here. Take it out, or put the value in quotes.",
    ],
    [
      `${SHOP}    channel: dev/x\n`,
      "projects.yaml:5:5: channel stands there twice (first on line 3). Keep one of them.",
    ],
    [
      `${SHOP}    model: *opus\n`,
      "projects.yaml:5:12: *opus stands for nothing: there is no &opus before it. Put a value that begins with * in quotes.",
    ],
    [`${SHOP}---\n`, "projects.yaml:5:1: a second document begins here. Take the line with --- out."],
    [
      "[".repeat(400_000),
      "projects.yaml:1:1: it is nested too deeply. Look for brackets that are never closed.",
    ],
    [
      "- ".repeat(400_000),
      "projects.yaml:1:1: it is nested too deeply. Look for brackets that are never closed.",
    ],
    [
      "- shop\n",
      "projects.yaml:1:1: there are no projects in it. Begin with a line projects: and put them below it, each with channel and directory.",
    ],
  ])("%# is told by its place", (text, problem) => {
    expect(problemsOf(text)[0]).toBe(problem);
  });

  test("a mapping in a mapping's line is told by its place", () => {
    expect(problemsOf("projects:\n  shop: channel: x\n")[0]).toMatch(
      /^projects\.yaml:2:9: this is no YAML: nested/,
    );
  });

  test("an alias for what it is in, and aliases that stand for billions, are refused", () => {
    expect(problemsOf(`${SHOP}    allowedUsers: &a [*a]\n`)).toEqual([
      "projects.yaml:5:5: allowedUsers of shop: it is no list of usernames. Write it as [alice, bob].",
    ]);
    const laughs = Array.from({ length: 9 }, (_, at) =>
      at === 0 ? "    model: &x0 [lol]" : `    k${at}: &x${at} [${`*x${at - 1}, `.repeat(9)}]`,
    );
    expect(problemsOf(`${SHOP}${laughs.join("\n")}`)[0]).toContain("stands for too much");
    expect(problemsOf(`${SHOP}    model: &x a\n    k: [${"*x, ".repeat(2000)}]`)).toEqual([
      expect.stringContaining("it has more than 1000 aliases. Use fewer."),
    ]);
  });

  test("a hundred of its mistakes are told, and no more", () => {
    expect(problemsOf("]\n".repeat(5000))).toHaveLength(100);
  });
});

test("whatever the text is, it is read and changed, or its problems are told", () => {
  const added = (text: string) => addProject(text, { name: "new", channel: "dev/x", directory: "/srv" });
  const { read } = world();
  const part = fc.constantFrom(
    ..."projects|directMessages|shop|channel|directory|/srv|dev/x|: |:|- |\n|  |\t|{|}|[|]|,|&a |*a|!x |\"|'|#| |? |---\n|...\n|%|@|>|\\|<<|__proto__|constructor".split(
      "|",
    ),
    "|",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const text = parts.join("");
      for (const use of [read, added, (one: string) => removeProject(one, "shop")]) {
        try {
          use(text);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          for (const { setting } of error.problems) expect(setting).toMatch(/^projects\.yaml(:\d+:\d+)?$/);
        }
      }
    }),
    { numRuns: runs(500) },
  );
});

describe("who may do what", () => {
  test("approvers have to be listed, also those of the settings", () => {
    expect(problemsOf(`${SHOP}    approvers: [carol]\n`)).toEqual([
      "projects.yaml:5:5: approvers of shop: it names carol, who is not in its allowedUsers. Add them to allowedUsers, or take them out here.",
    ]);
    expect(problemsOf(`${SHOP}    allowedUsers: [carol]\n`, { approvers: ["alice", "bob"] })).toEqual([
      "projects.yaml:5:5: allowedUsers of shop: APPROVERS of the settings names alice, bob, who are not in its allowedUsers. Add them here, or give it approvers of its own.",
    ]);
    expect(world().read(`${SHOP}    allowedUsers: []\n    approvers: [carol]\n`).projects).toHaveLength(1);
  });

  test("bots are listed in a project of a channel, and a webhook nowhere", () => {
    const direct = "directMessages: {directory: ~/scratch, allowedUsers: [alice], bots: [build-bot]}\n";
    expect(problemsOf(direct)).toEqual([expect.stringContaining('directMessages has no key "bots"')]);
    expect(problemsOf(`${SHOP}    webhooks: [x]\n`)).toEqual([
      expect.stringContaining('shop has no key "webhooks"'),
    ]);
  });

  test("direct messages are never open to everyone", () => {
    const direct = "directMessages: {directory: /srv/scratch}";
    expect(world().read(direct).directMessages?.allowedUsers).toEqual(["alice", "bob"]);
    const problem =
      "projects.yaml:1:1: directMessages is open to everyone on the server, who could all use this machine. Name people in allowedUsers.";
    expect(problemsOf(direct, { allowedUsers: [] })).toEqual([problem]);
    expect(problemsOf("directMessages: {directory: /srv/scratch, allowedUsers: []}")).toEqual([problem]);
  });

  test("two projects with one channel and one directory can't be told apart", () => {
    const at = world();
    mkdirSync(join(at.home, "shop"));
    symlinkSync(join(at.home, "shop"), join(at.home, "link"));
    const text = `projects:
  shop: {channel: dev/shop, directory: ~/shop}
  again: {channel: dev/shop, directory: ~/link/../link/}
  elsewhere: {channel: dev/other, directory: ~/shop}
`;
    expect(problemsIn(() => at.read(text))).toEqual([
      "projects.yaml:3:3: again has the channel and the directory of shop. Take one of them out, or give it another directory.",
    ]);
  });
});

test("a directory in which Claude could do harm has to be confirmed", () => {
  const text = "projects:\n  shop:\n    channel: dev/shop\n    directory: ~/\n";
  expect(problemsOf(text)).toEqual([
    "projects.yaml:4:5: directory of shop: it is your home directory, with all your files. Choose another, or confirm it with allowUnsafeDirectory: true.",
  ]);
  expect(problemsOf(`${text}    allowUnsafeDirectory: false\n`)).toHaveLength(1);
  expect(world().read(`${text}    allowUnsafeDirectory: true\n`).projects).toHaveLength(1);
});

describe("the file", () => {
  test("has one place, which XDG_CONFIG_HOME moves", () => {
    const { home, cwd } = world();
    expect(projectsPath({ home, cwd, configHome: undefined })).toBe(
      `${home}/.config/mm-claude/projects.yaml`,
    );
    expect(projectsPath({ home, cwd, configHome: "/etc/xdg" })).toBe("/etc/xdg/mm-claude/projects.yaml");
    expect(projectsPath({ home, cwd, configHome: "xdg" })).toBe(`${home}/.config/mm-claude/projects.yaml`);
  });

  test("is not there, or is read", () => {
    const { input, path } = world();
    expect(readProjects(input)).toBeUndefined();
    writeFileSync(path, SHOP);
    expect(readProjects(input)?.projects).toHaveLength(1);
  });

  test.each([
    ["a directory", (path: string) => mkdirSync(path), /can't be read \(it is no regular file\)/],
    ["a pipe", (path: string) => execFileSync("mkfifo", [path]), /can't be read \(it is no regular file\)/],
    ["a link to itself", (path: string) => symlinkSync(path, path), /can't be read \(ELOOP\)/],
    [
      "larger than one is written",
      (path: string) => writeFileSync(path, "#".repeat(1_000_001)),
      /can't be read \(it is larger than 1 MB\)/,
    ],
  ])("that is %s is an error, and not absent", (_what, make, message) => {
    const { input, path } = world();
    make(path);
    expect(() => readProjects(input)).toThrow(message);
  });
});
