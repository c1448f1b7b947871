// Which files may be sent: what is denied never, what lies outside or looks like a secret once a person has allowed it,
// whatever path leads there.

import {
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import * as nodeFs from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { looksSecret } from "../../../src/chat-tools/send-file-names.ts";
import type { Disk } from "../../../src/chat-tools/send-file-place.ts";
import type { ChannelId } from "../../../src/mattermost/types.ts";
import { openFilesIn, type SendFileWorld, sendFileWorld } from "../../support/send-file-world.ts";

let world: SendFileWorld;
beforeEach(() => {
  world = sendFileWorld();
});

const inProject = (...names: string[]): string => join(world.project, ...names);

/** A system without /proc. */
const withoutProc: Disk = {
  ...nodeFs,
  readlink: (() => Promise.reject(new Error("ENOENT"))) as unknown as Disk["readlink"],
};

const DENIED: readonly (readonly [string, () => string])[] = [
  ["a denied file", () => ".env"],
  ["by .", () => "./src/../.env"],
  ["absolute", () => inProject(".env")],
  ["as an address", () => `file://${inProject(".env")}`],
  ["the settings with ~", () => "~/.config/mm-claude/.env"],
  ["the settings by ..", () => "../.config/mm-claude/.env"],
  ["the settings by //", () => `/${join(world.home, ".config/mm-claude/.env").replaceAll("/", "//")}`],
  ["a document of the state", () => join(world.state, "host/session.json")],
  ["a denied directory in the directory", () => "private/deep/plan.txt"],
  ["by a link to the file", () => linked(inProject(".env"), "a.txt")],
  ["by a link to its directory", () => `${linked(world.state, "a")}/host/session.json`],
  [
    "by a link to a link",
    () => linked(inProject(linked(inProject("private"), "a"), "deep/plan.txt"), "b.txt"),
  ],
  [
    "by a link outside",
    () => linked(world.state, join(world.outside, "a")) && `${world.outside}/a/host/session.json`,
  ],
  ["by a hard link to the file", () => hardLinked(inProject(".env"), "a.txt")],
  [
    "by a hard link to what is in its directory",
    () => hardLinked(join(world.state, "host/session.json"), "a.txt"),
  ],
  ["by the root of the process", () => `/proc/self/root${inProject(".env")}`],
  ["by a descriptor", () => `/proc/self/fd/${openSync(inProject(".env"), "r")}`],
  ["by another descriptor", () => `/dev/fd/${openSync(inProject("private/deep/plan.txt"), "r")}`],
];

function linked(target: string, path: string): string {
  symlinkSync(target, path.startsWith("/") ? path : inProject(path));
  return path;
}

function hardLinked(target: string, path: string): string {
  linkSync(target, inProject(path));
  return path;
}

describe.each([
  ["", nodeFs],
  [" (without /proc)", withoutProc],
] as const)("what is denied%s", (_title, disk) => {
  beforeEach(() => {
    world = sendFileWorld(disk);
  });

  test.each(DENIED)("is never sent, and nobody is asked: %s", async (_how, pathOf) => {
    const path = pathOf();
    // That a denied file has a second name is not seen by names alone.
    if (!_how.includes("hard link to what")) expect(await world.reason({ path })).toBeUndefined();
    for (const isAllowed of [false, true]) {
      const { isError, text, post } = await world.send({ paths: ["report.txt", path] }, { isAllowed });
      expect([isError, post]).toEqual([true, undefined]);
      expect(text).toContain("never sent");
      expect(text).not.toContain("=denied");
    }
    expect(world.uploads).toEqual([]);
  });
});

test("a file with a second name elsewhere is sent like any other", async () => {
  hardLinked(inProject("report.txt"), "second.txt");
  expect((await world.send({ path: "second.txt" })).isError).toBe(false);
});

const OUTSIDE: readonly (readonly [string, () => string, () => string])[] = [
  ["absolute", () => join(world.outside, "letter.txt"), () => "it is outside the directory"],
  ["relative", () => "../../outside/letter.txt", () => "it is outside the directory"],
  ["with ~", () => "~/project-2/notes.txt", () => "it is outside the directory"],
  [
    "by a link in the directory",
    () => linked(join(world.outside, "letter.txt"), "mine.txt"),
    () => `it (${world.outside}/letter.txt) is outside the directory`,
  ],
  [
    "by a linked directory",
    () => `${linked(world.outside, "lib")}/letter.txt`,
    () => `it (${world.outside}/letter.txt) is outside the directory`,
  ],
];

test.each(OUTSIDE)("a file outside is sent once it is allowed: %s", async (_how, pathOf, reasonOf) => {
  const input = { path: pathOf() };
  expect(await world.reason(input)).toBe(reasonOf());
  const { isError, text } = await world.send(input);
  expect([isError, text]).toEqual([
    true,
    expect.stringContaining(`${reasonOf()}, and nobody has allowed that`),
  ]);
  expect(world.uploads).toEqual([]);
  expect(await world.send(input, { isAllowed: true })).toMatchObject({ isError: false });
  expect(world.uploads).toHaveLength(1);
});

test("of several files those are named that somebody decides about, with characters that hide made visible", async () => {
  const odd = world.put(join(world.outside, "a\u202Eb.txt"), "x");
  world.put("id_rsa", "x");
  expect(await world.reason({ paths: ["report.txt", "id_rsa", odd] })).toBe(
    `id_rsa has a name like that of a secret; ${world.outside}/a⟨U+202E⟩b.txt is outside the directory`,
  );
  world.put(join(world.home, ".ssh/config"), "x");
  expect(await world.reason({ path: "~/.ssh/config" })).toBe(
    "it is outside the directory and has a name like that of a secret",
  );
});

test.each([
  ".env.local",
  "app/.env.production",
  "prod.env",
  ".ENV",
  "id_rsa",
  "id_ed25519.bak",
  "server.pem",
  "server.key",
  "tls/server.KEY.old",
  ".npmrc",
  ".netrc",
  "_netrc",
  "credentials",
  "credentials.json",
  ".credentials.json",
  ".aws/credentials",
  ".aws/config",
  ".ssh/known_hosts",
  "vault.kdbx",
  ".git-credentials",
  ".git/config",
  "kubeconfig",
  "kubeconfig.yml",
  ".kube/config",
  "secrets.yml",
  "client_secret_1.json",
  "service-account-prod.json",
  "terraform.tfstate",
  "secrets/plain-name.yml",
])("%s looks like a secret, also by a link with another name", async (name) => {
  const path = world.put(name, "x");
  symlinkSync(path, inProject("plain.txt"));
  for (const one of [name, "plain.txt"]) {
    expect(await world.reason({ path: one })).toContain("has a name like that of a secret");
    expect((await world.send({ path: one })).isError).toBe(true);
    expect((await world.send({ path: one }, { isAllowed: true })).isError).toBe(false);
  }
});

test.each([
  "report.pdf",
  ".env.example",
  ".envy/../a.txt",
  "id_rsa.pub",
  "keys.md",
  "key",
  "monkey.png",
  "tokenizer.ts",
  "environment.ts",
  ".gitignore",
  "secretary.txt",
  "src/tokens/a.txt",
  "src/credential-free/a.txt",
])("%s does not", (name) => {
  const directories = join("/", name).split("/");
  expect(looksSecret(directories.splice(-1), directories)).toBe(false);
});

describe("what was allowed is the file that was shown", () => {
  const input = { path: "link.txt" };
  const retarget = (target: string): void => {
    symlinkSync(target, inProject("new"));
    renameSync(inProject("new"), inProject("link.txt"));
  };
  const other = () => join(world.home, "project-2/notes.txt");

  beforeEach(() => retarget(join(world.outside, "letter.txt")));

  test("another one that the path leads to then is not sent", async () => {
    expect(await world.reason(input)).toContain("letter.txt");
    retarget(other());
    const { isError, text } = await world.send(input, { isAllowed: true });
    expect([isError, text]).toEqual([
      true,
      expect.stringContaining("another file than the one that was allowed"),
    ]);
    expect(world.uploads).toEqual([]);
  });

  test("two cards of the same call that show different files allow neither", async () => {
    await world.reason(input);
    retarget(other());
    await world.reason(input);
    for (const target of [other(), join(world.outside, "letter.txt")]) {
      retarget(target);
      expect((await world.send(input, { isAllowed: true })).isError).toBe(true);
    }
    expect(world.uploads).toEqual([]);
  });

  test("what was shown as inside and is outside then is not sent", async () => {
    retarget("report.txt");
    expect(await world.reason(input)).toBeUndefined();
    retarget(other());
    expect((await world.send(input)).isError).toBe(true);
  });

  test("what is asked in another channel, of a project in the same directory, allows and forbids nothing here", async () => {
    const elsewhere = { channelId: "elsewhere" as ChannelId };
    await world.reason(input);
    retarget(other());
    await world.reason(input, elsewhere);
    expect((await world.send(input, { isAllowed: true, ...elsewhere })).isError).toBe(false);
    expect((await world.send(input, { isAllowed: true })).isError).toBe(true);
    expect(world.uploads.map(({ text }) => text)).toEqual(["the notes"]);
  });

  test("the same call is allowed again later, for what it leads to then", async () => {
    for (const target of [join(world.outside, "letter.txt"), other()]) {
      retarget(target);
      await world.reason(input);
      expect((await world.send(input, { isAllowed: true })).isError).toBe(false);
    }
    expect(world.uploads.map(({ text }) => text)).toEqual(["the letter", "the notes"]);
  });

  test("each of two cards that show the same allows one call", async () => {
    await world.reason(input);
    await world.reason(input);
    expect((await world.send(input, { isAllowed: true })).isError).toBe(false);
    retarget(other());
    expect((await world.send(input, { isAllowed: true })).isError).toBe(true);
  });
});

test("whatever path is named, nothing from outside passes without a card, and nothing denied at all", async () => {
  mkdirSync(inProject("links"));
  for (const [name, target] of Object.entries({
    out: world.outside,
    state: world.state,
    up: "../..",
    root: "/",
    me: ".",
    src: "../src",
    env: "../.env",
    letter: join(world.outside, "letter.txt"),
    broken: "nowhere",
    loop: "loop",
  })) {
    linked(target, `links/${name}`);
  }
  const bases = [
    "report.txt",
    "src/deep/code.ts",
    "links/me/code.ts",
    "links/src/deep/code.ts",
    "links/out/letter.txt",
    "links/letter",
    "links/up/outside/letter.txt",
    "links/up/home/project/report.txt",
    "links/up/home/project/.env",
    "links/env",
    "links/state/host/session.json",
    `links/root${world.outside}/letter.txt`,
    `links/root${world.state}/host/session.json`,
    `links/root${inProject("report.txt")}`,
    "private/deep/plan.txt",
    "../project-2/notes.txt",
    "../.config/mm-claude/.env",
    "../../outside/letter.txt",
    "../project/links/../src/deep/code.ts",
    "links/broken",
    "links/loop/report.txt",
    "src",
  ];
  const noise = fc.constantFrom(
    "",
    "",
    "",
    "",
    ".",
    "links/..",
    "nothing/..",
    "links/me/../..",
    "..",
    "private",
  );
  const steps = fc
    .tuple(fc.constantFrom(...bases), fc.array(noise, { minLength: 16, maxLength: 16 }))
    .map(([base, between]) =>
      base
        .split("/")
        .flatMap((name, at) => [between[at] ?? "", name])
        .join("/"),
    );
  const start = fc.constantFrom(
    "",
    "",
    "~/project/",
    `${world.project}/`,
    "file://",
    `${world.root}/home/project/`,
  );
  const seen = { denied: 0, outside: 0, inside: 0, none: 0 };
  const within = (path: string, directory: string): boolean =>
    `${path}${sep}`.startsWith(`${directory}${sep}`);
  const denied = [
    inProject(".env"),
    inProject("private"),
    world.state,
    join(world.home, ".config/mm-claude"),
  ];
  await fc.assert(
    fc.asyncProperty(start, steps, async (from, rest) => {
      const base = from === "file://" ? `file://${world.project}/` : from;
      // A relative path must not become one from the root.
      const path = base + (base === "" ? rest.replace(/^\/+/, "") : rest);
      // Addresses resolve `//..` in a way of their own.
      const plain = from === "file://" ? fileURLToPath(path) : path.replace(/^~/, world.home);
      let real: string | undefined;
      try {
        // As every program resolves it, but `..` after a link: Claude's paths are made absolute first.
        real = realpathSync(plain === "" ? "." : join(plain.startsWith("/") ? "/" : world.project, plain));
      } catch {}
      world.uploads.length = 0;
      const reason = await world.reason({ path });
      const unasked = await world.send({ path });
      const isDenied = denied.some((one) => real !== undefined && within(real, one));
      const isFile = real !== undefined && statSync(real).isFile();
      if (!isFile || isDenied || real === undefined) {
        seen[isDenied ? "denied" : "none"]++;
        expect([path, reason, unasked.isError]).toEqual([path, undefined, true]);
        expect((await world.send({ path }, { isAllowed: true })).isError).toBe(true);
        expect(world.uploads).toEqual([]);
      } else if (within(real, world.project)) {
        seen.inside++;
        expect([path, reason, unasked.isError]).toEqual([path, undefined, false]);
      } else {
        seen.outside++;
        expect([path, unasked.isError, world.uploads]).toEqual([path, true, []]);
        expect([path, reason]).toEqual([path, expect.stringContaining("outside the directory")]);
        expect((await world.send({ path }, { isAllowed: true })).isError).toBe(false);
      }
    }),
    { numRuns: 600, seed: 7 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  expect((await openFilesIn(world.root)) ?? 0).toBe(0);
});

test("a link that is gone, and one that leads in a circle, are no files", async () => {
  linked("loop.txt", "loop.txt");
  linked("nowhere", "gone.txt");
  for (const path of ["loop.txt", "gone.txt"]) {
    expect((await world.send({ path })).isError).toBe(true);
  }
  unlinkSync(inProject("gone.txt"));
});
