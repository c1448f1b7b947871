import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { User, UserId } from "../../../src/mattermost/types.ts";
import { Users } from "../../../src/mattermost/users.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";

const person = (username: string, over: Partial<User> = {}): User => ({
  id: `id-${username}` as UserId,
  username,
  isBot: false,
  isActive: true,
  ...over,
});
const ALICE = person("alice");

function setUp(accounts: User[], limit?: number) {
  const clock = createFakeClock();
  const asked: string[] = [];
  const server = { accounts, failing: false, beforeAnswer: async () => {} };
  const find = async (question: string, match: (user: User) => boolean) => {
    asked.push(question);
    const found = server.accounts.find(match);
    await server.beforeAnswer();
    if (server.failing) {
      throw new MattermostError("unreachable", "down");
    }
    return found;
  };
  const users = new Users({
    clock,
    ...(limit === undefined ? {} : { limit }),
    api: {
      async user(id) {
        const user = await find(id, (one) => one.id === id);
        if (user === undefined) {
          throw new MattermostError("not-found", "no such user", { status: 404 });
        }
        return user;
      },
      userByName: (name) => find(`@${name}`, (one) => one.username === name),
    },
  });
  return { users, clock, asked, server };
}

test("a user is asked for once, whether by id or by name in any case", async () => {
  const { users, asked } = setUp([ALICE]);
  expect(await users.byName("Alice")).toEqual(ALICE);
  expect(await users.byName("alice")).toEqual(ALICE);
  expect(await users.byId(ALICE.id)).toEqual(ALICE);
  expect(asked).toEqual(["@alice"]);
});

test("the same question asked at the same time goes out once", async () => {
  const { users, asked } = setUp([ALICE]);
  const answers = await Promise.all([users.byId(ALICE.id), users.byId(ALICE.id), users.byId(ALICE.id)]);
  expect(answers).toEqual([ALICE, ALICE, ALICE]);
  expect(asked).toEqual([ALICE.id]);
});

test("who doesn't exist is undefined, and asked for again after a while", async () => {
  const { users, asked, clock, server } = setUp([]);
  expect(await users.byName("bob")).toBeUndefined();
  expect(await users.byId("nobody" as UserId)).toBeUndefined();
  expect(await users.byName("bob")).toBeUndefined();
  expect(await users.byId("nobody" as UserId)).toBeUndefined();
  expect(asked).toEqual(["@bob", "nobody"]);
  server.accounts = [person("bob")];
  await clock.advance(30_000);
  expect((await users.byName("bob"))?.username).toBe("bob");
});

test("what is known is asked for again after ten minutes", async () => {
  const { users, clock, server } = setUp([ALICE]);
  await users.byId(ALICE.id);
  server.accounts = [{ ...ALICE, isActive: false }];
  await clock.advance(599_999);
  expect((await users.byId(ALICE.id))?.isActive).toBe(true);
  await clock.advance(1);
  expect((await users.byId(ALICE.id))?.isActive).toBe(false);
});

test("who speaks is taken from memory however long ago it was told, and asked for beside it", async () => {
  const { users, clock, server, asked } = setUp([ALICE]);
  await users.speaker(ALICE.id);
  const renamed = { ...ALICE, username: "alicia" };
  server.accounts = [renamed];
  server.failing = true;
  await clock.advance(600_000);
  expect(await users.speaker(ALICE.id)).toEqual(ALICE);
  await settle();
  server.failing = false;
  expect(await users.speaker(ALICE.id)).toEqual(ALICE);
  await settle();
  expect(await users.speaker(ALICE.id)).toEqual(renamed);
  expect(asked).toHaveLength(3);
});

test("who speaks is asked for first when updates may have been missed, or nothing is known of them", async () => {
  const { users, server } = setUp([]);
  expect(await users.speaker(ALICE.id)).toBeUndefined();
  users.userUpdated(ALICE);
  server.accounts = [{ ...ALICE, isActive: false }];
  users.mayHaveMissedUpdates();
  expect((await users.speaker(ALICE.id))?.isActive).toBe(false);
});

test("a rename takes effect at once, and the old name is asked for again", async () => {
  const { users, server } = setUp([ALICE]);
  await users.byName("alice");
  const renamed = { ...ALICE, username: "alicia" };
  const other = person("alice", { id: "other" as UserId });
  server.accounts = [renamed, other];
  users.userUpdated(renamed);
  expect(await users.byId(ALICE.id)).toEqual(renamed);
  expect(await users.byName("alicia")).toEqual(renamed);
  expect(await users.byName("alice")).toEqual(other);
});

test("a deactivation takes effect at once", async () => {
  const { users } = setUp([ALICE]);
  await users.byId(ALICE.id);
  users.userUpdated({ ...ALICE, isActive: false });
  expect((await users.byId(ALICE.id))?.isActive).toBe(false);
});

test("an update that comes while a question is under way wins over its answer", async () => {
  const { users, server } = setUp([ALICE]);
  server.beforeAnswer = async () => users.userUpdated({ ...ALICE, isActive: false });
  expect((await users.byId(ALICE.id))?.isActive).toBe(false);
  expect((await users.byId(ALICE.id))?.isActive).toBe(false);
});

test("a name that was just given away while it was asked for is nobody's", async () => {
  const { users, server } = setUp([ALICE]);
  server.beforeAnswer = async () => users.userUpdated({ ...ALICE, username: "alicia" });
  expect(await users.byName("alice")).toBeUndefined();
});

test("a server that can't be asked is an error, not an unknown user, and is forgotten", async () => {
  const { users, server } = setUp([ALICE]);
  server.failing = true;
  await expect(users.byId(ALICE.id)).rejects.toThrow("down");
  await expect(users.byName("alice")).rejects.toThrow("down");
  server.failing = false;
  expect(await users.byId(ALICE.id)).toEqual(ALICE);
});

test("no more users are kept than the limit", async () => {
  const { users, asked } = setUp([ALICE, person("bob"), person("carol")], 2);
  for (const name of ["alice", "bob", "carol", "alice"]) {
    await users.byName(name);
  }
  expect(asked).toEqual(["@alice", "@bob", "@carol", "@alice"]);
});

test("what was last heard of an account is known without asking, however long ago", async () => {
  const { users, asked, clock } = setUp([ALICE]);
  expect(users.known(ALICE.id)).toBeUndefined();
  await users.byId(ALICE.id);
  await clock.advance(24 * 3_600_000);
  users.mayHaveMissedUpdates();
  expect(users.known(ALICE.id)).toEqual(ALICE);
  expect(asked).toEqual([ALICE.id]);
});

test("an update is known at once, also of an account nobody has asked for", () => {
  const { users, asked } = setUp([]);
  users.userUpdated({ ...ALICE, isActive: false });
  expect(users.known(ALICE.id)?.isActive).toBe(false);
  users.userUpdated({ ...ALICE, username: "alicia" });
  expect(users.known(ALICE.id)?.username).toBe("alicia");
  expect(asked).toEqual([]);
});

test("an account that is gone is not known any more", async () => {
  const { users, clock, server } = setUp([ALICE]);
  await users.byId(ALICE.id);
  server.accounts = [];
  await clock.advance(600_000);
  expect(await users.byId(ALICE.id)).toBeUndefined();
  expect(users.known(ALICE.id)).toBeUndefined();
});

test("once updates may have been missed everybody is asked for again, and once", async () => {
  const { users, asked, server } = setUp([ALICE]);
  await users.byId(ALICE.id);
  await users.byName("bob");
  server.accounts = [{ ...ALICE, isActive: false }, person("bob")];
  users.mayHaveMissedUpdates();
  expect((await users.byId(ALICE.id))?.isActive).toBe(false);
  expect((await users.byName("bob"))?.username).toBe("bob");
  await users.byId(ALICE.id);
  await users.byName("bob");
  expect(asked).toEqual([ALICE.id, "@bob", ALICE.id, "@bob"]);
});

test("a rename that was missed is found out by either name", async () => {
  const { users, server } = setUp([ALICE]);
  await users.byName("alice");
  const thief = person("alice", { id: "thief" as UserId });
  server.accounts = [{ ...ALICE, username: "alicia" }, thief];
  users.mayHaveMissedUpdates();
  expect(await users.byName("alice")).toEqual(thief);
  expect((await users.byId(ALICE.id))?.username).toBe("alicia");
});

test("a server that can't be asked leaves what is known as it was", async () => {
  const { users, server } = setUp([ALICE]);
  await users.byId(ALICE.id);
  users.mayHaveMissedUpdates();
  server.failing = true;
  await expect(users.byId(ALICE.id)).rejects.toThrow("down");
  expect(users.known(ALICE.id)).toEqual(ALICE);
});

test("news of one account does not make old what is asked about another", async () => {
  const { users, server } = setUp([ALICE]);
  await users.byId(ALICE.id);
  server.accounts = [{ ...ALICE, isActive: false }];
  users.mayHaveMissedUpdates();
  server.beforeAnswer = async () => users.userUpdated(person("bob"));
  expect((await users.byId(ALICE.id))?.isActive).toBe(false);
  expect(users.known(ALICE.id)?.isActive).toBe(false);
});

test("an answer to a question of before updates were missed is asked for again", async () => {
  const { users, asked, server } = setUp([ALICE]);
  server.beforeAnswer = async () => users.mayHaveMissedUpdates();
  await users.byId(ALICE.id);
  server.beforeAnswer = async () => {};
  await users.byId(ALICE.id);
  expect(asked).toEqual([ALICE.id, ALICE.id]);
});

test("when the clock was set back, who was known before is asked for again, by id and by name", async () => {
  const { users, clock, server } = setUp([ALICE]);
  await users.byName("alice");
  expect(await users.byName("bob")).toBeUndefined();
  server.accounts = [{ ...ALICE, isActive: false }, person("bob")];
  clock.jump(-24 * 3_600_000);
  expect((await users.byId(ALICE.id))?.isActive).toBe(false);
  expect(await users.byName("bob")).toEqual(person("bob"));
});
