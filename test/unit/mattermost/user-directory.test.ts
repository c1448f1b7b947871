import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { User, UserId } from "../../../src/mattermost/types.ts";
import { UserDirectory } from "../../../src/mattermost/user-directory.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

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
  const directory = new UserDirectory({
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
  return { directory, clock, asked, server };
}

test("a user is asked for once, whether by id or by name in any case", async () => {
  const { directory, asked } = setUp([ALICE]);
  expect(await directory.byName("Alice")).toEqual(ALICE);
  expect(await directory.byName("alice")).toEqual(ALICE);
  expect(await directory.byId(ALICE.id)).toEqual(ALICE);
  expect(asked).toEqual(["@alice"]);
});

test("the same question asked at the same time goes out once", async () => {
  const { directory, asked } = setUp([ALICE]);
  const answers = await Promise.all([
    directory.byId(ALICE.id),
    directory.byId(ALICE.id),
    directory.byId(ALICE.id),
  ]);
  expect(answers).toEqual([ALICE, ALICE, ALICE]);
  expect(asked).toEqual([ALICE.id]);
});

test("who doesn't exist is undefined, and asked for again after a while", async () => {
  const { directory, asked, clock, server } = setUp([]);
  expect(await directory.byName("bob")).toBeUndefined();
  expect(await directory.byId("nobody" as UserId)).toBeUndefined();
  expect(await directory.byName("bob")).toBeUndefined();
  expect(await directory.byId("nobody" as UserId)).toBeUndefined();
  expect(asked).toEqual(["@bob", "nobody"]);
  server.accounts = [person("bob")];
  await clock.advance(30_000);
  expect((await directory.byName("bob"))?.username).toBe("bob");
});

test("what is known is asked for again after ten minutes", async () => {
  const { directory, clock, server } = setUp([ALICE]);
  await directory.byId(ALICE.id);
  server.accounts = [{ ...ALICE, isActive: false }];
  await clock.advance(599_999);
  expect((await directory.byId(ALICE.id))?.isActive).toBe(true);
  await clock.advance(1);
  expect((await directory.byId(ALICE.id))?.isActive).toBe(false);
});

test("a rename takes effect at once, and the old name is asked for anew", async () => {
  const { directory, server } = setUp([ALICE]);
  await directory.byName("alice");
  const renamed = { ...ALICE, username: "alicia" };
  const other = person("alice", { id: "other" as UserId });
  server.accounts = [renamed, other];
  directory.userUpdated(renamed);
  expect(await directory.byId(ALICE.id)).toEqual(renamed);
  expect(await directory.byName("alicia")).toEqual(renamed);
  expect(await directory.byName("alice")).toEqual(other);
});

test("a deactivation takes effect at once", async () => {
  const { directory } = setUp([ALICE]);
  await directory.byId(ALICE.id);
  directory.userUpdated({ ...ALICE, isActive: false });
  expect((await directory.byId(ALICE.id))?.isActive).toBe(false);
});

test("an update that comes while a question is under way wins over its answer", async () => {
  const { directory, server } = setUp([ALICE]);
  server.beforeAnswer = async () => directory.userUpdated({ ...ALICE, isActive: false });
  expect((await directory.byId(ALICE.id))?.isActive).toBe(false);
  expect((await directory.byId(ALICE.id))?.isActive).toBe(false);
});

test("a name that was just given away while it was asked for is nobody's", async () => {
  const { directory, server } = setUp([ALICE]);
  server.beforeAnswer = async () => directory.userUpdated({ ...ALICE, username: "alicia" });
  expect(await directory.byName("alice")).toBeUndefined();
});

test("a server that can't be asked is an error, not an unknown user, and is forgotten", async () => {
  const { directory, server } = setUp([ALICE]);
  server.failing = true;
  await expect(directory.byId(ALICE.id)).rejects.toThrow("down");
  await expect(directory.byName("alice")).rejects.toThrow("down");
  server.failing = false;
  expect(await directory.byId(ALICE.id)).toEqual(ALICE);
});

test("no more users are kept than the limit", async () => {
  const { directory, asked } = setUp([ALICE, person("bob"), person("carol")], 2);
  for (const name of ["alice", "bob", "carol", "alice"]) {
    await directory.byName(name);
  }
  expect(asked).toEqual(["@alice", "@bob", "@carol", "@alice"]);
});

test("what was last heard of an account is known without asking, however long ago", async () => {
  const { directory, asked, clock } = setUp([ALICE]);
  expect(directory.known(ALICE.id)).toBeUndefined();
  await directory.byId(ALICE.id);
  await clock.advance(24 * 3_600_000);
  directory.mayHaveMissedUpdates();
  expect(directory.known(ALICE.id)).toEqual(ALICE);
  expect(asked).toEqual([ALICE.id]);
});

test("an update is known at once, also of an account nobody has asked for", () => {
  const { directory, asked } = setUp([]);
  directory.userUpdated({ ...ALICE, isActive: false });
  expect(directory.known(ALICE.id)?.isActive).toBe(false);
  directory.userUpdated({ ...ALICE, username: "alicia" });
  expect(directory.known(ALICE.id)?.username).toBe("alicia");
  expect(asked).toEqual([]);
});

test("an account that is gone is not known any more", async () => {
  const { directory, clock, server } = setUp([ALICE]);
  await directory.byId(ALICE.id);
  server.accounts = [];
  await clock.advance(600_000);
  expect(await directory.byId(ALICE.id)).toBeUndefined();
  expect(directory.known(ALICE.id)).toBeUndefined();
});

test("once updates may have been missed everybody is asked for anew, and once", async () => {
  const { directory, asked, server } = setUp([ALICE]);
  await directory.byId(ALICE.id);
  await directory.byName("bob");
  server.accounts = [{ ...ALICE, isActive: false }, person("bob")];
  directory.mayHaveMissedUpdates();
  expect((await directory.byId(ALICE.id))?.isActive).toBe(false);
  expect((await directory.byName("bob"))?.username).toBe("bob");
  await directory.byId(ALICE.id);
  await directory.byName("bob");
  expect(asked).toEqual([ALICE.id, "@bob", ALICE.id, "@bob"]);
});

test("a rename that was missed is found out by either name", async () => {
  const { directory, server } = setUp([ALICE]);
  await directory.byName("alice");
  const thief = person("alice", { id: "thief" as UserId });
  server.accounts = [{ ...ALICE, username: "alicia" }, thief];
  directory.mayHaveMissedUpdates();
  expect(await directory.byName("alice")).toEqual(thief);
  expect((await directory.byId(ALICE.id))?.username).toBe("alicia");
});

test("a server that can't be asked leaves what is known as it was", async () => {
  const { directory, server } = setUp([ALICE]);
  await directory.byId(ALICE.id);
  directory.mayHaveMissedUpdates();
  server.failing = true;
  await expect(directory.byId(ALICE.id)).rejects.toThrow("down");
  expect(directory.known(ALICE.id)).toEqual(ALICE);
});

test("news of one account does not make old what is asked about another", async () => {
  const { directory, server } = setUp([ALICE]);
  await directory.byId(ALICE.id);
  server.accounts = [{ ...ALICE, isActive: false }];
  directory.mayHaveMissedUpdates();
  server.beforeAnswer = async () => directory.userUpdated(person("bob"));
  expect((await directory.byId(ALICE.id))?.isActive).toBe(false);
  expect(directory.known(ALICE.id)?.isActive).toBe(false);
});

test("an answer to a question of before updates were missed is asked for again", async () => {
  const { directory, asked, server } = setUp([ALICE]);
  server.beforeAnswer = async () => directory.mayHaveMissedUpdates();
  await directory.byId(ALICE.id);
  server.beforeAnswer = async () => {};
  await directory.byId(ALICE.id);
  expect(asked).toEqual([ALICE.id, ALICE.id]);
});

test("when the clock was set back, who was known before is asked for again, by id and by name", async () => {
  const { directory, clock, server } = setUp([ALICE]);
  await directory.byName("alice");
  expect(await directory.byName("bob")).toBeUndefined();
  server.accounts = [{ ...ALICE, isActive: false }, person("bob")];
  clock.jump(-24 * 3_600_000);
  expect((await directory.byId(ALICE.id))?.isActive).toBe(false);
  expect(await directory.byName("bob")).toEqual(person("bob"));
});
