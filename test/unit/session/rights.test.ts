// The table of who may do what, and the function that reads it. docs/security.md shows the same table.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { User, UserId } from "../../../src/mattermost/types.ts";
import {
  type Bindings,
  bindNames,
  createAllowList,
  decodeBindings,
} from "../../../src/session/allow-list.ts";
import {
  ACCESS,
  type Action,
  authorize,
  type Members,
  type Rights,
} from "../../../src/session/authorization.ts";
import { person, user } from "../../support/session-script.ts";

const ACTIONS = Object.keys(ACCESS) as Action[];

/** The table as people read it, from the code's own. */
function tableOf(): string {
  const word = (may: boolean | undefined): string => (may === undefined ? "" : may ? "yes" : "no");
  const rows = Object.values(ACCESS).map(({ what, owner, listed, invited, bot, otherwise }) =>
    `| ${what} | ${word(owner)} | ${word(listed)} | ${word(invited)} | ${word(bot)} | ${otherwise} |`.replaceAll(
      "|  |",
      "| |",
    ),
  );
  return ["| | Owner | Listed | Invited | Bot | Others |", "|:--|:--|:--|:--|:--|:--|", ...rows].join("\n");
}

test("the table in docs/security.md is the one the code reads", () => {
  const page = readFileSync(new URL("../../../docs/security.md", import.meta.url), "utf8");
  expect(page).toContain(tableOf());
});

test("others may do nothing at all", () => {
  expect(ACTIONS.filter((action) => ACCESS[action].others)).toEqual([]);
});

const ME = "me" as UserId;
const members = (isOwner: boolean, isInvited: boolean): Members => ({
  owner: isOwner ? { id: ME, name: "me" } : person("somebody"),
  participants: new Map(isInvited ? [[ME, "me"]] : []),
});

/** Said in words of its own, and not by the table's. */
function shouldBeLetIn(
  action: Action,
  standing: Rights | undefined,
  session: { readonly isOwner: boolean; readonly isInvited: boolean } | undefined,
): boolean {
  if (!standing) {
    return false;
  }
  const { isListed, isApprover, isBot } = standing;
  if (isBot) {
    return action === "start" || action === "message" ? !session || session.isOwner : false;
  }
  const isInvited = session?.isInvited === true;
  switch (action) {
    case "start":
      return isListed && !session?.isOwner;
    case "message":
    case "answer":
    case "stop":
      return isListed || isInvited;
    case "approve":
      return isListed && isApprover;
    case "steer":
      return isListed;
  }
}

const anyStanding: fc.Arbitrary<Rights | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ isListed: fc.boolean(), isApprover: fc.boolean() }),
  fc.record({ isListed: fc.boolean(), isApprover: fc.boolean(), isBot: fc.constant(true as const) }),
);
const anySession = fc.option(fc.record({ isOwner: fc.boolean(), isInvited: fc.boolean() }), {
  nil: undefined,
});

test("for every action, standing and session it lets in exactly those whom the table lets in", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ACTIONS), anyStanding, anySession, (action, standing, session) => {
      const people = session && members(session.isOwner, session.isInvited);
      expect(authorize(action, ME, people, () => standing)).toBe(shouldBeLetIn(action, standing, session));
    }),
    { numRuns: 2000 },
  );
});

test("who is not known may do nothing, not even as owner or by invitation", () => {
  for (const action of ACTIONS) {
    expect(authorize(action, ME, members(true, true), () => undefined)).toBe(false);
  }
});

test("an owner who is no longer listed has no rights left, except an invitation's", () => {
  const standing = () => ({ isListed: false, isApprover: true });
  expect(ACTIONS.filter((action) => authorize(action, ME, members(true, false), standing))).toEqual([]);
  expect(ACTIONS.filter((action) => authorize(action, ME, members(true, true), standing))).toEqual([
    "message",
    "answer",
    "stop",
  ]);
});

test("an action the table has no row for is an error, and nobody is let in", () => {
  expect(() =>
    authorize("fly" as never, ME, undefined, () => ({ isListed: true, isApprover: true })),
  ).toThrow();
});

describe("the allow list", () => {
  const alice = user("alice");
  const setUp = (allowed?: User[], approvers?: User[]) => {
    const accounts = new Map<UserId, User>([[alice.id, alice]]);
    const rightsOf = createAllowList({ known: (id) => accounts.get(id), allowed, approvers });
    return { rightsOf, become: (more: Partial<User>) => accounts.set(alice.id, { ...alice, ...more }) };
  };

  test("lists the accounts it names, and no other", () => {
    expect(setUp([alice]).rightsOf(alice.id)?.isListed).toBe(true);
    expect(setUp([user("bob")]).rightsOf(alice.id)?.isListed).toBe(false);
    expect(setUp([]).rightsOf(alice.id)?.isListed).toBe(false);
  });

  test("without a list everyone is listed, without approvers everyone may approve", () => {
    expect(setUp().rightsOf(alice.id)).toEqual({ isListed: true, isApprover: true });
    expect(setUp(undefined, [user("bob")]).rightsOf(alice.id)).toEqual({
      isListed: true,
      isApprover: false,
    });
    expect(setUp([alice], [alice]).rightsOf(alice.id)).toEqual({ isListed: true, isApprover: true });
  });

  test.each([[undefined], [[alice]]])(
    "with the list %j a bot, a deactivated and an unknown account are nobody",
    (allowed) => {
      const { rightsOf, become } = setUp(allowed);
      expect(rightsOf("nobody" as UserId)).toBeUndefined();
      become({ isActive: false });
      expect(rightsOf(alice.id)).toBeUndefined();
      become({ isBot: true });
      expect(rightsOf(alice.id)).toBeUndefined();
      become({});
      expect(rightsOf(alice.id)).toBeDefined();
    },
  );

  test("names bot accounts apart: one that may ask is neither listed nor an approver, with or without lists", () => {
    const robot = user("robot", { isBot: true });
    const accounts = new Map<UserId, User>([[robot.id, robot]]);
    const rights = (options: { allowed?: User[]; bots?: User[] }) =>
      createAllowList({
        known: (id) => accounts.get(id),
        allowed: options.allowed,
        approvers: undefined,
        ...(options.bots ? { bots: options.bots } : {}),
      })(robot.id);
    expect(rights({ bots: [robot] })).toEqual({ isListed: false, isApprover: false, isBot: true });
    expect(rights({ allowed: [robot], bots: [robot] })?.isListed).toBe(false);
    expect(rights({ allowed: [robot], bots: [] })).toBeUndefined();
    expect(rights({ bots: [user("other", { isBot: true })] })).toBeUndefined();
    accounts.set(robot.id, { ...robot, username: "renamed" });
    expect(rights({ bots: [robot] })).toBeUndefined();
    accounts.set(robot.id, { ...robot, isActive: false });
    expect(rights({ bots: [robot] })).toBeUndefined();
    // A person who takes the account's name, or an account that was made a person's.
    accounts.set(robot.id, { ...robot, isBot: false });
    expect(rights({ allowed: [], bots: [robot] })).toEqual({ isListed: false, isApprover: true });
  });

  test("an account that is renamed loses its place, and has it back with its name", () => {
    const { rightsOf, become } = setUp([alice], [alice]);
    become({ username: "alice2" });
    expect(rightsOf(alice.id)).toEqual({ isListed: false, isApprover: false });
    become({ username: "Alice" });
    expect(rightsOf(alice.id)).toEqual({ isListed: true, isApprover: true });
  });

  test("accounts that exchange their names keep what both names give, and only that", () => {
    const bob = user("bob");
    const accounts = new Map<UserId, User>([
      [alice.id, { ...alice, username: "bob" }],
      [bob.id, { ...bob, username: "Alice" }],
    ]);
    const known = (id: UserId) => accounts.get(id);
    const rightsOf = createAllowList({ known, allowed: [alice, bob], approvers: [alice] });
    expect(rightsOf(alice.id)).toEqual({ isListed: true, isApprover: false });
    expect(rightsOf(bob.id)).toEqual({ isListed: true, isApprover: false });
  });

  test("another account that takes the name gets nothing", () => {
    const thief = user("thief");
    const accounts = new Map<UserId, User>([
      [alice.id, { ...alice, username: "alice2" }],
      [thief.id, { ...thief, username: "alice" }],
    ]);
    const rightsOf = createAllowList({
      known: (id) => accounts.get(id),
      allowed: [alice],
      approvers: undefined,
    });
    expect(rightsOf(thief.id)?.isListed).toBe(false);
  });
});

describe("names over a restart", () => {
  const alice = user("alice");

  test("are bound to the accounts that had them first", () => {
    const first = bindNames([alice, user("bob")], {});
    expect(first).toMatchObject({ bindings: { alice: "alice", bob: "bob" }, changedHands: [] });
    const thief = { ...user("thief"), username: "Alice" };
    const second = bindNames([thief, user("bob")], first.bindings);
    expect(second.changedHands).toEqual(["alice"]);
    expect(second.bindings).toEqual(first.bindings);
  });

  test("that two of them have exchanged are in nobody else's hands", () => {
    const [bob, carol] = [user("bob"), user("carol")];
    const before = bindNames([alice, bob, carol], {}).bindings;
    const turned = [
      { ...alice, username: "bob" },
      { ...bob, username: "carol" },
      { ...carol, username: "alice" },
    ];
    expect(bindNames(turned, before)).toEqual({ bindings: before, changedHands: [] });
  });

  test("are free again once the settings no longer name them", () => {
    const without = bindNames([user("bob")], { alice: "alice" as UserId, bob: "bob" as UserId });
    expect(without.bindings).toEqual({ bob: "bob" });
  });

  test("a document that makes no sense binds nothing", () => {
    expect(decodeBindings(undefined)).toEqual({});
    expect(decodeBindings({ alice: 1 })).toEqual({});
    expect(decodeBindings(["x"])).toEqual({});
    expect(bindNames([{ ...alice, username: "constructor" }], {}).changedHands).toEqual([]);
  });
});

test("whatever accounts are renamed to, a restart changes nobody's place, and no outsider ever gets one", () => {
  const LISTED = ["alice", "bob", "carol"];
  const IDS = ["alice", "bob", "carol", "mallory", "trudy"] as UserId[];
  // Which name each account has, after each round of renames.
  const names = fc.shuffledSubarray([...LISTED, "mallory", "x", "y"], { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(names, { maxLength: 6 }), (rounds) => {
      let accounts = IDS.map((id) => user(id));
      const known = (id: UserId) => accounts.find((one) => one.id === id);
      let bindings: Bindings = {};
      const start = () => {
        const found = accounts.filter(({ username }) => LISTED.includes(username));
        ({ bindings } = bindNames(found, bindings));
        const allowed = Object.entries(bindings).map(([username, id]) => ({ username, id }));
        return createAllowList({ known, allowed, approvers: undefined });
      };
      let rightsOf = start();
      const listed = () => IDS.filter((id) => rightsOf(id)?.isListed);
      for (const round of rounds) {
        accounts = accounts.map((one, at) => ({ ...one, username: round[at] ?? one.username }));
        const hasName = accounts.filter(
          ({ id, username }) => LISTED.includes(id) && LISTED.includes(username),
        );
        expect(listed()).toEqual(hasName.map(({ id }) => id));
        // Where a name belongs to nobody mm-claude does not start.
        if (LISTED.every((name) => round.includes(name))) {
          rightsOf = start();
          expect(listed()).toEqual(hasName.map(({ id }) => id));
        }
      }
    }),
  );
});
