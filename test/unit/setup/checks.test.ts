import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectRest } from "../../../src/mattermost/rest.ts";
import {
  checkAccount,
  checkBotName,
  checkChannel,
  checkClaude,
  checkServer,
  checkUsers,
} from "../../../src/setup/checks.ts";
import { setupWorld } from "../../support/setup-world.ts";

async function world() {
  const all = await setupWorld();
  const api = all.connect(all.url, all.bot.token);
  return { ...all, api, account: await api.me() };
}
const version = async () => "2.1.0";
const noClaude = async () => {
  throw new Error("Claude Code was not found. Install it.");
};

describe("the server", () => {
  test("is reached even with a token it refuses", async () => {
    const { connect, url } = await setupWorld();
    expect(await checkServer(connect(url, "none"), url)).toMatchObject({ ok: true });
  });

  test("is not reached when nothing listens, which may pass", async () => {
    const { connect, sandbox, url } = await setupWorld();
    await sandbox.faults.stop();
    const check = await checkServer(connect(url, "none"), url);
    expect(check).toMatchObject({ ok: false, isServerDown: true });
    expect(check.text).toContain("check MATTERMOST_URL");
  });

  test("is not Mattermost when the path is wrong, which won't pass", async () => {
    const { connect, url } = await setupWorld();
    const check = await checkServer(connect(`${url}/nowhere`, "none"), url);
    expect(check.ok).toBe(false);
  });
});

describe("something that answers in the server's place", () => {
  const answering = async (answer: (response: ServerResponse) => void) => {
    const server = createServer((_, response) => answer(response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, api: connectRest({ url, token: "t", tries: 1 }) };
  };

  test("a redirect is told at once, with where it leads", async () => {
    const { api, url } = await answering((response) =>
      response.writeHead(301, { location: "https://chat.example/api/v4/users/me" }).end("<html>"),
    );
    for (const check of [await checkServer(api, url), await checkAccount(api)]) {
      expect(check).toMatchObject({ ok: false, isServerDown: false });
      expect(check.text).toContain("the server redirects to https://chat.example/");
      expect(check.text).toContain("MATTERMOST_URL");
    }
  });

  test.each([401, 403, 404])("a page with %i accuses neither the token nor the channel", async (status) => {
    const { api, url } = await answering((response) =>
      response.writeHead(status, { "content-type": "text/html" }).end("<html>"),
    );
    const { account } = await world();
    const checks = [
      await checkServer(api, url),
      await checkAccount(api),
      await checkChannel(api, "a".repeat(26), account),
    ];
    for (const check of checks) {
      expect(check).toMatchObject({ ok: false, isServerDown: false });
      expect(check.text).toContain("what answered isn't Mattermost's API");
    }
  });
});

describe("the account", () => {
  test("of a valid bot token is named", async () => {
    const { api } = await world();
    expect(await checkAccount(api)).toMatchObject({
      ok: true,
      value: { username: "claude-code" },
      hints: [],
    });
  });

  test("of a person works, with a hint at bot accounts", async () => {
    const { connect, url, alice } = await setupWorld();
    const check = await checkAccount(connect(url, alice.token));
    expect(check.ok && check.hints).toEqual([expect.stringContaining("Bot Accounts")]);
  });

  test("a wrong token is told with the setting to mend", async () => {
    const { connect, url } = await setupWorld();
    const check = await checkAccount(connect(url, "wrong"));
    expect(check).toMatchObject({ ok: false, isServerDown: false });
    expect(check.text).toContain("MATTERMOST_TOKEN");
    expect(check.text).not.toContain("wrong");
  });
});

describe("the channel", () => {
  test("that the bot is in is fine", async () => {
    const { api, account, channel } = await world();
    expect(await checkChannel(api, channel.id, account)).toMatchObject({
      ok: true,
      value: { displayName: "Claude Sessions" },
    });
  });

  test.each(["aaaaaaaaaaaaaaaaaaaaaaaaaa", "town-square", "../users/me"])("%s does not exist", async (id) => {
    const { api, account } = await world();
    const check = await checkChannel(api, id, account);
    expect(check.ok).toBe(false);
    expect(check.text).toContain("Copy the id, not the name");
  });

  test("that is private and without the bot asks for an invitation", async () => {
    const { api, account, other } = await world();
    const check = await checkChannel(api, other.id, account);
    expect(check.ok).toBe(false);
    expect(check.text).toContain('Write "/invite @claude-code" in that channel');
  });

  test("that is open and without the bot asks for an invitation by the channel's name", async () => {
    const { api, account, sandbox, team, channel, alice } = await world();
    const open = sandbox.createChannel({ teamId: team.id, name: "open", displayName: "Open" });
    sandbox.addMember(open.id, alice.id);
    sandbox.removeMember(channel.id, account.id, alice.id);
    for (const one of [open, channel]) {
      const check = await checkChannel(api, one.id, account);
      expect(check.ok).toBe(false);
      expect(check.text).toContain("/invite @claude-code");
    }
  });

  test("that is archived is refused", async () => {
    const { api, account, sandbox, channel } = await world();
    sandbox.archiveChannel(channel.id);
    const check = await checkChannel(api, channel.id, account);
    expect(check.ok).toBe(false);
    expect(check.text).toContain("archived");
  });
});

describe("the mention name", () => {
  test("may be the bot's own", async () => {
    const { api, account } = await world();
    expect(await checkBotName(api, "claude-code", account)).toMatchObject({ ok: true, hints: [] });
  });

  test("may be nobody's or somebody's, with a word about it", async () => {
    const { api, account } = await world();
    const nobody = await checkBotName(api, "helper", account);
    expect(nobody.ok && nobody.hints).toEqual([expect.stringContaining("No account is called @helper")]);
    const somebody = await checkBotName(api, "alice", account);
    expect(somebody.ok && somebody.hints).toEqual([expect.stringContaining("somebody else's account")]);
  });
});

describe("the allowed users", () => {
  test("are found, all of them", async () => {
    const { api } = await world();
    const check = await checkUsers(api, ["alice", "bob"]);
    expect(check.ok && check.value.map((user) => user.username).sort()).toEqual(["alice", "bob"]);
  });

  test("that don't exist or are deactivated are named", async () => {
    const { api, sandbox, bob } = await world();
    sandbox.setUserActive(bob.id, false);
    const check = await checkUsers(api, ["alice", "bob", "nobody", "no.one"]);
    expect(check.ok).toBe(false);
    expect(check.text).toBe(
      "ALLOWED_USERS: no such user: @nobody, @no.one; deactivated: @bob. Correct the list.",
    );
    expect(check.text).not.toContain("alice");
  });

  test("none at all means everyone, with a warning", async () => {
    const { api } = await world();
    const check = await checkUsers(api, []);
    expect(check.ok && check.hints).toEqual([
      expect.stringContaining("everyone who can write in the channel"),
    ]);
  });

  test("that are bots are pointed out", async () => {
    const { api } = await world();
    const check = await checkUsers(api, ["alice", "claude-code"]);
    expect(check.ok && check.hints).toEqual([expect.stringContaining("@claude-code can't start anything")]);
  });
});

test("claude's version is told, or why there is none", async () => {
  expect(await checkClaude(version, "claude")).toMatchObject({ ok: true, value: "2.1.0" });
  expect(await checkClaude(noClaude, "claude")).toMatchObject({
    ok: false,
    text: expect.stringContaining("Install"),
  });
});
