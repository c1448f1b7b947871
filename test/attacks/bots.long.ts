// Two mm-claudes in one channel whose words call each other: neither ever hears the other, so that no loop can begin.

import { describe, expect } from "vitest";
import type { CreatedUser } from "../../sandbox/server/sandbox.ts";
import { attack, type Report } from "./attack.ts";
import { type Town, town } from "./town.ts";

const QUIET_POSTS = 20;

async function second(here: Town, user: CreatedUser, allowed: string) {
  const daemon = here.start({ env: { MATTERMOST_TOKEN: user.token, ALLOWED_USERS: allowed } });
  await daemon.prints(`Ready! Waiting for @${user.username} mentions...`);
}

/** Both work in the same thread, each calling the other; then the rest of the channel goes on for a while. */
async function talk(here: Town, one: CreatedUser, other: CreatedUser, { happened }: Report): Promise<void> {
  const call = (user: CreatedUser, scene: string): string =>
    `@${user.username} ${scene}\n\nno\n\n!stop\n\n@${user.username}: please go on, @${user.username}!`;
  const answer = here.scene({ text: call(one, "RUN hello") });
  const opening = here.scene({ text: call(other, answer) });
  const root = await here.alice.say(`@${one.username} ${opening}`);
  const by = (user: CreatedUser): number =>
    here.thread(root).filter((post) => post.userId === user.id).length;
  await here.until(root, () => by(one) === 2);
  await here.alice.say(`@${other.username} ${answer}`, root);
  await here.until(root, () => by(other) === 2);
  // A session of the other that asks, into which the first one speaks.
  const asking = await here.alice.say(`@${other.username} RUN bash`);
  await here.card(asking);
  await here.alice.say(`@${one.username} ${opening}`, asking);
  const speaks = () =>
    here.thread(asking).some((post) => post.userId === one.id && post.message.includes("please"));
  await here.until(asking, speaks);
  const count = (): number => here.thread(root).length + here.thread(asking).length;
  const before = count();
  for (let at = 0; at < QUIET_POSTS; at++) await here.alice.say(`chatter ${at}`);
  await here.passes(here.alice);
  expect(count()).toBe(before);
  expect(here.text(asking)).toContain("👍 allow");
  expect(here.text(root)).not.toMatch(/cancelled|wants to send|not among those/);
  happened(
    `each spoke when alice had spoken to it and never else: ${before} posts in the two threads, and not one more while ${QUIET_POSTS} others went through the channel`,
  );
}

describe("two of them", () => {
  attack("two bots whose words mention each other do not begin to talk", async (report) => {
    const here = await town();
    const other = here.join("other-bot", true);
    await here.ready({ env: { ALLOWED_USERS: "" } });
    await second(here, other, "");
    report.tried(
      "two daemons with a bot account each, open to everybody, mentioned each other, denied and stopped in one thread",
    );
    await talk(here, here.bot, other, report);
  });

  attack("two on persons' accounts, each on the other's list, do not begin to talk", async (report) => {
    const here = await town();
    const [erin, frank] = [here.join("erin"), here.join("frank")];
    await second(here, erin, "alice,frank");
    await second(here, frank, "alice,erin");
    report.tried(
      "two daemons that speak by the accounts of two people, each listed by the other, mentioned each other, denied and stopped in one thread",
    );
    await here.ready();
    await talk(here, erin, frank, report);
  });
});
