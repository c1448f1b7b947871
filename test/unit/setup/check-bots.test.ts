import { expect, test } from "vitest";
import type { User } from "../../../src/mattermost/types.ts";
import { checkBots } from "../../../src/setup/check-bots.ts";
import { user } from "../../support/session-script.ts";

const OWN = user("claude-code", { isBot: true });
const ACCOUNTS: readonly User[] = [
  OWN,
  user("alice"),
  user("build-bot", { isBot: true }),
  user("old-bot", { isBot: true, isActive: false }),
];
const check = (...names: string[]) =>
  checkBots(
    { usersByNames: async (all) => ACCOUNTS.filter(({ username }) => all.includes(username)) },
    names,
    OWN,
  );

test("bot accounts that are there may ask", async () => {
  expect(await check("build-bot")).toMatchObject({
    ok: true,
    value: [{ id: "build-bot" }],
    text: "@build-bot may ask, and decide nothing",
  });
  expect(await check()).toMatchObject({ ok: true, value: [] });
});

test("everything that is wrong with them is told at once", async () => {
  expect(await check("nobody", "build-bot", "old-bot", "alice", "claude-code")).toMatchObject({
    ok: false,
    text:
      "bots: no such account: @nobody; deactivated: @old-bot; no bot account, so allowedUsers is its place: @alice; " +
      "mm-claude's own account: @claude-code. Correct the list.",
  });
});
