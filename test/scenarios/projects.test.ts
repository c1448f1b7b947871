// Several channels and directories served by one bot, and direct messages: over real sockets, with Claudes in this
// process that say where they work.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Project } from "../../src/config/project.ts";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { projectOf } from "../support/projects.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

async function projectsWorld(more: Partial<WorldOptions> = {}) {
  const root = temporaryDirectory();
  const place = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const claude = inProcessClaude(async (turn) => {
    const where = turn.start.directory.slice(root.length + 1);
    if (turn.text === "ask") {
      turn.say(await turn.ask("make it so"));
    }
    turn.say(`In ${where} you said: ${turn.text}`);
  });
  const world = await startWorld({
    claudePath: "claude",
    environment: {},
    startClaude: claude.start,
    config: { directory: place("home"), allowedUsers: ["alice"] },
    ...more,
  });
  const shop = world.addChannel("shop");
  const project = (name: string, more: Partial<Project> = {}): Project =>
    projectOf({
      name,
      origin: "file",
      channel: shop,
      directory: place(name),
      allowedUsers: ["alice", "bob"],
      ...more,
    });
  return { world, shop, project, place };
}

/** Speaks after it in the same channel, and is heard: so what came before was heard as well. */
async function heardUpTo(world: World, channelId: string): Promise<void> {
  const { alice } = world.people;
  const root = await alice.in(channelId).say("@claude-code are you there");
  await world.says(root, "are you there");
}

test("two channels and two directories in one of them, each with its own people", async () => {
  const { world, shop, project } = await projectsWorld();
  await world.serve([world.project, project("web"), project("api", { allowedUsers: ["bob"] })]);
  const { alice, bob, carol } = world.people;

  const inFirst = await alice.say("@claude-code hello");
  await world.says(inFirst, "In home you said: hello");
  const inShop = await alice.in(shop).say("@claude-code hello");
  await world.says(inShop, "In web you said: hello");
  await world.says(inShop, "| 📦 **Project** | `web` |");
  const named = await bob.in(shop).say("@claude-code in API: fix the login");
  await world.says(named, "In api you said: fix the login");

  // Bob is listed in the shop alone, and alice not in its api.
  await world.says(await bob.say("@claude-code hello"), "you are not among those who may start");
  await world.says(await alice.in(shop).say("@claude-code in api: hello"), "you are not among those");
  await world.says(await carol.in(shop).say("@claude-code hello"), "you are not among those");

  const unknown = await alice.in(shop).say("@claude-code in apt: hello");
  await world.says(unknown, "There is no project `apt` here. The projects of this channel are `web`, `api`");
  await bob.in(shop).say("!project", named);
  await world.says(named, /project `api`.*The channel also has `web`/);
});

test("whoever is listed in one project decides nothing in the sessions of another", async () => {
  const { world, shop, project } = await projectsWorld();
  await world.serve([world.project, project("web"), project("api", { allowedUsers: ["bob"] })]);
  const { alice, bob } = world.people;
  const root = await bob.in(shop).say("@claude-code in api: ask");
  const card = await world.says(root, "make it so");
  await alice.react(card.id, "+1");
  await alice.in(shop).say("yes", root);
  await world.says(root, "wants to");
  expect(world.text(root)).not.toContain("In api you said");
  await bob.react(card.id, "+1");
  await world.says(root, "In api you said: ask");
});

test("a project that is added is served at once, one that is removed lets its sessions finish", async () => {
  const { world, shop, project } = await projectsWorld();
  const { alice } = world.people;
  await world.serve([world.project, project("web")]);
  const root = await alice.in(shop).say("@claude-code ask");
  const card = await world.says(root, "make it so");
  await world.serve([world.project]);
  await alice.react(card.id, "+1");
  await world.says(root, "In web you said: ask");
  await alice.in(shop).say("go on", root);
  await world.says(root, "In web you said: go on");

  await world.serve([world.project, project("web")]);
  await alice.in(shop).say("still there?", root);
  await world.says(root, "In web you said: still there?");
});

test("a project that comes back to a channel hears what was decided about its cards meanwhile", async () => {
  const { world, shop, project } = await projectsWorld();
  const { alice, carol } = world.people;
  const both = [world.project, project("web"), project("api")];
  await world.serve(both);
  const root = await alice.in(shop).say("@claude-code one");
  await world.says(root, "In web you said: one");
  await carol.in(shop).say("two", root);
  const card = await world.says(root, "wants to send a message");
  await world.serve([world.project, project("api")]);
  await world.restart();
  await alice.react(card.id, "+1");
  await heardUpTo(world, world.channelId);
  await world.serve(both);
  await world.says(root, "In web you said: [@carol]: two");
});

test("a channel whose lock can't be taken keeps no other one from being served, and is served when it can", async () => {
  let broken: string | undefined;
  const { world, shop, project } = await projectsWorld({
    lock: (channelId) => {
      if (channelId === broken) throw new Error("EIO: the disk fails");
      return { release: () => {} };
    },
  });
  const docs = world.addChannel("docs");
  broken = shop;
  const both = [world.project, project("web"), project("docs", { channel: docs })];
  expect(await world.serve(both)).toEqual([
    { name: "web", why: expect.stringContaining("EIO: the disk fails") },
  ]);
  const { alice } = world.people;
  await world.says(await alice.in(docs).say("@claude-code hello"), "In docs you said: hello");
  broken = undefined;
  expect(await world.serve(both)).toEqual([]);
  await world.says(await alice.in(shop).say("@claude-code hello"), "In web you said: hello");
});

test("a restart takes up each session where it was, and none in another project's name", async () => {
  const { world, shop, project } = await projectsWorld();
  const { alice, bob } = world.people;
  await world.serve([world.project, project("web"), project("api")]);
  const home = await alice.say("@claude-code one");
  const web = await alice.in(shop).say("@claude-code two");
  const api = await bob.in(shop).say("@claude-code in api: three");
  await world.says(home, "In home you said: one");
  await world.says(web, "In web you said: two");
  await world.says(api, "In api you said: three");
  await world.restart();
  await alice.say("four", home);
  await alice.in(shop).say("five", web);
  await bob.in(shop).say("six", api);
  await world.says(home, "In home you said: four");
  await world.says(web, "In web you said: five");
  await world.says(api, "In api you said: six");

  await world.serve([world.project, project("web")]);
  await world.restart();
  await bob.in(shop).say("seven", api);
  await heardUpTo(world, shop);
  expect(world.text(api)).not.toContain("seven\n---\n@claude-code");
  expect(world.log.join("\n")).toContain("are of projects that are not served");
});

test("who is taken off a project's list has no more rights in the sessions that run", async () => {
  const { world, shop, project } = await projectsWorld();
  const { alice, bob } = world.people;
  await world.serve([world.project, project("web")]);
  const root = await alice.in(shop).say("@claude-code ask");
  const card = await world.says(root, "make it so");
  await world.serve([world.project, project("web", { allowedUsers: ["alice"] })]);
  await bob.react(card.id, "+1");
  await bob.in(shop).say("and do more", root);
  await world.says(root, "wants to");
  expect(world.text(root)).not.toContain("In web you said");
});

test("in a session whose owner is taken off the list those are called who are on it now", async () => {
  const { world, shop, project } = await projectsWorld();
  const { bob } = world.people;
  await world.serve([world.project, project("web")]);
  const root = await bob.in(shop).say("@claude-code hello");
  await world.says(root, "In web you said: hello");
  await world.serve([world.project, project("web", { allowedUsers: ["alice", "carol"] })]);
  await bob.in(shop).say("and do more", root);
  await world.says(root, /wants to send a message · @alice @carol$/m);
});

test("where the last project is removed whoever mentions the bot is told that no session begins", async () => {
  const { world, shop, project } = await projectsWorld();
  const { alice } = world.people;
  await world.serve([world.project, project("web")]);
  await alice.in(shop).say("@claude-code ask");
  await world.serve([world.project]);
  for (const words of ["anybody?", "in web: anybody?", "!project"]) {
    const root = await alice.in(shop).say(`@claude-code ${words}`);
    await world.says(root, "No session begins in this channel any more");
    expect(world.text(root)).not.toContain("In web");
  }
});

test("what is said while no connection is open is heard in each channel", async () => {
  const { world, shop, project } = await projectsWorld();
  const docs = world.addChannel("docs");
  const more = ["one", "two", "three"].map((name) => world.addChannel(name));
  const all = [docs, ...more].map((channel, index) => project(`p${index}`, { channel }));
  await world.serve([world.project, project("web"), ...all]);
  const { alice } = world.people;
  const roots: string[] = [];
  await world.restart(async () => {
    for (const channel of [shop, docs, ...more]) {
      roots.push(await alice.in(channel).say("@claude-code missed"));
    }
  });
  for (const root of roots) {
    await world.says(root, "you said: missed");
  }
});

test("a direct message by somebody listed is a session without a mention, and each root is one", async () => {
  const { world, place } = await projectsWorld();
  const { alice, mallory } = world.people;
  const direct = projectOf({
    name: "direct",
    origin: "direct",
    channel: undefined,
    directory: place("scratch"),
    allowedUsers: ["alice"],
  });
  const withAlice = world.sandbox.openConversation([world.bot.id, alice.id]).id;
  const withMallory = world.sandbox.openConversation([world.bot.id, mallory.id]).id;
  const off = await alice.in(withAlice).say("hello?");
  await heardUpTo(world, world.channelId);
  expect(world.text(off)).not.toContain("scratch");

  await world.serve([world.project, direct]);
  const one = await alice.in(withAlice).say("first");
  await world.says(one, "In scratch you said: first");
  const two = await alice.in(withAlice).say("second");
  await world.says(two, "In scratch you said: second");
  await alice.in(withAlice).say("go on", one);
  await world.says(one, "In scratch you said: go on");
  await world.says(await mallory.in(withMallory).say("hello"), "you are not among those who may start");

  let missed = "";
  await world.restart(async () => {
    missed = await alice.in(withAlice).say("third");
    await alice.in(withAlice).say("resumed", two);
  });
  await world.says(missed, "In scratch you said: third");
  await world.says(two, "In scratch you said: resumed");
});

test("a first direct message that came while mm-claude did not run is heard", async () => {
  const { world, place } = await projectsWorld();
  const { alice } = world.people;
  await world.serve([
    world.project,
    projectOf({
      name: "direct",
      origin: "direct",
      channel: undefined,
      directory: place("scratch"),
      allowedUsers: ["alice"],
    }),
  ]);
  let root = "";
  await world.restart(async () => {
    const channel = world.sandbox.openConversation([world.bot.id, alice.id]).id;
    root = await alice.in(channel).say("are you back?");
  });
  await world.says(root, "In scratch you said: are you back?");
});

test("a first direct message is heard also where the server can't be asked about it at once", async () => {
  const { world, place } = await projectsWorld();
  const { alice, bob } = world.people;
  await world.serve([
    world.project,
    projectOf({
      name: "direct",
      origin: "direct",
      channel: undefined,
      directory: place("scratch"),
      allowedUsers: ["alice", "bob"],
    }),
  ]);
  const { id } = world.sandbox.openConversation([world.bot.id, alice.id]);
  world.sandbox.faults.failNext("forbiddenPage", { userId: world.bot.id, path: `/api/v4/channels/${id}` });
  await world.says(await alice.in(id).say("hello"), "In scratch you said: hello");

  let root = "";
  await world.restart(async () => {
    root = await bob.in(world.sandbox.openConversation([world.bot.id, bob.id]).id).say("are you back?");
    world.sandbox.faults.failNext("forbiddenPage", {
      userId: world.bot.id,
      path: "/api/v4/users/me/teams",
    });
  });
  await world.says(root, "In scratch you said: are you back?");
});

test("a group message needs the mention", async () => {
  const { world, place } = await projectsWorld();
  const { alice, bob } = world.people;
  await world.serve([
    world.project,
    projectOf({
      name: "direct",
      origin: "direct",
      channel: undefined,
      directory: place("scratch"),
      allowedUsers: ["alice"],
    }),
  ]);
  const group = world.sandbox.openConversation([world.bot.id, alice.id, bob.id]).id;
  const talk = await alice.in(group).say("lunch?");
  const root = await alice.in(group).say("@claude-code hello");
  await world.says(root, "In scratch you said: hello");
  expect(world.text(talk)).not.toContain("scratch");
  await world.says(await bob.in(group).say("@claude-code hello"), "you are not among those who may start");
});

test("a channel that is archived goes quiet, and comes back with what was said in its sessions", async () => {
  const { world, shop, project } = await projectsWorld();
  const { alice } = world.people;
  await world.serve([world.project, project("web")]);
  const root = await alice.in(shop).say("@claude-code one");
  await world.says(root, "In web you said: one");
  world.sandbox.archiveChannel(shop);
  await heardUpTo(world, world.channelId);
  world.sandbox.unarchiveChannel(shop);
  await world.says(root, "because this channel was archived");
  await alice.in(shop).say("two", root);
  await world.says(root, "In web you said: two");
  expect(world.log.join("\n")).toMatch(/"shop" is archived[\s\S]*"shop" is restored/);
});
