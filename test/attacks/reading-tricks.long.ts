// Who tries to read by Claude what they can't read themselves, by what happens while it reads, and by what else a tool
// takes than names.

import { describe, expect } from "vitest";
import { attack } from "./attack.ts";
import { readers, told } from "./readers.ts";

const NONE = "zzzzzzzzzzzzzzzzzzzzzzzzzz";

describe("mallory", () => {
  attack("finds by a plain search only what there is for mallory", async ({ tried, happened }) => {
    const here = await readers();
    await here.post(here.alice, here.places.here, "launch for all");
    const { text } = await here.asks("search", { query: "launch" });
    tried("a search for a word that stands in posts of nine places");
    expect(text).not.toContain("SECRET");
    expect(text.match(/^> .*$/gm)?.sort()).toEqual(
      [
        "> @claude-code what do they say about the launch?",
        "> launch among those who stayed",
        "> launch for all",
      ].sort(),
    );
    expect(text).toContain("1 more post was found in open channels");
    happened(
      "three posts of channels that mallory is in; of the rest, only that one is in an open channel of the team",
    );
  });

  attack("learns by `before` neither when nor whether a post was made", async ({ tried, happened }) => {
    const here = await readers();
    const none = await here.asks("read_channel", { before: NONE });
    for (const before of Object.values({ ...here.posts, root: NONE })) {
      expect(told(await here.asks("read_channel", { before }))).toEqual(told(none));
      expect(told(await here.asks("read_channel", { channel: "secret", before }))).toEqual(told(none));
    }
    tried("the newest posts of the own channel before hidden posts, and those of the private channel");
    happened("all answered as for a post that does not exist");
  });

  attack("reads nothing of a channel just left", async ({ tried, happened }) => {
    const here = await readers();
    expect((await here.asks("read_thread", { link: here.posts.left })).text).toContain(
      "among those who stayed",
    );
    here.sandbox.removeMember(here.places.left, here.mallory.id, here.bob.id);
    here.forget(here.places.left, here.mallory);
    const none = told(await here.asks("read_thread", { link: NONE }));
    expect(told(await here.asks("read_thread", { link: here.posts.left }))).toEqual(none);
    expect((await here.asks("read_channel", { channel: "left" })).text).not.toContain("stayed");
    expect((await here.asks("search", { query: "stayed" })).text).not.toContain("stayed");
    tried("a post of a channel was read, mallory was taken out of it, and it was read again at once");
    happened("after the event that says so, nothing of it came back");
  });

  attack("reads nothing a minute after leaving, when no event told of it", async ({ tried, happened }) => {
    const here = await readers();
    await here.asks("read_thread", { link: here.posts.left });
    here.sandbox.removeMember(here.places.left, here.mallory.id, here.bob.id);
    here.passes(60_000);
    expect((await here.asks("read_thread", { link: here.posts.left })).text).not.toContain("stayed");
    tried("the same, and the event was lost");
    happened("a minute later nothing of it came back");
  });

  attack("reads nothing when taken out while it is read", async ({ tried, happened }) => {
    const here = await readers();
    here.sandbox.faults.delay(300, { path: /\/thread$/ });
    const reading = here.asks("read_thread", { link: here.posts.left });
    await new Promise((resolve) => setTimeout(resolve, 100));
    here.sandbox.removeMember(here.places.left, here.mallory.id, here.bob.id);
    here.forget(here.places.left, here.mallory);
    expect((await reading).text).not.toContain("stayed");
    tried("mallory was taken out while the server took its time over the thread");
    happened("what came was not shown");
  });

  attack("reads no post that is moved into a private channel", async ({ tried, happened }) => {
    const here = await readers();
    const id = await here.post(here.bob, here.places.here, "SECRET words, for a moment in the open");
    here.changes.set(`/api/v4/posts/${id}/thread`, (body) =>
      body.replaceAll(here.places.here, here.places.secret),
    );
    const none = told(await here.asks("read_thread", { link: NONE }));
    expect(told(await here.asks("read_thread", { link: id }))).toEqual(none);
    tried("a post of the own channel, which is in the private one when its thread is read");
    happened("answered as for a post that does not exist");
  });

  attack("gets no file of another post by its id", async ({ tried, happened }) => {
    const here = await readers();
    const fileId = await here.upload(here.mallory, here.places.here, "mine.txt", "my own");
    const mine = await here.post(here.mallory, here.places.here, "mine", { file_ids: [fileId] });
    for (const name of [
      here.files.secret,
      "plan.txt",
      `../${here.files.secret}`,
      `/api/v4/files/${here.files.secret}`,
    ]) {
      expect((await here.asks("read_file", { post: mine, name })).text).toMatch(/^`name` should be/);
    }
    const forged = await here.post(here.mallory, here.places.here, "forged", {
      file_ids: [here.files.secret],
    });
    await here.asks("read_file", { post: forged });
    tried("the secret file's id as the name of a file of an own post, and in a post of mallory's own");
    expect(here.saved()).toEqual([]);
    happened("nothing was saved");
  });

  attack("leads no request elsewhere by what stands in an argument", async ({ tried, happened }) => {
    const here = await readers();
    const { secret } = here.places;
    const paths = [
      `../channels/${secret}/posts`,
      `${here.posts.secret}/../x`,
      `%2e%2e/${here.posts.secret}`,
      `x?y=/pl/${here.posts.secret}`,
    ];
    for (const path of paths) {
      for (const [tool, name] of [
        ["read_thread", "link"],
        ["read_channel", "channel"],
        ["read_channel", "before"],
        ["read_file", "post"],
      ] as const) {
        expect((await here.asks(tool, { [name]: path })).isError, `${tool} ${path}`).toBe(true);
      }
    }
    tried("paths, escapes and queries in every argument");
    const asked = here.sandbox.requests
      .filter(({ userId }) => userId === here.bot.id)
      .map(({ path }) => path);
    expect(asked.filter((path) => path.includes("..") || path.endsWith(`${secret}/posts`))).toEqual([]);
    happened("each was refused, and no request went anywhere else");
  });

  attack("sees no hidden post below a link to it", async ({ tried, happened }) => {
    const here = await readers();
    const link = `${here.sandbox.url}/lab/pl/${here.posts.secret}`;
    const id = await here.post(here.mallory, here.places.here, `see ${link}`);
    here.sandbox.faults.previewLink(id, link);
    expect((await here.asks("read_thread", { link: id })).text).not.toContain("SECRET");
    tried("an own post with the hidden post's link, which the server shows below it");
    happened("Claude got the link and nothing of what it leads to");
  });
});

describe("others who may not", () => {
  attack("a deactivated account reads nothing, its own thread neither", async ({ tried, happened }) => {
    const here = await readers();
    expect((await here.asks("read_channel", { channel: "secret" }, here.alice)).text).toContain("SECRET");
    here.deactivate(here.alice);
    for (const [tool, input] of [
      ["read_thread", {}],
      ["read_channel", {}],
      ["read_channel", { channel: "secret" }],
    ] as const) {
      expect((await here.asks(tool, input, here.alice)).text).toContain(
        "There is nothing of that name or id",
      );
    }
    expect((await here.asks("search", { query: "launch" }, here.alice)).summary).toBe("0 posts found");
    tried("alice, who may read the private channel, was deactivated in the middle of her session");
    happened("nothing was read for her any more");
  });

  attack("a turn that nobody asked for reads its own channel alone", async ({ tried, happened }) => {
    const here = await readers();
    expect((await here.asks("read_channel", {}, "nobody")).isError).toBe(false);
    for (const id of Object.values({ ...here.posts, root: NONE })) {
      expect((await here.asks("read_thread", { link: id }, "nobody")).isError).toBe(true);
    }
    for (const id of Object.values({ ...here.places, here: NONE })) {
      expect((await here.asks("read_channel", { channel: id }, "nobody")).isError).toBe(true);
    }
    expect((await here.asks("search", { query: "SECRET" }, "nobody")).summary).toBe("0 posts found");
    tried("posts and channels of eight places, and a search, without anybody who asked");
    happened("only the session's own channel was read");
  });

  attack(
    "who has left the session's channel reads no more of it than the session's thread",
    async ({ tried, happened }) => {
      const here = await readers();
      const other = await here.post(here.bob, here.places.here, "SECRET since mallory left");
      here.sandbox.removeMember(here.places.here, here.mallory.id, here.bob.id);
      here.forget(here.places.here, here.mallory);
      expect((await here.asks("read_channel", {})).isError).toBe(true);
      expect((await here.asks("read_thread", { link: other })).isError).toBe(true);
      const { text } = await here.asks("search", { query: "launch" });
      expect(text).not.toContain("SECRET");
      expect(text).not.toContain("withheld");
      tried(
        "mallory, taken out of the channel, went on in the thread: the channel, another thread, a search",
      );
      happened("nothing but the thread itself was read");
    },
  );
});
