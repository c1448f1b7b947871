// Whom a post mentions and notifies, by the rules of a 7.10 server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMentions } from "../../sandbox/server/mentions.ts";
import { startWorld, type World } from "../support/sandbox-world.ts";

const NAMES = new Set(["bob", "jane.doe", "claude-code", "claude-code-2", "snake_case", "müller"]);
const mentioned = (text: string) => [...findMentions(text, (name) => NAMES.has(name)).names].sort();

describe("a mention", () => {
  test.each([
    ["@bob", ["bob"]],
    ["hello @Bob!", ["bob"]],
    ["(@claude-code)", ["claude-code"]],
    ["@claude-code, please", ["claude-code"]],
    ["ask @jane.doe.", ["jane.doe"]],
    ["ask @jane.doe...", ["jane.doe"]],
    ["@claude-code-2 only", ["claude-code-2"]],
    ["**@bob** and _@snake_case_", ["bob", "snake_case"]],
    ["> @bob in a quote", ["bob"]],
    ["@bob's turn", ["bob"]],
    ["see:@bob", ["bob"]],
    ["@müller", ["müller"]],
    ["line one\n@bob", ["bob"]],
    ["    not code after\n@bob", ["bob"]],
    ["a paragraph\n    @bob goes on", ["bob"]],
    ["an unclosed ` and @bob", ["bob"]],
    ["\\`@bob\\`", ["bob"]],
  ])("is found in %j", (text, names) => {
    expect(mentioned(text)).toEqual(names);
  });

  test.each([
    "`@bob`",
    "``a ` @bob``",
    "```\n@bob\n```",
    "~~~ts\n@bob\n```\n@bob\n~~~",
    "```\n@bob without an end",
    "    @bob",
    "text\n\n\t@bob",
    "foo@bob",
    "foo@claude-code.com",
    "@bobby",
    "@nobody",
    ":@bob:",
    "bob",
  ])("is not found in %j", (text) => {
    expect(mentioned(text)).toEqual([]);
  });

  test("of everyone is found outside code only", () => {
    const groups = (text: string) => {
      const { everyone, online } = findMentions(text, () => false);
      return { everyone, online };
    };
    expect(groups("@all")).toEqual({ everyone: true, online: false });
    expect(groups("@channel, look")).toEqual({ everyone: true, online: false });
    expect(groups("@here.")).toEqual({ everyone: false, online: true });
    expect(groups("`@all` and `@here`")).toEqual({ everyone: false, online: false });
  });
});

describe("a new post notifies", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.sandbox.close());
  const last = () => {
    const { mentioned, followers } = world.sandbox.notifications.at(-1) ?? { mentioned: [], followers: [] };
    const names = new Map([world.alice, world.bob, world.robot].map((user) => [user.id, user.username]));
    return {
      mentioned: mentioned.map((id) => names.get(id)),
      followers: followers.map((id) => names.get(id)),
    };
  };

  test("those it mentions, never its author", async () => {
    await world.post(world.alice, "@alice and @bob");
    expect(last()).toEqual({ mentioned: ["bob"], followers: [] });
  });

  test("every other member with @all, those online with @here", async () => {
    await world.post(world.alice, "@all");
    expect(last().mentioned).toEqual(["bob", "robot"]);
    const socket = await world.socket(world.robot);
    await socket.settle();
    await world.post(world.alice, "@here");
    expect(last().mentioned).toEqual(["robot"]);
    socket.cut();
  });

  test("nobody outside the channel", async () => {
    const before = world.sandbox.notifications.length;
    await world.post(world.alice, "@outsider");
    expect(world.sandbox.notifications).toHaveLength(before);
  });

  test("who follows the thread: its author, who was mentioned in it, who replied", async () => {
    const root = await world.post(world.alice, "@robot look");
    await world.post(world.bob, "me too", { root_id: root.body["id"] });
    expect(last()).toEqual({ mentioned: [], followers: ["alice", "robot"] });
    await world.post(world.robot, "yes", { root_id: root.body["id"] });
    expect(last()).toEqual({ mentioned: [], followers: ["bob", "alice"] });
  });

  test("those whom its attachments mention, and they follow its thread", async () => {
    const attachments = [
      { text: "✅ by @alice", pretext: "for @bob", fallback: "@robot" },
      { text: "`@robot`", title: "@robot" },
    ];
    const root = await world.post(world.robot, "", { props: { attachments } });
    expect(last()).toEqual({ mentioned: ["alice", "bob"], followers: [] });
    await world.post(world.robot, "more", { root_id: root.body["id"] });
    expect(last()).toEqual({ mentioned: [], followers: ["alice", "bob"] });
  });

  test("and an edit nobody", async () => {
    const { body } = await world.post(world.alice, "hello");
    const before = world.sandbox.notifications.length;
    await world.api(world.alice, "PUT", `/posts/${body["id"]}/patch`, { message: "hello @bob" });
    const props = { attachments: [{ text: "hello @bob" }] };
    await world.api(world.alice, "PUT", `/posts/${body["id"]}/patch`, { props });
    expect(world.sandbox.notifications).toHaveLength(before);
  });
});
