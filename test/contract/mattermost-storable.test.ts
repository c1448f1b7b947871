// Nothing that the server can't keep is ever sent to it, in whatever place it stands. The sandbox refuses what a real
// one does (10.11: U+0000 in a post → 500 `app.post.save.app_error`).

import { beforeAll, expect, onTestFinished, test } from "vitest";
import { decodeChannelId, decodePostId, decodeUserId } from "../../src/mattermost/decode.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { createTransport } from "../../src/mattermost/transport.ts";
import type { MattermostApi, Post } from "../../src/mattermost/types.ts";
import { defined } from "../support/mattermost-client.ts";
import type { World } from "../support/sandbox-world.ts";
import { startWorld } from "../support/sandbox-world.ts";

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

const CODES = [
  ...range(0, 0x1f).filter((code) => code !== 0x09 && code !== 0x0a),
  ...range(0x7f, 0x9f),
  0xd800,
  0xdbff,
  0xdc00,
  0xdfff,
  ...range(0xfdd0, 0xfdef),
  ...range(0, 0x10).flatMap((plane) => [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff]),
];
const nameOf = (code: number): string => `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;

async function client() {
  const world = await startWorld();
  onTestFinished(() => world.sandbox.close());
  /** The bodies as they left, to be sure of more than of what the server made of them. */
  const sent: string[] = [];
  const transport = createTransport();
  const api = connectRest({
    url: world.sandbox.url,
    token: world.robot.token,
    tries: 1,
    transport: (outgoing) => {
      sent.push(`${outgoing.url} ${Buffer.from((outgoing.body ?? "") as string).toString("latin1")}`);
      return transport(outgoing);
    },
  });
  const channelId = defined(decodeChannelId(world.channelId));
  const rootId = defined(decodePostId((await world.post(world.alice, "root")).body["id"]));
  let made = 0;
  const create = (message: string, more: Partial<Parameters<MattermostApi["createPost"]>[0]> = {}) =>
    api.createPost({ channelId, rootId, message, pendingPostId: `k${++made}`, ...more });
  const attachmentsOf = async ({ id }: Post): Promise<unknown> => {
    const answer = await world.api(world.robot, "GET", `/posts/${id}`);
    return (answer.body["props"] as { attachments?: unknown }).attachments;
  };
  return { world, api, channelId, rootId, create, attachmentsOf, sent };
}

let bare: World;
beforeAll(async () => {
  bare = await startWorld();
  return () => bare.sandbox.close();
});

test.each([
  ["a new post's text", { message: "a\0b" }],
  ["a new post's attachment", { message: "", props: { attachments: [{ text: "a\0b" }] } }],
  [
    "what a new post's attachment falls back to",
    { message: "", props: { attachments: [{ fallback: "a\0b" }] } },
  ],
])("the server fails over U+0000 in %s", async (_title, body) => {
  const answer = await bare.api(bare.robot, "POST", "/posts", { channel_id: bare.channelId, ...body });
  expect([answer.status, answer.body["id"]]).toEqual([500, "app.post.save.app_error"]);
});

test("the server fails over U+0000 in an edit", async () => {
  const id = String((await bare.post(bare.robot, "fine")).body["id"]);
  for (const body of [{ message: "a\0b" }, { props: { attachments: [{ text: "\0" }] } }]) {
    expect((await bare.api(bare.robot, "PUT", `/posts/${id}/patch`, body)).status).toBe(500);
  }
});

test("a post says which characters it can't hold, in its text and in its attachment, new and edited", async () => {
  const { api, create, attachmentsOf } = await client();
  for (const code of CODES) {
    const char = String.fromCodePoint(code);
    const [text, shown] = [`a${char}b\n\tc${char}`, `a${nameOf(code)}b\n\tc${nameOf(code)}`];
    const attachment = { color: "#aa0000", text };
    const attachments = [{ color: "#aa0000", text: shown, fallback: shown }];
    const post = await create(text, { attachment });
    expect(post.message, nameOf(code)).toBe(shown);
    expect(await attachmentsOf(post)).toEqual(attachments);
    const edited = await create("plain");
    await api.editPost(edited.id, { message: text, attachment, pendingPostId: "k" });
    expect((await api.post(edited.id)).message, nameOf(code)).toBe(shown);
    expect(await attachmentsOf(edited)).toEqual(attachments);
  }
});

test("a file's name says them as well, and its caption; its bytes are its own", async () => {
  const { api, channelId, create } = await client();
  const bytes = new Uint8Array([0, 1, 2, 0xff]);
  for (const code of [...CODES, 0x09, 0x0a]) {
    const char = String.fromCodePoint(code);
    const fileId = await api.uploadFile(channelId, `a${char}b.bin`, bytes);
    const post = await create(`see ${char}`, { fileIds: [fileId] });
    expect(post.files.map(({ name }) => name)).toEqual([`a${nameOf(code)}b.bin`]);
    expect(await api.file(fileId, 99)).toEqual(bytes);
  }
});

test("nothing of them is on the wire, in no request of any kind", async () => {
  const { api, channelId, rootId, create, sent, world } = await client();
  const all = CODES.map((code) => String.fromCodePoint(code)).join(" ");
  const userId = defined(decodeUserId(world.robot.id));
  const asked = [
    create(all, { attachment: { color: all, text: all }, pendingPostId: all }),
    api.editPost(rootId, { message: all, pendingPostId: all }),
    api.addReaction({ userId, postId: rootId, emojiName: all }),
    api.usersByNames([all]),
    api.userByName(all),
    api.userByName("a\ud800"),
    api.uploadFile(channelId, all, new Uint8Array()),
  ];
  // Some of it is no name of anything, and refused as that; none of it fails in another way.
  for (const outcome of await Promise.allSettled(asked)) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ name: "MattermostError" });
  }
  expect(sent).toHaveLength(5);
  for (const request of sent) {
    expect(request).not.toMatch(/\\u(?:00[01]|d[89a-f]|fdd|fffe|ffff)|%(?:0|1|7F|C2%[89])/i);
    // Of control characters only the form's own line breaks.
    expect(request.replaceAll("\r\n", "")).not.toMatch(/[^\P{Cc}\x80-\x9f]/u);
  }
});

test("a post at the server's limit that grows by them goes in parts instead of never", async () => {
  const { create } = await client();
  await expect(create(`${"x".repeat(16_382)}\0`)).rejects.toMatchObject({ code: "too-long" });
});
