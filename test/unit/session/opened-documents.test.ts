// Documents of every form, taken up: what the thread and Claude get then is what the version that wrote them would do.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ClaudeClient, ClaudeEvent, ClaudeStart } from "../../../src/claude/types.ts";
import type { ChannelId, MattermostApi, PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { SessionManager } from "../../../src/session/manager.ts";
import { decodeSnapshot } from "../../../src/session/snapshot.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { createFakeThreadApi } from "../../support/fake-thread-api.ts";
import { CONTEXT, OWNER, turnEnded } from "../../support/session-script.ts";

const FOLDER = new URL("../../fixtures/state/", import.meta.url);
const NAMES = readdirSync(FOLDER).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : []));

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Document {
  readonly threadId: ThreadId;
  readonly writer: {
    readonly entries: readonly (readonly [
      string,
      { readonly id?: string; readonly pendingPostId: string },
    ])[];
  };
}

async function takeUp(document: Document): Promise<string[]> {
  const snapshot = decodeSnapshot(document);
  if (!snapshot) {
    throw new Error("it is refused");
  }
  const server = createFakeThreadApi();
  await putPosts(server.api, document);
  const log = server.calls;
  log.length = 0;
  const clock = createFakeClock(1_700_000_100_000);
  let tell: ((event: ClaudeEvent) => void) | undefined;
  let sent = "";
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: (line: string) => log.push(line) };
  const manager = new SessionManager({
    api: withWhatGoesAlong(server.api),
    users: { byId: async () => undefined },
    audit: { append: ({ action, by }) => log.push(`audit ${action} by ${by?.name}`) },
    deniedPathsIn: () => [],
    redact: (text) => text,
    warm: { take: () => undefined },
    clock,
    log: quiet,
    startClaude: ({ conversationId, resume }: ClaudeStart, listener): ClaudeClient => {
      log.push(`claude starts, ${resume ? "resumes" : "begins"} ${conversationId}`);
      tell = listener;
      return {
        pid: undefined,
        send: (uuid, blocks) => {
          sent = uuid;
          log.push(
            ...blocks.map((block) => `claude gets ${block.type === "text" ? block.text : block.type}`),
          );
        },
        answer: () => log.push("claude gets an answer"),
        answerCall: (_callId, { text }) => log.push(`claude is told ${text}`),
        interrupt: () => log.push("claude is interrupted"),
        request: (_request, reply) => reply({ type: "unknown" }),
        close: async () => void log.push("claude is closed"),
      };
    },
    newConversationId: () => expect.unreachable(),
    sendTyping: () => {},
    context: { ...CONTEXT, directory: "/", home: "/root" },
    claudePath: "claude",
    botId: "bot" as UserId,
    channelId: "channel" as ChannelId,
    documents: {
      change: () => {},
      saved: () => undefined,
      remove: () => log.push("the document is removed"),
    },
    onCardPosted: () => {},
    readSaved: () => undefined,
    readResults: async () => new Map(),
  });
  expect(manager.restore([{ ...snapshot, filesDirectory: undefined }])).toEqual([]);
  const session = manager.find(document.threadId);
  const note = (): unknown =>
    log.push(`cards: ${session?.openCards.map(({ postId }) => postId)}`, `waiting: ${session?.waitingPosts}`);
  note();
  await clock.advance(5000);
  note();
  let uuid = 0;
  for (const card of session?.openCards ?? []) {
    for (const emojiName of ["arrows_counterclockwise", "+1"]) {
      log.push(`@${OWNER.name} reacts to ${card.postId} with ${emojiName}`);
      session?.deliver({
        type: "reaction",
        by: OWNER,
        postId: card.postId as PostId,
        emojiName,
        isRemoval: false,
        uuid: `00000000-0000-4000-8000-00000000100${++uuid}`,
        at: 1_700_000_100_000,
      });
    }
  }
  for (let turns = 0; tell && turns < 8; turns++) {
    tell({ type: "turnStarted", model: "m", conversationId: "5f0b1c1e-0000-4000-8000-000000000000" });
    tell({ type: "replayed", uuid: sent });
    tell({ type: "text", messageId: `later${turns}`, text: `Turn ${turns} is done.` });
    tell(turnEnded());
    await clock.advance(5000);
  }
  note();
  await clock.advance(1_800_000);
  await manager.shutDown();
  return log;
}

/** What a message brings to Claude can be read; the thread before it is empty. */
function withWhatGoesAlong(api: MattermostApi): MattermostApi {
  const parts: Partial<MattermostApi> = { thread: async () => [], file: async () => PNG };
  return new Proxy(api, {
    get: (target, name: keyof MattermostApi) => parts[name] ?? target[name],
  });
}

/** They stand there as the document says. */
async function putPosts(api: MattermostApi, { writer }: Document): Promise<void> {
  const byId = new Map(writer.entries.map(([key, entry]) => [entry.id, { key, ...entry }]));
  for (let number = 1; number <= 20; number++) {
    const entry = byId.get(`p${number}`);
    await api.createPost({
      channelId: "channel" as ChannelId,
      rootId: "root" as ThreadId,
      message: `post ${number}`,
      pendingPostId: entry?.pendingPostId ?? `other ${number}`,
    });
  }
}

test.each(NAMES)("%s goes on as it was meant when it was written", async (name) => {
  const document = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Document;
  const log = await takeUp(document);
  await expect(`${log.join("\n")}\n`).toMatchFileSnapshot(`../../fixtures/state/${name}.taken-up.txt`);
});
