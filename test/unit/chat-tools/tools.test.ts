// What holds for each call of any of the tools, and that nobody reads by them what they may not.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatToolImplementation } from "../../../src/chat-tools/types.ts";
import type { ChannelId } from "../../../src/mattermost/types.ts";
import { filesIn } from "../../../src/util/saved-files.ts";
import { channelId, type FakeChat, fakeChat, postId, userId } from "../../support/fake-chat.ts";
import { INJECTIONS } from "../../support/injections.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const other: ChatToolImplementation = {
  tool: { name: "other", description: "Another.", inputSchema: { type: "object" } },
  reasonToAsk: async ({ input }) => (input["ask"] ? "it is asked" : undefined),
  call: async () => ({ text: "done", isError: false, summary: "done", target: {} }),
};

test("each tool is told with a description and a schema, those of others among them", async () => {
  const { tools, run } = fakeChat([other]);
  expect(tools.tools.map(({ name }) => name).sort()).toEqual([
    "other",
    "react",
    "read_channel",
    "read_file",
    "read_thread",
    "search",
  ]);
  for (const { description, inputSchema } of tools.tools) {
    expect(description).not.toBe("");
    expect(inputSchema).toMatchObject({ type: "object" });
  }
  expect((await run("other")).text).toBe("done");
});

test("nobody is asked before anything is read; what others ask for is asked", async () => {
  const { tools } = fakeChat([other]);
  const place = { channelId: "here" as ChannelId, directory: "/project", deniedPaths: [] };
  for (const { name } of tools.tools) {
    expect(await tools.reasonToAsk({ name, input: {}, ...place })).toBeUndefined();
  }
  expect(await tools.reasonToAsk({ name: "other", input: { ask: 1 }, ...place })).toBe("it is asked");
  expect(await tools.reasonToAsk({ name: "none", input: {}, ...place })).toBeUndefined();
});

test("a tool that there is not is named, with those that there are", async () => {
  const outcome = await fakeChat().run("no\nsuch");
  expect([outcome.isError, outcome.text]).toEqual([
    true,
    'There is no tool "no\\nsuch", but read_thread, read_channel, search, read_file, react.',
  ]);
});

test("a turn has 60 calls, and is told so at the next", async () => {
  const chat = fakeChat();
  expect((await chat.run("read_thread", {}, { callsBefore: 59 })).isError).toBe(false);
  const calls = chat.calls.length;
  const outcome = await chat.run("read_thread", {}, { callsBefore: 60 });
  expect([outcome.isError, outcome.text]).toEqual([true, expect.stringContaining("60 times in this turn")]);
  expect(chat.calls).toHaveLength(calls);
});

test("a call that is interrupted answers at once, and asks the server nothing more", async () => {
  const chat = fakeChat();
  const aborting = new AbortController();
  let open = (): void => {};
  chat.gates.set("post", new Promise((resolve) => (open = resolve)));
  const reading = chat.run("react", { emoji: "tada" }, {}, aborting.signal);
  await chat.clock.advance(0);
  aborting.abort();
  expect(await reading).toMatchObject({ isError: true, text: "The call was interrupted." });
  open();
  await chat.clock.advance(0);
  expect(chat.reactions).toEqual([]);
  expect((await chat.run("read_thread", {}, {}, aborting.signal)).text).toBe("The call was interrupted.");
});

test("a fault of the program is none of the outcomes", async () => {
  const broken = { ...other, call: async () => Promise.reject(new TypeError("a fault")) };
  await expect(fakeChat([broken]).run("other")).rejects.toThrow("a fault");
});

test.each(Object.entries(INJECTIONS))("quoted by every tool that reads: %s", async (_name, text) => {
  const chat = fakeChat();
  chat.addPost("a", `needle\n${text}`, {
    threadId: postId("root"),
    files: [chat.addFile(text.slice(0, 500), "x")],
  });
  const outcomes = [
    await chat.run("read_thread"),
    await chat.run("read_channel"),
    await chat.run("search", { query: "needle" }),
    await chat.run("read_file", { post: postId("a"), name: "none" }),
  ];
  for (const outcome of outcomes) {
    expect(outcome.text).toMatch(/> needle\n|It has "/);
    const begins =
      /^(?:>(?: |$)|post |with (?:the file "|an attachment)|\(|[12] posts? |There are older|`name` should|$)/;
    for (const line of outcome.text.split(/[\n\r\v\f\u0085\u2028\u2029]/)) expect(line).toMatch(begins);
    expect(outcome.summary).toMatch(/^[\w ~]*$/);
    expect(JSON.stringify(outcome.target)).not.toContain("deploy");
  }
});

const PEOPLE = ["alice", "bob", "carol"] as const;
const CHANNELS = ["one", "two", "three", "four"] as const;

interface Town {
  readonly types: readonly string[];
  readonly members: readonly (readonly string[])[];
  readonly inactive: readonly string[];
}

/** A channel of each, with a thread of a reply and a file. Every word in it is `secret-of-` that channel. */
function townOf({ types, members, inactive }: Town): FakeChat {
  const chat = fakeChat();
  for (const name of PEOPLE) chat.addUser(name, { isActive: !inactive.includes(name) });
  CHANNELS.forEach((name, at) => {
    const id = chat.addChannel(name, types[at], at === 3 ? "other" : "lab");
    chat.join(id, ...(members[at] ?? []));
    const message = `secret-of-${name}`;
    const root = chat.addPost(`root${name}`, message, { channelId: id });
    const files = [chat.addFile(`secret-of-${name}.txt`, message)];
    chat.addPost(`reply${name}`, message, { channelId: id, threadId: root.id, files });
  });
  return chat;
}

test("nothing outside of what both are in is ever read, and what may not be read is as what does not exist", async () => {
  const filesDirectory = filesIn(temporaryDirectory());
  const town = fc.record({
    types: fc.tuple(...CHANNELS.map(() => fc.constantFrom("O", "P", "D", "G"))),
    members: fc.tuple(...CHANNELS.map(() => fc.subarray(["bot", ...PEOPLE]))),
    inactive: fc.subarray([...PEOPLE], { maxLength: 1 }),
  });
  const asking = fc.option(fc.constantFrom(...PEOPLE), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(town, asking, async (what, asker) => {
      const chat = townOf(what);
      const how = { asker: asker && userId(asker), filesDirectory };
      const [missing, unknown] = [postId("missing"), channelId("missing")];
      const none = {
        thread: await chat.run("read_thread", { link: missing }, how),
        channel: await chat.run("read_channel", { channel: unknown }, how),
        named: await chat.run("read_channel", { channel: "lab/missing" }, how),
        file: await chat.run("read_file", { post: missing }, how),
        reaction: await chat.run("react", { emoji: "tada", link: missing }, how),
      };
      for (const [at, name] of CHANNELS.entries()) {
        const members = what.members[at] ?? [];
        const isOpen =
          asker !== undefined &&
          !what.inactive.includes(asker) &&
          members.includes("bot") &&
          members.includes(asker);
        const link = postId(`reply${name}`);
        const [thread, channel, named, file, reaction] = [
          await chat.run("read_thread", { link }, how),
          await chat.run("read_channel", { channel: channelId(name) }, how),
          await chat.run("read_channel", { channel: `${at === 3 ? "other" : "lab"}/${name}` }, how),
          await chat.run("read_file", { post: link }, how),
          await chat.run("react", { emoji: "tada", link }, how),
        ];
        expect([thread.isError, channel.isError, file.isError]).toEqual(Array(3).fill(!isOpen));
        if (isOpen) continue;
        const without = (outcome: object) => JSON.stringify({ ...outcome, target: undefined });
        expect(without(thread)).toBe(without(none.thread));
        expect(without(channel)).toBe(without(none.channel));
        expect(without(named)).toBe(without(none.named));
        expect(without(file)).toBe(without(none.file));
        expect(without(reaction)).toBe(without(none.reaction));
      }
      const found = await chat.run("search", { query: "secret-of-" }, how);
      for (const [at, name] of CHANNELS.entries()) {
        const members = what.members[at] ?? [];
        const mayFind =
          asker !== undefined &&
          !what.inactive.includes(asker) &&
          members.includes("bot") &&
          members.includes(asker);
        if (!mayFind) expect(found.text).not.toContain(`secret-of-${name}`);
      }
    }),
    { numRuns: 150 },
  );
});
