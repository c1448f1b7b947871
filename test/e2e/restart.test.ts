// The built daemon, killed at bad moments and started again over the same state: what people see, and what is left.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { isWholeMatrix } from "../support/generations.ts";
import { canSeeProcesses } from "../support/processes.ts";
import { realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";

const model = sharedModel();

const GO_ON = "arrows_counterclockwise";

const stateIn = (world: DaemonWorld): string => join(world.home, ".local/state/mm-claude");

const count = (text: string, part: string): number => text.split(part).length - 1;

const newest = realClaudes().at(-1);
const programs = [
  { name: "the fake claude", path: undefined },
  { name: `Claude Code ${newest?.version}`, path: newest?.path },
];

describe.each(programs)("killed without a warning, with $name", ({ path }) => {
  const options = path === undefined ? {} : { claudePath: path };

  test("in the middle of a turn: the next start ends what was left, shows what Claude had said, and offers to go on", async () => {
    const world = await daemonWorld(model.url);
    const first = await world.ready(options);
    const root = await world.ask("RUN slow");
    await world.says(root, "word5");
    first.signal("SIGKILL");
    await first.exit;
    const left = world.processes();
    await world.ready(options);
    if (canSeeProcesses) {
      // The new daemon and nothing of the old one: its sessions sleep.
      await until(
        () => world.processes().every((line) => !left.includes(line)),
        () => `Left behind:\n${world.processes().join("\n")}`,
      );
    }
    const offer = await world.says(root, "cut off");
    await world.until(root, (posts) =>
      posts.find(({ id, reactions }) => id === offer.id && reactions.some((one) => one.emojiName === GO_ON)),
    );
    expect(count(world.text(root), "word5 ")).toBe(1);
    await world.say("RUN echo are you there?", root);
    await world.says(root, "are you there?");
    expect(count(world.text(root), "cut off")).toBe(1);
  });

  test("while a permission is open: the card is void once, a late answer does nothing, and the talk goes on", async () => {
    const world = await daemonWorld(model.url);
    const first = await world.ready(options);
    const root = await world.ask("RUN bash");
    const card = await world.card(root);
    first.signal("SIGKILL");
    await first.exit;
    await world.react(card.id, "+1");
    const second = await world.ready(options);
    await world.says(root, "No longer open");
    await world.says(root, "cut off");
    second.signal("SIGKILL");
    await second.exit;
    await world.ready(options);
    await world.say("RUN hello", root);
    await world.says(root, "scripted model");
    expect(count(world.text(root), "No longer open")).toBe(1);
    expect(count(world.text(root), "cut off")).toBe(1);
    expect(existsSync(join(world.directory, "out.txt"))).toBe(false);
  });

  // A Claude that rested when it was killed goes on as one that slept.
  test.skipIf(path !== undefined && !isWholeMatrix)(
    "messages said while nothing ran are heard at the next start, once each and in order",
    async () => {
      const world = await daemonWorld(model.url);
      const first = await world.ready(options);
      const root = await world.ask("RUN hello");
      await world.says(root, "scripted model");
      first.signal("SIGKILL");
      await first.exit;
      await world.say("RUN echo one", root);
      await world.say("RUN echo two", root);
      const other = await world.ask("RUN echo three");
      await world.ready(options);
      await world.says(root, "RUN echo two");
      await world.says(other, "RUN echo three");
      const answers = world.answer(root);
      expect(answers.indexOf("RUN echo one")).toBeLessThan(answers.indexOf("RUN echo two"));
      expect([count(answers, "RUN echo one"), count(answers, "RUN echo two")]).toEqual([1, 1]);
    },
  );
});

describe("two on one machine", () => {
  test("the second for the same bot and channel names the first's process and exits with 2; after its end it may", async () => {
    const world = await daemonWorld(model.url);
    const first = await world.ready();
    const second = world.start();
    expect(await second.exit).toEqual({ code: 2, signal: null });
    expect(second.output()).toContain(
      `@claude-code is already run by another mm-claude on this machine (process ${first.pid}, for `,
    );
    first.signal("SIGKILL");
    await first.exit;
    await world.ready();
  });

  test("another channel of the same bot may have its own, and neither touches the other's sessions", async () => {
    const world = await daemonWorld(model.url);
    const { id: teamId } = world.sandbox.createTeam({ name: "second" });
    const { id: otherId } = world.sandbox.createChannel({ teamId, name: "other" });
    for (const { id } of [world.bot, world.alice]) world.sandbox.addMember(otherId, id);
    await world.ready();
    const root = await world.ask("RUN slow");
    await world.says(root, "word5");
    await world.ready({ env: { MATTERMOST_CHANNEL_ID: otherId } });
    await world.says(root, "word60");
    expect(world.text(root)).not.toContain("cut off");
  });
});

describe("its state", () => {
  test("lies where the platform keeps such things, for its owner only, and holds no token", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready();
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
    daemon.signal("SIGTERM");
    await daemon.exit;
    const [folder = ""] = readdirSync(stateIn(world));
    const path = join(stateIn(world), folder);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    const files = readdirSync(path);
    expect(files.sort()).toEqual([
      `audit-${world.channelId}.head.json`,
      `audit-${world.channelId}.jsonl`,
      `costs-${world.channelId}.json`,
      `cursor-${world.channelId}.json`,
      `names-allowed_users-${world.channelId}.json`,
      `session-${world.channelId}-${root}.json`,
    ]);
    for (const file of files) {
      expect(statSync(join(path, file)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(path, file), "utf8")).not.toContain(world.bot.token);
    }
  });

  test("a document that can't be read is set aside with a warning, and the others are taken up", async () => {
    const world = await daemonWorld(model.url);
    const first = await world.ready();
    const [broken, whole] = [await world.ask("RUN hello"), await world.ask("RUN echo whole")];
    await Promise.all([world.says(broken, "scripted model"), world.says(whole, "RUN echo whole")]);
    first.signal("SIGTERM");
    await first.exit;
    const [folder = ""] = readdirSync(stateIn(world));
    const file = join(stateIn(world), folder, `session-${world.channelId}-${broken}.json`);
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 100));
    const second = await world.ready();
    expect(second.output()).toContain(`It is kept as ${file}.unreadable`);
    expect(existsSync(`${file}.unreadable`)).toBe(true);
    await world.say("RUN echo still here", whole);
    await world.says(whole, "still here");
  });

  test("where it can't be kept at all is told in one sentence with the mend", async () => {
    const world = await daemonWorld(model.url);
    const place = join(world.directory, "file");
    writeFileSync(place, "");
    chmodSync(place, 0o600);
    mkdirSync(join(world.directory, "elsewhere"));
    const daemon = world.start({ env: { XDG_STATE_HOME: place } });
    expect(await daemon.exit).toEqual({ code: 2, signal: null });
    expect(daemon.output()).toMatch(/can't be used to keep sessions.*XDG_STATE_HOME/s);
    expect(daemon.output()).not.toContain("    at ");
    await world.ready({ env: { XDG_STATE_HOME: join(world.directory, "elsewhere") } });
  });
});
