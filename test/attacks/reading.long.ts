// Who tries to read by Claude what they can't read themselves: nothing comes back, and nothing that would tell whether
// there is anything.

import { describe, expect } from "vitest";
import type { ChatOutcome } from "../../src/chat-tools/types.ts";
import { attack, count } from "./attack.ts";
import { type Readers, readers, told } from "./readers.ts";

const NONE = "zzzzzzzzzzzzzzzzzzzzzzzzzz";

type Call = readonly [name: string, input: Record<string, unknown>];

/** Each is answered as the same call about what does not exist. */
function denied(name: string, sentence: string, callsOf: (here: Readers) => readonly Call[]): void {
  attack(name, async ({ tried, happened }) => {
    const here = await readers();
    const calls = callsOf(here);
    tried(sentence);
    const missing: Readonly<Record<string, ChatOutcome>> = {
      read_thread: await here.asks("read_thread", { link: NONE }),
      read_channel: await here.asks("read_channel", { channel: NONE }),
      read_file: await here.asks("read_file", { post: NONE }),
      react: await here.asks("react", { emoji: "tada", link: NONE }),
      search: await here.asks("search", { query: "nosuchwords" }),
    };
    for (const [tool, input] of calls) {
      const outcome = await here.asks(tool, input);
      expect(told(outcome), JSON.stringify(input)).toEqual(told(missing[tool] as ChatOutcome));
    }
    expect(here.saved()).toEqual([]);
    happened(`${count(calls.length, "call")} answered as for what does not exist`);
  });
}

describe("mallory, who is in the session's channel alone,", () => {
  denied(
    "reads no post of a private channel by its permalink",
    "the link as people copy it",
    ({ posts, sandbox }) => [["read_thread", { link: `${sandbox.url}/lab/pl/${posts.secret}` }]],
  );
  denied(
    "reads none by links of other shapes",
    "/_redirect/pl/, threads/, another server, a subpath, brackets",
    ({ posts: { secret } }) =>
      [
        `/_redirect/pl/${secret}`,
        `/lab/threads/${secret}`,
        `https://elsewhere.example/x/y/pl/${secret}`,
        `<[x](/rival/pl/${secret}#a)>`,
      ].map((link) => ["read_thread", { link }] as const),
  );
  denied("reads none by its bare id", "the id alone", ({ posts }) => [
    ["read_thread", { link: posts.secret }],
  ]);
  denied("reads no thread by one of its replies", "a reply's id and link", ({ reply }) => [
    ["read_thread", { link: reply }],
    ["read_thread", { link: `/lab/pl/${reply}` }],
  ]);
  denied("reads no private channel by its id", "its id, bare and in an address", ({ places }) => [
    ["read_channel", { channel: places.secret }],
    ["read_channel", { channel: `/lab/channels/${places.secret}` }],
  ]);
  denied("reads no private channel by its name", "secret, ~secret, SECRET, lab/secret, lab/~secret", () =>
    ["secret", "~secret", "SECRET", "lab/secret", "lab/~secret"].map(
      (channel) => ["read_channel", { channel }] as const,
    ),
  );
  denied("reads no private channel by its address", "the address as the browser shows it", ({ sandbox }) => [
    ["read_channel", { channel: `${sandbox.url}/lab/channels/secret` }],
  ]);
  denied(
    "reads no one else's direct messages with the bot",
    "a post, and the channel by its id",
    ({ posts, places }) => [
      ["read_thread", { link: posts.direct }],
      ["read_channel", { channel: places.direct }],
    ],
  );
  denied(
    "reads none by the two ids that are a conversation's name",
    "ID__ID, in this team and in another",
    ({ bot, bob }) =>
      [`${bot.id}__${bob.id}`, `${bob.id}__${bot.id}`, `lab/${[bot.id, bob.id].sort().join("__")}`].map(
        (channel) => ["read_channel", { channel: channel.slice(0, 64) }] as const,
      ),
  );
  denied("reads no group's messages", "a post, and the channel by its id", ({ posts, places }) => [
    ["read_thread", { link: posts.group }],
    ["read_channel", { channel: places.group }],
  ]);
  denied(
    "reads nothing of another team",
    "a post, a channel by id, team/name and address",
    ({ posts, places }) => [
      ["read_thread", { link: `/rival/pl/${posts.rival}` }],
      ["read_channel", { channel: places.rival }],
      ["read_channel", { channel: "rival/rivals" }],
      ["read_channel", { channel: "/rival/channels/rivals" }],
    ],
  );
  denied(
    "reads no open channel without joining it",
    "a post, the channel by id and name",
    ({ posts, places }) => [
      ["read_thread", { link: posts.open }],
      ["read_channel", { channel: places.open }],
      ["read_channel", { channel: "open" }],
    ],
  );
  denied(
    "reads nothing where mallory is and the bot is not",
    "a post, the channel by id and name",
    ({ posts, places }) => [
      ["read_thread", { link: posts.unseen }],
      ["read_channel", { channel: places.unseen }],
      ["read_channel", { channel: "unseen" }],
    ],
  );
  denied("reads no deleted post", "its id, and a reaction and a file of it", ({ posts }) => [
    ["read_thread", { link: posts.deleted }],
    ["read_file", { post: posts.deleted }],
    ["react", { emoji: "tada", link: posts.deleted }],
  ]);
  denied(
    "learns by no guessed id whether there is a post",
    "ids one letter beside those that there are",
    ({ posts }) =>
      Object.values({ ...posts, root: NONE, left: NONE })
        .flatMap((id) => [id, `${id.slice(0, -1)}a`, `a${id.slice(1)}`])
        .map((link) => ["read_thread", { link }] as const),
  );
  denied(
    "saves no file of a post that can't be read",
    "with its name, with its id, with none",
    ({ posts, files }) => [
      ["read_file", { post: posts.secret, name: "plan.txt" }],
      ["read_file", { post: posts.secret, name: files.secret }],
      ["read_file", { post: posts.secret }],
    ],
  );
  denied("learns by no reaction whether there is a post", "a reaction on posts of six places", ({ posts }) =>
    [posts.secret, posts.direct, posts.group, posts.rival, posts.open, posts.unseen].map(
      (link) => ["react", { emoji: "tada", link }] as const,
    ),
  );
  denied(
    "finds nothing of a private channel by in:",
    "in:secret, channel:, with a blank, with capitals, with a tilde, by id",
    ({ places }) =>
      [
        "in:secret",
        "launch in:secret",
        "launch channel:secret",
        "launch in: secret",
        "launch IN:SECRET",
        "launch in:~secret",
        `launch in:${places.secret}`,
      ].map((query) => ["search", { query }] as const),
  );
  denied(
    "finds nothing of a direct message by in:@",
    "in:@bob, in:@claude-code, the two ids",
    ({ bot, bob }) =>
      ["launch in:@bob", "launch in:@claude-code", `in:${[bot.id, bob.id].sort().join("__")}`].map(
        (query) => ["search", { query }] as const,
      ),
  );
  denied(
    "guesses no words of a private channel by the number of finds",
    "phrases that stand there, beside those that stand nowhere",
    () =>
      [
        '"launch is on friday"',
        '"SECRET launch is"',
        "friday",
        "fri*",
        "friday -thursday",
        '"for the bot alone"',
        "group SECRET",
      ].map((query) => ["search", { query }] as const),
  );
  denied(
    "narrows no search down to what is hidden",
    "from:, before:, after: and on: around the hidden posts",
    () => {
      const today = new Date().toISOString().slice(0, 10);
      return [
        `friday from:bob on:${today}`,
        `friday after:2020-01-01`,
        `friday before:2999-01-01`,
        `in:secret from:bob -nosuch`,
        "friday is_or_search:true",
      ].map((query) => ["search", { query }] as const);
    },
  );
});
