// One bot in many channels on a server with a limit: what is asked of the server, and in which order people are heard.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { projectOf } from "../support/projects.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { startWorld, type World } from "../support/world.ts";

const COUNT = 48;

async function manyWorld(sandbox: { readonly perSecond: number; readonly burst: number } | undefined) {
  const root = temporaryDirectory();
  const claude = inProcessClaude(async (turn) => turn.say(`You said: ${turn.text}`));
  const world = await startWorld({
    claudePath: "claude",
    environment: {},
    startClaude: claude.start,
    config: { directory: root, allowedUsers: ["alice"] },
    ...(sandbox ? { sandbox: { rateLimit: sandbox } } : {}),
  });
  const channels = Array.from({ length: COUNT }, (_, at) => world.addChannel(`many-${at}`));
  const { alice, bob, carol, mallory } = world.people;
  // The limit is everybody's.
  const speaker = (at: number) => [alice, bob, carol, mallory][at % 4] ?? alice;
  for (const [at, channel] of channels.entries()) {
    // Long before anybody serves it; in some the bot was even mentioned.
    await speaker(at)
      .in(channel)
      .say(at % 5 === 0 ? "@claude-code hello?" : "nothing for a bot");
  }
  const projects = channels.map((channel, at) => {
    const directory = join(root, `p${at}`);
    mkdirSync(directory);
    return projectOf({ name: `p${at}`, origin: "file", channel, directory, allowedUsers: ["alice", "bob"] });
  });
  await world.serve([world.project, ...projects]);
  return { world, channels, alice, speaker };
}

/** What the bot asked since then; of a channel's posts, by the channel's place in the list (-1: the first project's). */
function askedSince(world: World, from: number, channels: readonly string[]): string[] {
  return world.sandbox.requests
    .filter(({ userId }) => userId === world.bot.id)
    .slice(from)
    .map(({ method, path }) => {
      const read = /\/channels\/(\w+)\/posts$/.exec(path)?.[1];
      return read === undefined
        ? `${method} ${path.replace("/api/v4", "")}`
        : `read ${channels.indexOf(read)}`;
    });
}

const countOf = (world: World): number =>
  world.sandbox.requests.filter(({ userId }) => userId === world.bot.id).length;

/** Starts it again, and waits until it has looked at all its channels. */
async function restarted(world: World, channels: readonly string[]): Promise<number> {
  const from = countOf(world);
  await world.restart();
  await world.until("", () => listsIn(askedSince(world, from, channels)).length === 3);
  // A message in another channel, once it is answered, comes after all of that.
  const root = await world.people.alice.say("@claude-code are you there");
  await world.says(root, "You said: are you there");
  return from;
}

const listsIn = (asked: readonly string[]): string[] =>
  asked.filter((line) => line.startsWith("GET /users/me/teams"));
const readsIn = (asked: readonly string[]): string[] => asked.filter((line) => /^read \d/.test(line));

test("a start reads no channel in which nothing was said, and acts on nothing from before its first", async () => {
  const { world, channels } = await manyWorld(undefined);
  await restarted(world, channels);
  const from = await restarted(world, channels);
  const asked = askedSince(world, from, channels);
  expect(readsIn(asked)).toEqual([]);
  expect(listsIn(asked)).toHaveLength(3);
  expect(channels.flatMap((channel) => world.sandbox.state.threads(channel)).flat()).toHaveLength(COUNT);
});

test("a server that can't say how the bot stands is one line in the log, and all channels are heard later", async () => {
  const { world, channels, alice } = await manyWorld(undefined);
  await restarted(world, channels);
  const roots: string[] = [];
  await world.restart(async () => {
    world.sandbox.faults.failNext(503, { userId: world.bot.id, path: /\/users\/me\/teams$/, count: 4 });
    for (const channel of channels.slice(0, 3)) {
      roots.push(await alice.in(channel).say("@claude-code missed"));
    }
  });
  for (const root of roots) {
    await world.says(root, "You said: missed");
  }
  expect(world.log.filter((line) => !line.startsWith("debug:") && line.includes("Could not"))).toHaveLength(
    1,
  );
});

test("after an outage those who mentioned the bot are heard before the other channels are read", async () => {
  const { world, channels, alice, speaker } = await manyWorld({ perSecond: 10, burst: 30 });
  const mentioned = [3, 17, 33, 46];
  const roots: string[] = [];
  await restarted(world, channels);
  const from = countOf(world);
  await world.restart(async () => {
    for (const [at, channel] of channels.entries()) {
      // Whoever spoke last elsewhere spoke after them.
      if (mentioned.includes(at)) {
        roots.push(await alice.in(channel).say("@claude-code missed"));
      } else {
        await speaker(at).in(channel).say("nothing for a bot");
      }
    }
  });
  for (const root of roots) {
    await world.says(root, "You said: missed");
  }
  await world.until("", () => readsIn(askedSince(world, from, channels)).length >= COUNT);
  const asked = askedSince(world, from, channels);
  const reads = readsIn(asked);
  // They are the first to be sent; of so many that are under way together any may arrive first.
  expect(reads.slice(0, 16)).toEqual(expect.arrayContaining(mentioned.map((at) => `read ${at}`)));
  expect(new Set(reads).size).toBe(COUNT);
  expect(reads).toHaveLength(COUNT);
  // Their answers don't wait for the rest either.
  const firstPosts = asked.indexOf("POST /posts");
  expect(readsIn(asked.slice(firstPosts)).length).toBeGreaterThan(0);
});
