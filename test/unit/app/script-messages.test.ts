// A script's message on the daemon's side: whose it is, where it goes, and what may go wrong on the way.

import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scriptMessages } from "../../../src/app/script-messages.ts";
import type { Project } from "../../../src/config/project.ts";
import type { SendEvent, SendRequest } from "../../../src/control/send-protocol.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { FileId, PostId, StreamedFile } from "../../../src/mattermost/types.ts";
import { channelsWorld } from "../../support/channels-world.ts";
import { projectOf } from "../../support/projects.ts";
import { turnEnded, user } from "../../support/session-script.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const SHOP = { name: "shop", origin: "file", channel: "shop-channel", allowedUsers: ["ann"] } as const;
const API = { name: "api", origin: "file", channel: "api-channel", allowedUsers: ["ann", "bob"] } as const;
const TOKEN = "the-token-of-the-bot";

async function served(projects: readonly Partial<Project>[] = [SHOP], sendAs?: string) {
  const world = channelsWorld({
    people: [user("ann"), user("bob"), user("gone", { isActive: false }), user("robot", { isBot: true })],
    channels: ["shop-channel", "api-channel"],
    direct: [],
  });
  await world.serve(projects.map(projectOf));
  world.take({ type: "hello", connectionId: "one", resumed: false });
  await world.settle();
  const connection = { ...world.connection, ...(sendAs === undefined ? {} : { sendAs }) };
  const messages = scriptMessages({ connection, channels: world.channels });
  const begin = (more: Partial<SendRequest> = {}) => {
    const events: SendEvent[] = [];
    const gone = new AbortController();
    const request: SendRequest = {
      request: "send",
      key: randomUUID(),
      text: "go",
      files: [],
      wait: false,
      ...more,
    };
    const done = messages(request, (event) => events.push(event), gone.signal);
    return { events, gone, done };
  };
  const send = async (more: Partial<SendRequest> = {}): Promise<SendEvent[]> => {
    const { events, done } = begin(more);
    await done;
    return events;
  };
  const roots = () => [...world.posts.values()].filter(({ message }) => message.startsWith("📨"));
  const heard = () => world.claudes.flatMap((claude) => claude.heard);
  return { ...world, begin, send, roots, heard };
}

const whyIn = ([event]: readonly SendEvent[]): string => (event?.event === "refused" ? event.why : "");

describe("whose it is", () => {
  test.each([
    ["who is listed", "ann", ""],
    ["who is listed, named as people write it", "@Ann", ""],
    ["who is not", "bob", "@bob is not among those who may start a session in shop"],
    ["who is deactivated", "gone", "@gone is deactivated"],
    ["a bot", "robot", "@robot is a bot"],
    ["who is not there", "nobody", "There is no account @nobody"],
  ])("%s", async (_who, as, problem) => {
    const world = await served();
    const events = await world.send({ as });
    expect(whyIn(events)).toContain(problem);
    expect(world.roots()).toHaveLength(problem === "" ? 1 : 0);
  });

  test("who can't write in the channel themselves can't by a script", async () => {
    const world = await served();
    world.api.isMember = async () => false;
    expect(whyIn(await world.send({ as: "ann" }))).toBe("@ann is not in the channel of shop");
    expect(world.roots()).toEqual([]);
  });

  test("unless told it is SEND_AS, or the only one who is listed", async () => {
    expect(whyIn(await (await served()).send())).toBe("");
    expect(whyIn(await (await served([API])).send())).toMatch(
      /^Say whose message it is, with --as, or set SEND_AS/,
    );
    expect(whyIn(await (await served([{ ...SHOP, allowedUsers: [] }])).send())).toContain(
      "all people may start",
    );
    const world = await served([API], "bob");
    await world.send();
    expect(world.audited).toContainEqual(
      expect.objectContaining({
        action: "sent",
        by: { id: "bob", name: "bob" },
        what: { from: "script", as: "bob", files: [] },
      }),
    );
  });

  test("a right that goes while the server makes the thread is gone: nothing starts", async () => {
    const world = await served();
    const { createPost } = world.api;
    world.api.createPost = async (post) => {
      await world.serve([projectOf({ ...SHOP, allowedUsers: ["bob"] })]);
      if (!createPost) throw new Error("there is none");
      return createPost(post);
    };
    const events = await world.send({ as: "ann" });
    expect(events).toEqual([expect.objectContaining({ event: "ended", ok: false })]);
    expect(world.heard()).toEqual([]);
  });
});

describe("where it goes", () => {
  test("the only project, or the one that is named; else the choices are told", async () => {
    const world = await served([SHOP, API]);
    expect(whyIn(await world.send({ as: "ann" }))).toBe(
      "Say which project is meant, with --project: shop, api",
    );
    expect(whyIn(await world.send({ as: "ann", project: "ship" }))).toBe(
      'There is no project "ship". There is: shop, api',
    );
    await world.send({ as: "ann", project: "api" });
    expect(world.roots().map(({ channelId }) => channelId)).toEqual(["api-channel"]);
  });

  test("rights are those of the project that it goes to", async () => {
    const world = await served([SHOP, API]);
    expect(whyIn(await world.send({ as: "bob", project: "shop" }))).toContain("@bob is not among those");
    expect(whyIn(await world.send({ as: "bob", project: "api" }))).toBe("");
  });

  test("a thread that mm-claude does not serve, and what is no link, are told as such", async () => {
    const world = await served();
    world.post("ann", "api-channel", "elsewhere");
    expect(whyIn(await world.send({ thread: "https://x/pl/post1" }))).toContain("is no link to a post");
    expect(whyIn(await world.send({ thread: "a".repeat(26) }))).toContain("There is no post");
  });
});

describe("in its thread", () => {
  test("its words call nobody, show no secret and are no commands; Claude gets them as they are", async () => {
    const world = await served();
    const text = `!stop @channel ${TOKEN}\n> quoted`;
    await world.send({ text });
    await world.settle();
    expect(world.roots()[0]?.message).toBe(
      "📨 `@ann`, from a script:\n\n> !stop @\u200Bchannel [secret]\n> > quoted",
    );
    expect(world.heard()).toEqual([text]);
  });

  test("a long text is cut there, and Claude gets all of it", async () => {
    const world = await served();
    const text = "x".repeat(100_000);
    await world.send({ text });
    await world.settle();
    expect(world.roots()[0]?.message.length).toBeLessThan(4000);
    expect(world.roots()[0]?.message).toContain("_Cut here: Claude has got all of it._");
    expect(world.heard()).toEqual([text]);
  });

  test("where every slot is taken, the thread and the script are told", async () => {
    const world = await served([{ ...SHOP, maxSessions: 1 }]);
    await world.send();
    await world.settle();
    const events = await world.send();
    await world.settle();
    const reason = expect.stringContaining("Too busy");
    expect(events.map(({ event }) => event)).toEqual(["started", "ended"]);
    expect(events[1]).toMatchObject({ ok: false, reason });
    expect(JSON.stringify([...world.posts.values()].at(-1))).toContain("Too busy");
  });

  test("who waits hears its end, and who goes ends only the listening", async () => {
    const world = await served();
    const { events, done } = world.begin({ wait: true });
    const left = world.begin({ wait: true, text: "second" });
    await world.settle();
    left.gone.abort();
    await left.done;
    const [claude, other] = world.claudes;
    claude?.tell({ type: "messageStarted", messageId: "m1" });
    claude?.tell({ type: "textDelta", text: `It is ${TOKEN.slice(0, 9)}`, blockIndex: 0 });
    claude?.tell({ type: "textDelta", text: TOKEN.slice(9), blockIndex: 0 });
    claude?.tell(turnEnded());
    other?.tell({ type: "messageStarted", messageId: "m2" });
    other?.tell({ type: "textDelta", text: "On and on.", blockIndex: 0 });
    await done;
    expect(events.map((event) => (event.event === "text" ? event.text : event.event)).join("|")).toBe(
      "started|It is |[secret]|ended",
    );
    expect(left.events.map(({ event }) => event)).toEqual(["started"]);
    expect(other?.isClosed).toBe(false);
  });
});

describe("what the server does not answer", () => {
  const silent = () => new MattermostError("unreachable", "The server does not answer");

  test("before it is posted: nothing was sent", async () => {
    const world = await served();
    world.api.isMember = async () => {
      throw silent();
    };
    expect(await world.send()).toEqual([
      { event: "refused", why: "The server does not answer", isPassing: true, isUnclear: false },
    ]);
  });

  test("while it is posted: it is not known, nothing starts, and it is made with the script's own key", async () => {
    const world = await served();
    const keys: string[] = [];
    world.api.createPost = async ({ pendingPostId }) => {
      keys.push(pendingPostId);
      throw silent();
    };
    const key = randomUUID();
    expect(await world.send({ key })).toEqual([
      { event: "refused", why: "The server does not answer", isPassing: true, isUnclear: true },
    ]);
    expect(keys).toEqual([key]);
    expect(world.heard()).toEqual([]);
  });

  test("a second one with the same key, for which the server gives the same post, starts nothing more", async () => {
    const world = await served();
    const { createPost } = world.api;
    const made = new Map<string, ReturnType<NonNullable<typeof createPost>>>();
    world.api.createPost = async (post) => {
      const known = made.get(post.pendingPostId) ?? createPost?.(post);
      if (!known) throw new Error("there is none");
      made.set(post.pendingPostId, known);
      return known;
    };
    const key = randomUUID();
    await world.send({ key });
    await world.send({ key });
    await world.settle();
    expect(world.heard()).toEqual(["go"]);
  });
});

describe("files", () => {
  test("are read by the daemon, and go with the post; all or none", async () => {
    const world = await served();
    const place = temporaryDirectory();
    const paths = ["a.txt", "b.txt"].map((name) => join(place, name));
    for (const path of paths) writeFileSync(path, `in ${path}`);
    const uploaded: string[] = [];
    world.api.maxFileSize = async () => 1000;
    world.api.uploadStream = async (_channel, { name, open }: StreamedFile) => {
      const parts: Buffer[] = [];
      for await (const part of open()) parts.push(Buffer.from(part));
      uploaded.push(`${name}: ${Buffer.concat(parts)}`);
      return `file${uploaded.length}` as FileId;
    };
    const given: unknown[] = [];
    const { createPost } = world.api;
    world.api.createPost = async (post) => {
      given.push(post.fileIds);
      if (!createPost) throw new Error("there is none");
      return createPost(post);
    };
    await world.send({ files: paths });
    expect(uploaded).toEqual(paths.map((path, at) => `${["a.txt", "b.txt"][at]}: in ${path}`));
    expect(given[0]).toEqual(["file1", "file2"]);

    mkdirSync(join(place, "folder"));
    writeFileSync(join(place, "large"), "x".repeat(1001));
    writeFileSync(join(place, "token"), `t=${TOKEN}`);
    for (const [name, why] of [
      ["folder", "it is a directory"],
      ["nothing", "there is no such file"],
      ["large", "the server takes"],
      ["token", "it holds the secret"],
    ] as const) {
      expect(whyIn(await world.send({ files: [...paths, join(place, name)] }))).toContain(why);
    }
    expect(uploaded).toHaveLength(2);
    expect(world.roots()).toHaveLength(1);
  });

  test("mm-claude's own are never sent", async () => {
    const world = await served();
    const place = temporaryDirectory();
    writeFileSync(join(place, ".env"), "x");
    world.api.maxFileSize = async () => 1000;
    (world.connection as { deniedPathsIn: unknown }).deniedPathsIn = () => [place];
    const messages = scriptMessages({ connection: world.connection, channels: world.channels });
    const events: SendEvent[] = [];
    await messages(
      {
        request: "send",
        key: randomUUID(),
        text: "x",
        files: [join(place, ".env")],
        wait: false,
      },
      (event) => events.push(event),
      new AbortController().signal,
    );
    expect(whyIn(events)).toContain("it is never sent, whoever asks");
  });
});

test("into a thread: its session takes it in that person's name; where there is none, one begins", async () => {
  const world = await served([{ ...SHOP, allowedUsers: ["ann", "bob"] }]);
  const root = world.post("ann", "shop-channel", "@claude-code begin");
  await world.settle();
  // The world's ids are shorter than a server's.
  const id = "threadthreadthreadthread26" as PostId;
  const { post } = world.api;
  world.api.post = async (postId) => {
    if (!post) throw new Error("there is none");
    return post(postId === id ? root.id : postId);
  };
  world.claudes[0]?.tell(turnEnded());
  expect(
    await world.send({ as: "bob", thread: `https://chat.example.com/lab/pl/${id}`, text: "go on" }),
  ).toEqual([
    { event: "started", thread: root.id, link: `https://chat.example.com/_redirect/pl/${root.id}` },
  ]);
  await world.settle();
  expect(world.heard().at(-1)).toContain("[@bob]: go on");
  expect(world.roots().map(({ message }) => message)).toEqual([
    "📨 `@bob`, from a script, into this thread:\n\n> go on",
  ]);
});
