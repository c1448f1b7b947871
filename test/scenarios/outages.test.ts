// What a running bridge meets: a token that is taken away, a disk that can't be written. Each is said once, nothing is
// lost, and it mends itself when the cause is gone.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { startWorld, type World } from "../support/world.ts";

function worldThatAnswers(): Promise<World> {
  const claude = inProcessClaude(async (turn) => turn.say(`You said: ${turn.text}`));
  return startWorld({
    claudePath: "claude",
    environment: {},
    startClaude: claude.start,
    sandbox: { authTimeoutMs: 50 },
  });
}

async function logged(world: World, part: string, times = 1): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (world.log.filter((line) => line.includes(part)).length < times) {
    if (Date.now() > deadline) throw new Error(`Not logged: ${part}\n${world.log.join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("a token that is revoked is told once; when it is good again all is heard that was said", async () => {
  const world = await worldThatAnswers();
  const { alice } = world.people;
  const root = await alice.say("@claude-code hello");
  await world.says(root, "You said: hello");
  world.sandbox.setUserActive(world.bot.id, false);
  world.sandbox.faults.forgetResumable();
  world.sandbox.faults.dropSockets();
  await alice.say("said without a token", root);
  await logged(world, "doesn't accept the token any more");
  // The socket has knocked in vain too.
  await logged(world, "no connection to Mattermost", 2);
  await alice.say("and this", root);
  world.sandbox.setUserActive(world.bot.id, true);
  await world.says(root, "You said: said without a token");
  await world.says(root, "You said: and this");
  await logged(world, "accepts the token again");
  expect(world.log.filter((line) => line.includes("any more"))).toHaveLength(1);
  expect(world.text(root).split("You said: and this")).toHaveLength(2);
});

test("while the state can't be written sessions go on, it is said once, and it is written when it can be", async () => {
  const world = await worldThatAnswers();
  const { alice } = world.people;
  const root = await alice.say("@claude-code hello");
  await world.says(root, "You said: hello");
  // At once: a document may be on its way into it in this very moment.
  renameSync(world.stateFolder, `${world.stateFolder}-gone`);
  // In the folder's place: nothing can be written into it, by root neither.
  writeFileSync(world.stateFolder, "");
  await alice.say("with a broken disk", root);
  await world.says(root, "You said: with a broken disk");
  await alice.say("again", root);
  await world.says(root, "You said: again");
  expect(world.log.filter((line) => line.startsWith("error"))).toEqual([
    expect.stringContaining("sessions would not survive a restart"),
  ]);
  rmSync(world.stateFolder);
  mkdirSync(world.stateFolder);
  await alice.say("mended", root);
  await world.says(root, "You said: mended");
  await logged(world, "can be written again");
  await world.restart();
  await alice.say("after a restart", root);
  await world.says(root, "You said: after a restart");
});

test("no document holds the token, nor is there one that nobody wants", async () => {
  const world = await worldThatAnswers();
  const root = await world.people.alice.say("@claude-code hello");
  await world.says(root, "You said: hello");
  await world.restart();
  const isBeingWritten = (name: string): boolean => name.endsWith(`.${process.pid}.tmp`);
  const documents = readdirSync(world.stateFolder).filter((name) => !isBeingWritten(name));
  expect(documents.sort()).toEqual([
    `audit-${world.channelId}.head.json`,
    `audit-${world.channelId}.jsonl`,
    `cursor-${world.channelId}.json`,
    `names-allowed_users-${world.channelId}.json`,
    `session-${world.channelId}-${root}.json`,
  ]);
  for (const name of documents) {
    expect(readFileSync(join(world.stateFolder, name), "utf8")).not.toContain(world.botToken);
  }
});

test("a session whose directory is gone after a restart starts afresh in the present one, and says so once", async () => {
  const world = await worldThatAnswers();
  const root = await world.people.alice.say("@claude-code hello");
  await world.says(root, "You said: hello");
  await world.restart(async () => {
    const file = join(world.stateFolder, `session-${world.channelId}-${root}.json`);
    const document = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...document, directory: "/nowhere/at/all" }));
  });
  await world.people.alice.say("and now?", root);
  await world.says(root, "The directory `/nowhere/at/all` is gone");
  await world.says(root, /You said: [\s\S]*The thread so far:|You said: [\s\S]*and now\?/);
  await world.people.alice.say("once more", root);
  await world.says(root, "You said: once more");
  expect(world.text(root).split("is gone")).toHaveLength(2);
});

test("a bot that is removed from its channel in the middle of an answer goes on with all of it when it is added again", async () => {
  let goOn = (): void => {};
  const isAway = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const claude = inProcessClaude(async (turn) => {
    turn.say("I begin. ");
    if (turn.text.includes("slowly")) await isAway;
    turn.say(`You said: ${turn.text}`);
  });
  const world = await startWorld({ claudePath: "claude", environment: {}, startClaude: claude.start });
  const { alice } = world.people;
  const root = await alice.say("@claude-code slowly");
  await world.says(root, "I begin.");
  await alice.request("DELETE", `/channels/${world.channelId}/members/${world.bot.id}`);
  await logged(world, "is not in the channel any more");
  goOn();
  await alice.say("said meanwhile", root);
  await alice.request("POST", `/channels/${world.channelId}/members`, { user_id: world.bot.id });
  await world.says(root, /You said: .*slowly/);
  await world.says(root, /You said: .*said meanwhile/);
  await logged(world, "is in the channel again");
  expect(world.log.filter((line) => /^(?:warning|error)/.test(line))).toHaveLength(1);
});

test("a stop does not wait for what the server is slow to tell: no turn begins any more, and what was said then is heard once at the next start", async () => {
  const world = await worldThatAnswers();
  const { bot, people, sandbox } = world;
  const root = await people.alice.say("@claude-code hello");
  await world.says(root, "You said: hello");
  const undo = sandbox.faults.delay(1000, { method: "GET", userId: bot.id });
  sandbox.faults.dropSockets();
  sandbox.faults.forgetResumable();
  await logged(world, "connected to the server", 2);
  await people.alice.say("said in time", root);
  await people.bob.say("@claude-code begin");
  await world.restart(async () => {
    undo();
    expect(world.text(root)).not.toContain("You said: said in time");
    await people.alice.say("said meanwhile", root);
  });
  await world.says(root, "You said: said in time");
  await world.says(root, "You said: said meanwhile");
  expect(world.text(root).split("You said: said in time")).toHaveLength(2);
});

test("an answer to somebody without a session that is still on its way is written before a stop is over", async () => {
  const world = await worldThatAnswers();
  const { bot, people, sandbox } = world;
  sandbox.faults.failNext(503, { method: "POST", path: "/api/v4/posts", userId: bot.id, count: 2 });
  const root = await people.mallory.say("@claude-code let me in");
  await logged(world, "Writing to thread");
  await world.restart(async () => {
    expect(world.text(root)).toContain("you are not among those who may start a session");
  });
});

test("what somebody decides while no socket is open, on a card whose answer was lost, counts once the card is known", async () => {
  const world = await worldThatAnswers();
  const { bot, people, sandbox } = world;
  const root = await people.alice.say("@claude-code hello");
  await world.says(root, "You said: hello");
  const endFault = sandbox.faults.failNext(500, {
    method: "POST",
    path: "/api/v4/posts",
    userId: bot.id,
    count: 1000,
    afterEffect: true,
  });
  await people.carol.say("let me in", root);
  const card = await world.says(root, "@carol wants to send a message");
  sandbox.faults.freezeSockets();
  await people.alice.react(card.id, "+1");
  sandbox.faults.forgetResumable();
  sandbox.faults.dropSockets();
  // It is heard after all that was missed was read.
  const after = await people.bob.say("and now?", root);
  await logged(world, `post ${after}: deliver`);
  endFault();
  await world.says(root, "Message of @carol allowed by @alice");
  await world.says(root, /You said: .*let me in/);
});

test("a session of which nothing can be read any more is told in its thread, once, and the others go on", async () => {
  const world = await worldThatAnswers();
  const { alice } = world.people;
  const [whole, cut, odd] = [
    await alice.say("@claude-code whole"),
    await alice.say("@claude-code cut"),
    await alice.say("@claude-code odd"),
  ];
  for (const [root, word] of [
    [whole, "whole"],
    [cut, "cut"],
    [odd, "odd"],
  ] as const) {
    await world.says(root, `You said: ${word}`);
  }
  const fileOf = (root: string): string => join(world.stateFolder, `session-${world.channelId}-${root}.json`);
  await world.restart(async () => {
    writeFileSync(fileOf(cut), readFileSync(fileOf(cut), "utf8").slice(0, 100));
    const document = JSON.parse(readFileSync(fileOf(odd), "utf8"));
    writeFileSync(fileOf(odd), JSON.stringify({ ...document, writer: { entries: [null], writes: [] } }));
  });
  await world.says(cut, "This session is lost");
  await world.says(odd, "This session is lost");
  await world.restart();
  await alice.say("still there?", whole);
  await world.says(whole, "You said: still there?");
  for (const root of [cut, odd]) {
    expect(world.text(root).split("This session is lost")).toHaveLength(2);
  }
  expect(world.text(whole)).not.toContain("lost");
  await alice.say("@claude-code anew", cut);
  await world.says(cut, "anew");
});

test("in a channel that was archived with a card open the thread says what happened, and a reply resumes", async () => {
  let goOn = (): void => {};
  const archived = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const claude = inProcessClaude(async (turn) => {
    turn.say(`You said: ${turn.text}`);
    if (turn.text === "work") {
      void archived.then(() => turn.say(" and more"));
      await turn.ask("make it so");
    }
  });
  const world = await startWorld({ claudePath: "claude", environment: {}, startClaude: claude.start });
  const { alice } = world.people;
  const root = await alice.say("@claude-code work");
  await world.says(root, "make it so");
  world.sandbox.archiveChannel(world.channelId);
  goOn();
  await logged(world, "is archived");
  world.sandbox.unarchiveChannel(world.channelId);
  await world.says(root, "because this channel was archived");
  await world.says(root, "No longer open");
  await alice.say("go on", root);
  await world.says(root, "You said: go on");
});
