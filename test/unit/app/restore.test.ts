// What the bridge finds in the state folder, over a folder in memory.

import { describe, expect, test } from "vitest";
import { admitted, endLeftovers, lookUpWriters, readSnapshots } from "../../../src/app/restore.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { ChannelId, ThreadId, User, UserId } from "../../../src/mattermost/types.ts";
import { Users } from "../../../src/mattermost/users.ts";
import { createAllowList } from "../../../src/session/allow-list.ts";
import { authorize } from "../../../src/session/authorization.ts";
import { sessionPrefix } from "../../../src/session/dependencies.ts";
import { encodeSnapshot, type SessionSnapshot } from "../../../src/session/snapshot.ts";
import { DocumentFolder, type DocumentStore } from "../../../src/store/document-store.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { memoryDocuments } from "../../support/memory-documents.ts";
import { createScript, OTHER, OWNER, type Script, user, working } from "../../support/session-script.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const CHANNEL = "channel" as ChannelId;

function setUp() {
  const documents = new Map<string, string>();
  const aside: string[] = [];
  const folder: DocumentStore = {
    path: "/state",
    names: () => [...documents.keys()],
    read: (name) => {
      const text = documents.get(name);
      return text === undefined ? undefined : JSON.parse(text);
    },
    ...memoryDocuments(documents),
    remove: () => expect.unreachable(),
    allSaved: async () => {},
    close: async () => {},
    quarantine: (name) => {
      aside.push(name);
      documents.delete(name);
    },
  };
  const warnings: string[] = [];
  const log = {
    debug: () => {},
    info: () => expect.unreachable(),
    warn: (line: string) => void warnings.push(line),
    error: () => expect.unreachable(),
  };
  return { documents, aside, folder, warnings, log };
}

const snapshotOf = ({ state }: Script, threadId = "thread"): SessionSnapshot => ({
  threadId: threadId as ThreadId,
  process: undefined,
  directory: "/home/alice/project",
  filesDirectory: undefined,
  state,
  writer: { entries: [], writes: [] } as unknown as SessionSnapshot["writer"],
});

interface Odd {
  readonly state: { readonly asks: unknown[] };
  readonly writer: { readonly entries: unknown[]; readonly writes: unknown[] };
}

describe("sessions of an earlier run", () => {
  const nobody = { uuid: "a", text: "b" };
  test.each([
    ["queue", { queue: [nobody] }],
    [
      "message under way",
      { phase: { ...working().state.phase, inFlight: { message: nobody, isPreparing: false } } },
    ],
    ["grant", { auto: { grantedBy: nobody } }],
  ])("one whose %s names nobody is quarantined, and keeps no other from being taken up", (_what, change) => {
    const { documents, aside, folder } = setUp();
    const odd = JSON.parse(encodeSnapshot(snapshotOf(working(), "odd")));
    Object.assign(odd.state, change);
    documents.set(`${sessionPrefix(CHANNEL)}odd`, JSON.stringify(odd));
    documents.set(`${sessionPrefix(CHANNEL)}one`, encodeSnapshot(snapshotOf(working(), "one")));
    const { snapshots, lost } = readSnapshots(folder, CHANNEL);
    expect(snapshots.map(({ threadId }) => threadId)).toEqual(["one"]);
    expect(lost).toEqual(["odd"]);
    expect(aside).toEqual([`${sessionPrefix(CHANNEL)}odd`]);
  });

  test("are those of this channel; what another version wrote is quarantined, and the rest is read", () => {
    const { documents, aside, folder } = setUp();
    const prefix = sessionPrefix(CHANNEL);
    documents.set(`${prefix}one`, encodeSnapshot(snapshotOf(working(), "one")));
    documents.set(`${prefix}odd`, JSON.stringify({ version: 1 }));
    documents.set(`${prefix}two`, encodeSnapshot(snapshotOf(working(), "two")));
    documents.set(`${sessionPrefix("other" as ChannelId)}x`, encodeSnapshot(snapshotOf(working(), "x")));
    documents.set(`cursor-${CHANNEL}`, "{}");
    const { snapshots, lost } = readSnapshots(folder, CHANNEL);
    expect(snapshots.map(({ threadId }) => threadId)).toEqual(["one", "two"]);
    expect(lost).toEqual(["odd"]);
    expect(aside).toEqual([`${prefix}odd`]);
  });

  test("of which one can't be read are the others", () => {
    const { documents, aside, folder } = setUp();
    const prefix = sessionPrefix(CHANNEL);
    documents.set(`${prefix}one`, encodeSnapshot(snapshotOf(working(), "one")));
    const half: DocumentStore = { ...folder, names: () => [`${prefix}gone`, `${prefix}one`] };
    const { snapshots, lost } = readSnapshots(half, CHANNEL);
    expect(snapshots.map(({ threadId }) => threadId)).toEqual(["one"]);
    expect(lost).toEqual(["gone"]);
    expect(aside).toEqual([]);
  });

  test.each<[string, (document: Odd) => void]>([
    ["an entry", ({ writer }) => writer.entries.push(null)],
    ["an entry without a post", ({ writer }) => writer.entries.push(["key", null])],
    ["a write", ({ writer }) => writer.writes.push(null)],
    ["a guest's message", ({ state }) => state.asks.push({ kind: "guest", key: "k" })],
    ["a kind of ask", ({ state }) => state.asks.push({ kind: "other", key: "k" })],
  ])("one of which %s says nothing is set aside, and its thread is known", (_what, spoil) => {
    const { documents, aside, folder } = setUp();
    const odd = JSON.parse(encodeSnapshot(snapshotOf(working(), "odd"))) as Odd;
    spoil(odd);
    documents.set(`${sessionPrefix(CHANNEL)}odd`, JSON.stringify(odd));
    expect(readSnapshots(folder, CHANNEL)).toEqual({ snapshots: [], lost: ["odd"] });
    expect(aside).toHaveLength(1);
  });

  test("that had no process leave none to end", async () => {
    await expect(endLeftovers([snapshotOf(working())])).resolves.toBeUndefined();
  });
});

describe("who wrote what waits", () => {
  function lookUp(snapshots: readonly SessionSnapshot[], failures: MattermostError[] = []) {
    const { warnings, log } = setUp();
    const clock = createFakeClock();
    const asked: string[] = [];
    const users = new Users({
      clock,
      api: {
        async user(id) {
          asked.push(id);
          const failure = failures.shift();
          if (failure) throw failure;
          return user(id);
        },
        userByName: async () => expect.unreachable(),
      },
    });
    let isDone = false;
    const done = lookUpWriters(snapshots, users, { clock, log }).then(() => {
      isDone = true;
    });
    return { asked, clock, users, done, isDone: () => isDone, warnings };
  }

  /** One message under way, and one of a guest that the owner has let in waits. */
  function waiting(): Script {
    const script = createScript();
    script.says(OWNER, "go");
    script.says(OTHER, "and me");
    script.react(OWNER, script.postCard(), "+1");
    return script;
  }

  test("is asked for once each, and who let a guest's message in as well", async () => {
    const { asked, users, done } = lookUp([snapshotOf(waiting()), snapshotOf(waiting())]);
    await done;
    expect(asked.sort()).toEqual([OWNER.id, OTHER.id]);
    expect(users.known(OTHER.id)).toEqual(user("oscar"));
  });

  test("is nobody's question when nothing waits", async () => {
    const { asked, done } = lookUp([snapshotOf(working())]);
    await done;
    expect(asked).toEqual([]);
  });

  test("is asked for again, less and less often, until the server tells", async () => {
    const down = () => new MattermostError("unreachable", "down");
    const { clock, users, isDone, warnings } = lookUp(
      [snapshotOf(waiting())],
      Array.from({ length: 16 }, down),
    );
    await settle();
    expect(isDone()).toBe(false);
    expect(clock.nextIn()).toBe(1000);
    await clock.advance(1000);
    expect(clock.nextIn()).toBe(2000);
    await clock.advance(60_000);
    expect(clock.nextIn()).toBeLessThanOrEqual(30_000);
    await clock.advance(300_000);
    expect(isDone()).toBe(true);
    expect(users.known(OWNER.id)).toBeDefined();
    expect(warnings).toEqual([]);
  });

  test("is asked for again when the server wants to be asked again, where it says so", async () => {
    const busy = new MattermostError("server", "busy", { status: 503, retryAfterMs: 20_000 });
    const { clock, users } = lookUp([snapshotOf(waiting())], [busy, busy]);
    await settle();
    expect(clock.nextIn()).toBeGreaterThanOrEqual(20_000);
    await clock.advance(30_000);
    expect(users.known(OWNER.id)).toBeDefined();
  });

  test("is given up, with a warning, when the server will not tell", async () => {
    const { clock, done, warnings } = lookUp(
      [snapshotOf(waiting())],
      [new MattermostError("forbidden", "no")],
    );
    await done;
    expect(warnings).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });
});

describe("the names of a setting", () => {
  const ALICE = user("alice");
  const BOB = user("bob");
  const thief: User = { ...user("thief"), username: "Alice" };
  /** What a start with these holders of the setting's names lets in. */
  const started = (
    world: ReturnType<typeof setUp>,
    users: readonly User[],
    setting: "ALLOWED_USERS" | "APPROVERS" = "ALLOWED_USERS",
  ) => {
    const allowed = admitted(setting, users, CHANNEL, world.folder, world.log);
    const known = (id: UserId) => users.find((one) => one.id === id);
    const rightsOf = createAllowList({ known, allowed, approvers: undefined });
    return users.filter(({ id }) => authorize("start", id, undefined, rightsOf)).map(({ id }) => id);
  };

  test("let in the accounts that had them at the first start, at every later one", () => {
    const world = setUp();
    for (let start = 1; start <= 3; start++) {
      expect(started(world, [ALICE, BOB])).toEqual(["alice", "bob"]);
    }
    expect(world.warnings).toEqual([]);
  });

  test("let nobody in who has taken one over, say so each time, and name the file to delete", () => {
    const world = setUp();
    const { documents, warnings } = world;
    started(world, [ALICE, BOB]);
    for (let start = 1; start <= 2; start++) {
      expect(started(world, [thief, BOB])).toEqual(["bob"]);
      expect(warnings).toHaveLength(start);
    }
    expect(warnings[0]).toContain("@alice in ALLOWED_USERS is another account");
    const [, file = ""] = /delete \/state\/(\S+)\.json/.exec(warnings[0] ?? "") ?? [];
    expect(documents.delete(file)).toBe(true);
    expect(started(world, [thief])).toEqual(["thief"]);
  });

  test("are kept at once: after a crash the next start must not take whoever has the name by then", async () => {
    const path = temporaryDirectory();
    const { log } = setUp();
    const folder = DocumentFolder.open({ path, clock: createFakeClock(), log, redact: (text) => text });
    admitted("ALLOWED_USERS", [ALICE], CHANNEL, folder, log);
    await folder.allSaved();
    expect(folder.names()).toEqual([`names-allowed_users-${CHANNEL}`]);
    await folder.close();
  });

  test("belong to the account again that had them first", () => {
    const world = setUp();
    started(world, [ALICE], "APPROVERS");
    expect(started(world, [thief], "APPROVERS")).toEqual([]);
    expect(started(world, [ALICE], "APPROVERS")).toEqual(["alice"]);
  });

  test("let in two people who have exchanged theirs while mm-claude did not run, without a warning", () => {
    const world = setUp();
    started(world, [ALICE, BOB]);
    const exchanged = [
      { ...ALICE, username: "bob" },
      { ...BOB, username: "alice" },
    ];
    expect(started(world, exchanged)).toEqual(["alice", "bob"]);
    expect(started(world, [ALICE, BOB])).toEqual(["alice", "bob"]);
    expect(world.warnings).toEqual([]);
  });

  test("let in whoever has their own back, without another start", () => {
    const { folder, log } = setUp();
    admitted("ALLOWED_USERS", [ALICE], CHANNEL, folder, log);
    const allowed = admitted("ALLOWED_USERS", [thief], CHANNEL, folder, log);
    const rightsOf = createAllowList({ known: () => ALICE, allowed, approvers: undefined });
    expect(authorize("start", ALICE.id, undefined, rightsOf)).toBe(true);
  });

  test("are bound for each setting and each channel alone", () => {
    const world = setUp();
    const { folder, log } = world;
    started(world, [ALICE]);
    expect(started(world, [thief], "APPROVERS")).toEqual(["thief"]);
    expect(admitted("ALLOWED_USERS", [thief], "other" as ChannelId, folder, log)).toEqual([
      { id: "thief", username: "alice" },
    ]);
    expect(world.warnings).toEqual([]);
  });
});
