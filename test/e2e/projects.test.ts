// One mm-claude and one bot for several repositories: the built program, the real CLI and the real git, as a team uses
// them from the chat and from a terminal. The tests go on from one another.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scenes } from "../../sandbox/model/scenes.ts";
import type { Status } from "../../src/control/protocol.ts";
import type { Daemon } from "../support/daemon-world.ts";
import { outerTest } from "../support/generations.ts";
import { type ProjectsWorld, projectScenes, projectsWorld } from "../support/projects-world.ts";
import { type RealClaude, realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { wordsOf } from "../support/words-of.ts";

const model = sharedModel([...projectScenes, ...scenes]);
const claudes = realClaudes();
const older = claudes.slice(0, -1).map((claude, index) => ({ ...claude, name: `old-${index + 1}` }));

let world: ProjectsWorld;
let daemon: Daemon;
let channels: Record<"dev" | "docs" | "desk" | "later", string>;
let repositories: Record<"shop" | "api" | "docs", ReturnType<ProjectsWorld["repository"]>>;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  world = await projectsWorld(model.url, claudes.at(-1)?.path ?? "", (end) => void ends.unshift(end));
  const { channel, repository } = world;
  channels = {
    dev: channel("shop"),
    docs: channel("docs"),
    desk: channel("desk"),
    later: channel("later"),
  };
  repositories = { shop: repository("shop"), api: repository("api"), docs: repository("docs") };
  mkdirSync(join(world.home, "scratch"));
  const old = ({ name, path }: RealClaude & { name: string }, directory: string) =>
    `  ${name}: { channel: dev/desk, directory: ${directory}, sessionTimeoutMs: 1s, claudePath: ${path} }`;
  world.configure(`projects:
  shop:
    channel: dev/shop
    directory: ~/src/shop
    allowedUsers: [alice, bob]
    approvers: [alice] # merges
  api: { channel: dev/shop, directory: ~/src/api, allowedUsers: [alice, bob] }
  fleeting: { channel: dev/desk, directory: ~/src/shop, sessionTimeoutMs: 1s, skipPermissions: true }
${older.map((claude, index) => old(claude, index === 0 ? "~/src/shop/api" : "~/src/api")).join("\n")}
  asked: { channel: dev/later, directory: ~/src/shop, worktree: ask }
  planned: { channel: dev/later, directory: ~/src/docs, mode: plan, model: opus }
directMessages: { directory: ~/scratch, allowedUsers: [alice] }
`);
  daemon = await world.ready();
});

afterAll(async () => {
  for (const end of ends) await end();
});

const count = (text: string, part: string): number => text.split(part).length - 1;

/** Whether Claude knows of what was said before when it gets these words. */
function knew(words: string, before: string): boolean {
  const bodies = model.requests.map(({ body }) => JSON.stringify(body["messages"]));
  return bodies.findLast((body) => body?.includes(words))?.includes(before) === true;
}

/** What git knows of a branch's worktree. */
function worktreeOf(branch: string, { run, directory } = repositories.shop): string | undefined {
  const entries = run(directory, "worktree", "list", "--porcelain").split("\n\n");
  const own = entries.find((entry) => entry.split("\n").includes(`branch refs/heads/${branch}`));
  return own?.split("\n")[0]?.slice("worktree ".length);
}

/** The question where a session is to work, once it can be answered. */
const choice = (root: string) => world.card(root, "A branch of its own?");

async function allow(root: string, part?: string, emojiName = "+1"): Promise<void> {
  await world.alice.react((await world.card(root, part)).id, emojiName);
}

test("a project that is added while mm-claude runs is served at once, and told of wherever projects are", async () => {
  const { directory } = repositories.docs;
  expect(
    await world.run(directory, "project", "add", "--channel", "dev/docs"),
  ).toBe(`Added docs (~/src/docs) to ~/.config/mm-claude/projects.yaml.
docs is served now in ~dev/docs.
Write there: @claude-code in docs: …
`);
  expect(world.config()).toContain("approvers: [alice] # merges");
  const root = await world.alice.say(channels.docs, "@claude-code RUN where");
  await world.says(root, `I work in ${directory}.`);
  await world.says(root, "| 📦 **Project** | `docs` |");

  const list = await world.run(directory, "project", "list");
  expect(list.match(/^\S.*$/gm)).toEqual(
    ["shop", "api", "fleeting", "old-1", "old-2", "asked", "planned", "docs", "direct messages"].map(
      (name) => `${name}: served`,
    ),
  );
  const [status] = JSON.parse(await world.run(directory, "status", "--json")) as Status[];
  const project = (name: string) => status?.projects?.find((one) => one.name === name);
  expect(project("docs")).toEqual({
    name: "docs",
    directory: "~/src/docs",
    channel: { name: "docs", link: `${world.sandbox.url}/dev/channels/${channels.docs}` },
    sessions: 1,
  });
  expect(project("direct messages")).toMatchObject({ directory: "~/scratch", sessions: 0 });
  expect(status?.sessions).toMatchObject([{ project: "docs", by: "alice" }]);
});

test("a session in the channel's other project works there, asks there, and says so", async () => {
  const root = await world.bob.say(channels.dev, "@claude-code in api: WRITE: hello.txt");
  await world.bob.react((await world.card(root)).id, "+1");
  await world.says(root, "It is written.");
  await world.says(root, "| 📦 **Project** | `api` |\n| 📂 **Directory** | `~/src/api` |");
  expect(readFileSync(join(repositories.api.directory, "hello.txt"), "utf8")).toBe("one\ntwo\n");
  await world.bob.say(channels.dev, "!project", root);
  await world.says(root, "in `~/src/api`, project `api`. The channel also has `shop`: `in shop: …`");
  await world.bob.say(channels.dev, "!diff", root);
  await world.says(root, "`@claude-code on branch NAME: …` begins one on a branch of its own.");
  await daemon.prints(/api #1 @bob allowed Write/);
});

test("a session on a branch shows its change, merges it, and takes its worktree away", async () => {
  const { shop } = repositories;
  const root = await world.alice.say(
    channels.dev,
    "@claude-code on branch fix-cart: SH: echo two coupons > cart.txt",
  );
  await allow(root, undefined, "white_check_mark");
  await world.says(root, "The shell said:");
  await world.says(root, "| 🌿 **Worktree** | `fix-cart` +1 −0 from `main` |");
  await world.alice.say(channels.dev, "!diff", root);
  await world.says(root, /```diff\n[^`]*\+two coupons\n```\n🌿 \*\*`fix-cart`\*\* since `main`\./);
  await world.alice.say(channels.dev, "!merge", root);
  await world.says(root, "⚠️ 1 file of `fix-cart` is not committed: `cart.txt`. Commit it first.");

  const commit = "seq 1 300 > long.txt && git add -A && git commit -qm Cart && git log --oneline";
  await world.alice.say(channels.dev, `SH: ${commit}`, root);
  await world.says(root, /\w+ Cart\n\w+ First/);
  await world.says(root, "`fix-cart` +301 −0 from `main`");
  await world.alice.say(channels.dev, "!diff", root);
  const { id, files } = await world.says(root, "the change is in the attached file.");
  expect(files).toEqual(["fix-cart.patch"]);
  const clone = temporaryDirectory();
  shop.run(clone, "clone", "--quiet", shop.directory, ".");
  const input = await world.attached(id);
  execFileSync("git", ["apply", "--check", "-"], { cwd: clone, input });
  execFileSync("git", ["apply", "-"], { cwd: clone, input });
  expect(readFileSync(join(clone, "long.txt"), "utf8").split("\n")).toHaveLength(301);

  await world.bob.say(channels.dev, "!merge", root);
  await world.says(root, "⚠️ Only `@alice` can do that, `@bob`");
  await world.alice.say(channels.dev, "!merge", root);
  await world.says(root, /^✅ `fix-cart` is merged into `main` by @alice: \+301 −0 in 2 files, `\w{10}`$/);
  expect(shop.run(shop.directory, "log", "--format=%s")).toBe("Cart\nFirst");
  expect(existsSync(join(shop.directory, "cart.txt"))).toBe(true);
  await world.alice.say(channels.dev, "!worktree", root);
  await world.says(root, /`fix-cart` is in `~\/\.local\/share\/mm-claude\/worktrees\/shop-\w+\/fix-cart`/);
  await world.alice.say(channels.dev, "!worktree remove", root);
  await world.says(root, "removed by @alice, and so is its branch. The session is over.");
  expect([worktreeOf("fix-cart"), shop.run(shop.directory, "branch", "--list")]).toEqual([
    undefined,
    "* main",
  ]);
  await daemon.prints(/shop (?:#1 )?@alice merged the branch/);
});

test("killed in the middle of turns in all three, each goes on where it was, and nothing is lost or doubled", async () => {
  const { dev, docs } = channels;
  const inShop = await world.alice.say(dev, "@claude-code on branch night: SH: echo kept > kept.txt");
  const inApi = await world.bob.say(dev, "@claude-code in api: RUN echo apple");
  const inDocs = await world.alice.say(docs, "@claude-code RUN echo dill");
  await allow(inShop);
  await world.says(inShop, "The shell said:");
  await Promise.all([world.says(inApi, "RUN echo apple"), world.says(inDocs, "RUN echo dill")]);
  await world.alice.say(dev, "RUN gate", inShop);
  await allow(inShop, "touch waiting");
  const night = worktreeOf("night") ?? "";
  await world.until(inShop, () => existsSync(join(night, "waiting")));
  await world.bob.say(dev, "RUN slow", inApi);
  await world.alice.say(docs, "RUN slow", inDocs);
  await Promise.all([world.says(inApi, "word5"), world.says(inDocs, "word5")]);
  daemon.signal("SIGKILL");
  await daemon.exit;

  await world.alice.say(dev, "RUN where, says the owl", inShop);
  await world.alice.say(docs, "RUN where, says the cat", inDocs);
  const another = await world.alice.say(docs, "@claude-code RUN echo another");
  daemon = await world.ready();
  await world.says(inShop, `I work in ${night}.`);
  await world.says(inDocs, `I work in ${repositories.docs.directory}.`);
  await world.says(another, "RUN echo another");
  await world.bob.react(
    (await world.says(inApi, "React 🔄 to go on, or reply.")).id,
    "arrows_counterclockwise",
  );
  await world.says(inApi, "On I go.");
  await world.bob.say(dev, "RUN where, says the fox", inApi);
  await world.says(inApi, `I work in ${repositories.api.directory}.`);

  expect([knew("the owl", "echo kept"), knew("the cat", "echo dill"), knew("the fox", "echo apple")]).toEqual(
    [true, true, true],
  );
  expect(readFileSync(join(night, "kept.txt"), "utf8")).toBe("kept\n");
  await world.says(inShop, "`night` +1 −0 from `main`");
  for (const root of [inShop, inApi, inDocs]) {
    expect(count(world.text(root), "cut off")).toBe(1);
    expect(count(world.answer(root), "I work in")).toBe(1);
  }
  expect([count(world.answer(inApi), "word5 "), count(world.answer(inDocs), "word5 ")]).toEqual([1, 1]);
  expect(count(world.answer(another), "RUN echo another")).toBe(1);
});

test("a worktree that is gone is made again for whoever replies; what is missing with its branch is said", async () => {
  const { shop } = repositories;
  const { desk } = channels;
  const slept = (times: number) =>
    world.until(
      root,
      (posts) => posts.filter((post) => wordsOf(post).includes("timed out")).length === times,
    );
  const commit = "echo a > a.txt && git add -A && git commit -qm A";
  const root = await world.alice.say(desk, `@claude-code on branch lost: SH: ${commit}`);
  await world.says(root, "The shell said:");
  await slept(1);
  const top = worktreeOf("lost") ?? "";
  const tip = shop.run(top, "rev-parse", "HEAD");
  rmSync(top, { recursive: true });
  await world.alice.say(desk, "RUN where, says the dog", root);
  await world.says(root, `I work in ${top}.`);
  expect([knew("the dog", commit), shop.run(top, "rev-parse", "HEAD")]).toEqual([true, tip]);
  await slept(2);

  rmSync(top, { recursive: true });
  shop.run(shop.directory, "worktree", "prune");
  shop.run(shop.directory, "branch", "-D", "lost");
  await world.alice.say(desk, "RUN where, says the hen", root);
  const { directory } = shop;
  await world.says(
    root,
    `The branch is gone, too. If you know its last commit, make it again: \`git -C ${directory}`,
  );
  await world.says(root, "Reply in this thread to try again.");
  expect(existsSync(top)).toBe(false);
  shop.run(directory, "branch", "lost", tip);
  await world.alice.say(desk, "RUN where, says the cow", root);
  await slept(3);
  expect([knew("the cow", commit), shop.run(top, "rev-parse", "HEAD")]).toEqual([true, tip]);
  expect(count(world.answer(root), `I work in ${top}.`)).toBe(2);
});

test("where a session works is asked, and whoever is listed answers, also while mm-claude is down", async () => {
  const here = await world.alice.say(channels.later, "@claude-code in asked: RUN where");
  const { id } = await choice(here);
  await world.says(here, "⏳ waits for a choice");
  await world.mallory.react(id, "herb");
  await world.bob.react(id, "herb");
  await world.alice.react(id, "open_file_folder");
  await world.says(here, "📂 @alice chose to work right in the directory.");
  await world.says(here, `I work in ${repositories.shop.directory}.`);

  const there = await world.alice.say(channels.later, "@claude-code in asked: RUN where, in peace");
  const question = await choice(there);
  daemon.signal("SIGKILL");
  await daemon.exit;
  await world.mallory.react(question.id, "open_file_folder");
  await world.alice.react(question.id, "herb");
  daemon = await world.ready();
  const branch = `claude/run-where-in-peace-${there.slice(0, 4)}`;
  await world.says(there, `🌿 @alice chose a branch of its own: \`${branch}\`.`);
  await world.says(there, /I work in \S+\/worktrees\/shop-/);
  expect(worktreeOf(branch)).toBeDefined();
});

describe("changes while it runs", () => {
  test("a project that is removed lets its session finish, and begins no other", async () => {
    const root = await world.alice.say(channels.docs, "@claude-code SH: echo out > out.txt");
    const card = await world.card(root);
    expect(await world.run(world.home, "project", "remove", "docs")).toContain(
      "Sessions that run there end by themselves, and no new ones begin.",
    );
    const another = await world.alice.say(channels.docs, "@claude-code RUN where");
    await world.says(another, "No session begins in this channel any more");
    await world.alice.react(card.id, "+1");
    await world.says(root, "The shell said:");
    await world.alice.say(channels.docs, "RUN where", root);
    await world.says(root, `I work in ${repositories.docs.directory}.`);
    expect(world.text(another)).not.toContain("I work in");
  });

  test("who may do what holds at once, in what runs as well", async () => {
    const root = await world.bob.say(channels.dev, "@claude-code in api: SH: echo b > b.txt");
    const card = await world.card(root);
    world.configure(
      world.config().replace("src/api, allowedUsers: [alice, bob]", "src/api, allowedUsers: [alice]"),
    );
    await daemon.prints("Project api is changed: rights hold at once");
    await world.bob.react(card.id, "+1");
    await world.bob.say(channels.dev, "yes", root);
    await world.says(root, /^🔒 @bob wants to send a message · @alice$/m);
    expect(existsSync(join(repositories.api.directory, "b.txt"))).toBe(false);
    await allow(root);
    await world.says(root, "The shell said:");
    const refused = await world.bob.say(channels.dev, "@claude-code in api: RUN where");
    await world.says(refused, "🔒 Sorry `@bob`");
  });

  test("one that is wrong is refused with its line and column, and what was before goes on", async () => {
    const good = world.config();
    world.configure(good.replace("[alice] }", "[alice }"));
    await daemon.prints(
      /error: \S+projects\.yaml was changed, and what it was before goes on: projects\.yaml:\d+:\d+: this is no YAML/,
    );
    world.configure(good.replace("src/api, allowedUsers: [alice]", "src/api, allowedUsers: [zoe]"));
    await daemon.prints(/goes on: projects\.yaml:7:3: Project api: allowedUsers: no such user: @zoe\./);
    const root = await world.alice.say(channels.dev, "@claude-code in api: RUN echo still here");
    await world.says(root, "RUN echo still here");
    world.configure(good);
  });
});

test("a direct message of somebody listed is a session, and a stranger's is refused by name", async () => {
  const withAlice = world.sandbox.openConversation([world.bot.id, world.alice.id]).id;
  const withMallory = world.sandbox.openConversation([world.bot.id, world.mallory.id]).id;
  const root = await world.alice.say(withAlice, "RUN where");
  await world.says(root, `I work in ${join(world.home, "scratch")}.`);
  await world.says(root, "| 📦 **Project** | `direct messages` |");
  const refused = await world.mallory.say(withMallory, "RUN where");
  await world.says(refused, "you are not among those who may start a session with me by direct message.");
  await daemon.prints("@mallory was refused");
  expect(await world.run(world.home, "status")).toContain(
    "direct messages: 1 session\n    ~/scratch, @claude-code,",
  );
});

test("a project's model and mode are Claude's from its first turn on", async () => {
  const root = await world.alice.say(channels.later, "@claude-code in planned: RUN plan");
  await world.says(root, "# Plan 1");
  const first = model.requests.find(({ scene }) => scene === "plan");
  expect(String(first?.body["model"])).toContain("opus");
  expect(JSON.stringify(first?.body["messages"])).toContain("Plan mode is active");
});

describe.each(older)("Claude Code $version", ({ name, isBetween }) => {
  outerTest({ isBetween })("works in a worktree, and goes on in it when it was lost", async () => {
    const repository = name === "old-1" ? repositories.shop : repositories.api;
    const commit = "echo a > old.txt && git add -A && git commit -qm Old";
    const root = await world.alice.say(
      channels.desk,
      `@claude-code in ${name}, on branch ${name}: SH: ${commit}`,
    );
    await allow(root);
    await world.says(root, "The shell said:");
    await world.says(root, `\`${name}\` +1 −0 from \`main\``);
    await world.says(root, "Session timed out");
    const top = worktreeOf(name, repository) ?? "";
    rmSync(top, { recursive: true });
    await world.alice.say(channels.desk, `RUN where, says ${name}`, root);
    await world.says(root, `I work in ${name === "old-1" ? join(top, "api") : top}.`);
    expect([knew(`says ${name}`, commit), world.text(root).includes("afresh")]).toEqual([true, false]);
  });
});
