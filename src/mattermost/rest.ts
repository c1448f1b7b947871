// The REST calls, one function each. Retries and errors are http.ts's, shapes are decode.ts's.
import { type Clock, systemClock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { createRedact, type Redact } from "../util/redact.ts";
import { createBudget } from "./budget.ts";
import {
  decodeChannel,
  decodeList,
  decodePost,
  decodePostList,
  decodeReaction,
  decodeUpload,
  decodeUser,
  INSTANCE_PROP,
  PENDING_POST_ID_PROP,
} from "./decode.ts";
import { asTooLong, badAnswer, MattermostError } from "./error.ts";
import { createHttp, type HttpAnswer, type HttpRequest, readJson, type SendHttp } from "./http.ts";
import { newInstance } from "./instance.ts";
import { Form } from "./multipart-form.ts";
import { createTransport, type Transport } from "./transport.ts";
import type { Channel, MattermostApi, Post, PostEdit, PostId } from "./types.ts";

export interface RestOptions {
  /** The server's address as people type it; a sub-path and a trailing slash are fine. */
  readonly url: string;
  readonly token: string;
  readonly transport?: Transport;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly log?: Log;
  /** How often a request is sent at most; 4 unless told. */
  readonly tries?: number;
  /** Marks the posts that are created; a new mark unless told. */
  readonly instance?: string;
}

const TIMEOUT_MS = 10_000;
const FILE_TIMEOUT_MS = 60_000;
/** What databases of before 5.0 hold, and so the least a server takes. */
const SMALLEST_MAX_POST_SIZE = 4000;

/** Far more than the longest thread or page of posts: what is longer would only fill the memory. */
const MOST_JSON_BYTES = 64 * 1024 * 1024;

const PAGE_SIZE = 200;
const MAX_PAGES = 50;

export function connectRest(options: RestOptions): MattermostApi {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const budget = createBudget(clock, random);
  const redact = createRedact([options.token]);
  const instance = options.instance ?? newInstance(clock.now(), random);
  const http = createHttp({
    url: options.url,
    token: options.token,
    transport: options.transport ?? createTransport(),
    clock,
    random,
    log: options.log,
    tries: options.tries ?? 4,
    budget,
    redact,
  });
  const { log } = options;
  const withinSlot = callsBy(http.sendOnce, { redact, instance, log }, (_claim, perform) =>
    perform(withinSlot),
  );
  return callsBy(http.send, { redact, instance, log }, (slotRequest, perform) =>
    budget.inSlot(slotRequest, () => perform(withinSlot)),
  );
}

function callsBy(
  send: SendHttp,
  { redact, instance, log }: { redact: Redact; instance: string; log: Log | undefined },
  inSlot: MattermostApi["inSlot"],
): MattermostApi {
  const call = async (request: Omit<HttpRequest, "timeoutMs">) => {
    try {
      return await send({ ...request, timeoutMs: TIMEOUT_MS, maxBytes: MOST_JSON_BYTES });
    } catch (error) {
      const isAnswer = error instanceof MattermostError && error.code === "too-large" && error.status !== 413;
      throw isAnswer ? badAnswer(request.what, error.status ?? 200, error) : error;
    }
  };
  const say: typeof call = (request) =>
    call(request).catch((error) => {
      throw asTooLong(error);
    });
  const get = async <T>(what: string, path: string, decode: (json: unknown) => T | undefined): Promise<T> =>
    readJson(await call({ what, method: "GET", path }), what, decode);

  return {
    instance,
    inSlot,

    me: () => get("read the bot's own account", "/users/me", decodeUser),

    user: (id) => get("look up a user", `/users/${id}`, decodeUser),

    async userByName(username) {
      const name = username.toLowerCase();
      // No account has another name (read in the server's source): it answers those as it does a wrong address, or takes
      // them for another path.
      if (!/^[a-z0-9._-]{1,64}$/.test(name) || [".", ".."].includes(name)) return undefined;
      // 400: what no account may be called, such as `all` and `channel` (read).
      return orIfRefused(
        get(`look up the user ${name}`, `/users/username/${name}`, decodeUser),
        ["not-found", "rejected"],
        undefined,
      );
    },

    async usersByNames(usernames) {
      // The server answers 400 to an empty list.
      if (usernames.length === 0) return [];
      const what = "look up users";
      const body = usernames.map((name) => name.toLowerCase());
      const answer = await call({ what, method: "POST", path: "/users/usernames", body });
      return readJson(answer, what, (json) => decodeList(json, decodeUser));
    },

    channel: (id) => get("read the channel", `/channels/${id}`, decodeChannel),

    async myChannels() {
      const teams = await get("list the bot's teams", "/users/me/teams", (json) => decodeList(json, teamId));
      const found = new Map<string, Channel>();
      for (const team of teams) {
        const path = `/users/me/teams/${team}/channels`;
        const channels = await get("list the bot's channels", path, (json) =>
          decodeList(json, decodeChannel),
        );
        for (const channel of channels) found.set(channel.id, channel);
      }
      return [...found.values()].filter((channel) => channel.type !== "D" && channel.type !== "G");
    },

    async isMember(channelId, userId) {
      const lookup = get("look up a channel's member", `/channels/${channelId}/members/${userId}`, (json) =>
        isObjectWith(json, { channel_id: channelId, user_id: userId }),
      );
      // 403: a private channel that the account itself isn't in.
      return orIfRefused(lookup, ["not-found", "forbidden"], false);
    },

    maxPostSize: () =>
      get("read the server's settings", "/config/client?format=old", (json) => {
        if (typeof json !== "object" || json === null) return undefined;
        const size = Number("MaxPostSize" in json ? json.MaxPostSize : undefined);
        return Number.isInteger(size) && size > 0 ? size : SMALLEST_MAX_POST_SIZE;
      }),

    async createPost(post) {
      const what = "create a post";
      const body = {
        channel_id: post.channelId,
        root_id: post.rootId,
        message: post.message,
        pending_post_id: post.pendingPostId,
        props: propsOf(post, instance),
        ...(post.fileIds?.length ? { file_ids: post.fileIds } : {}),
      };
      const answer = await say({ what, method: "POST", path: "/posts", body });
      return readJson(answer, what, decodePost);
    },

    async editPost(id, edit) {
      // What a patch doesn't name stays as it is; the props that it names are all that is left of them.
      const body = {
        message: edit.message,
        ...(edit.bar === undefined ? {} : { props: propsOf(edit, instance) }),
      };
      const what = "edit a post";
      readJson(await say({ what, method: "PUT", path: `/posts/${id}/patch`, body }), what, decodePost);
    },

    post: (id) => get("read a post", `/posts/${id}`, decodePost),

    thread: async (id) => (await get("read a thread", `/posts/${id}/thread`, decodePostList)).posts,

    async postsSince(channelId, sinceMs) {
      // Page by page from the newest: `since` gives 1000 at most, and counts every edit's revision among them (7.10). By
      // the post that a page begins before, as numbers of pages count anew when a post is deleted.
      const posts = new Map<PostId, Post>();
      const earlier = new Map<PostId, Post>();
      let isCut = false;
      let before = "";
      let page = 0;
      for (let pages = 1; pages <= MAX_PAGES; pages++) {
        const path = `/channels/${channelId}/posts?page=${page}&per_page=${PAGE_SIZE}${before}`;
        const found = await get("read the channel's posts", path, decodePostList);
        for (const post of [...found.alongside, ...found.posts]) {
          if (isReactedTo(post, sinceMs)) earlier.set(post.id, post);
        }
        for (const post of found.posts) posts.set(post.id, post);
        // What the server leaves out of a page, such as what may not be seen any more, makes it short but not the last.
        const isLast = found.length === 0 || (found.length < PAGE_SIZE && !found.hasOlder);
        if (isLast || found.oldestAt < sinceMs) break;
        // Where none of it may be seen there is no other way on than the next number.
        page = found.goOnBefore === undefined ? page + 1 : 0;
        before = found.goOnBefore === undefined ? before : `&before=${found.goOnBefore}`;
        if (pages === MAX_PAGES) {
          isCut = true;
          const since = new Date(sinceMs).toISOString();
          log?.warn(
            `More than ${posts.size} posts were missed since ${since}: the oldest of them are not read.`,
          );
        }
      }
      return {
        posts: inOrder([...posts.values()].filter((post) => post.createdAt >= sinceMs)),
        reactedTo: [...earlier.values()].filter((post) => post.createdAt < sinceMs),
        isCut,
      };
    },

    async addReaction({ userId, postId, emojiName }) {
      const body = { user_id: userId, post_id: postId, emoji_name: emojiName };
      const what = "add a reaction";
      readJson(await call({ what, method: "POST", path: "/reactions", body }), what, decodeReaction);
    },

    async removeReaction({ userId, postId, emojiName }) {
      const path = `/users/${userId}/posts/${postId}/reactions/${emojiName}`;
      const what = "remove a reaction";
      readJson(await call({ what, method: "DELETE", path }), what, (json) =>
        isObjectWith(json, { status: "OK" }),
      );
    },

    async reactions(postId) {
      // One that can't be used, such as of a name that no emoji of ours has, keeps no other from being read.
      const decode = (json: unknown) => decodeList(json, (entry) => ({ reaction: decodeReaction(entry) }));
      const found = await get("read a post's reactions", `/posts/${postId}/reactions`, decode);
      return found.flatMap(({ reaction }) => reaction ?? []);
    },

    async file(id, maxBytes) {
      const what = "download a file";
      const answer = await send({
        what,
        method: "GET",
        path: `/files/${id}`,
        timeoutMs: FILE_TIMEOUT_MS,
        queue: "files",
        maxBytes,
      });
      if (isPage(answer)) throw badAnswer(what, answer.status);
      return answer.bytes;
    },

    async uploadFile(channelId, name, bytes) {
      const what = "upload a file";
      const file = { field: "files", name, bytes: withoutSecrets(bytes, redact) };
      const body = new Form({ channel_id: channelId }, file);
      const answer = await send({
        what,
        method: "POST",
        path: "/files",
        body,
        timeoutMs: FILE_TIMEOUT_MS,
        queue: "files",
      });
      return readJson(answer, what, decodeUpload);
    },
  };
}

function propsOf({ bar, pendingPostId }: Pick<PostEdit, "bar" | "pendingPostId">, instance: string): object {
  return {
    [PENDING_POST_ID_PROP]: pendingPostId,
    [INSTANCE_PROP]: instance,
    ...(bar === undefined ? {} : { attachments: [{ color: bar.color, text: bar.text, fallback: bar.text }] }),
  };
}

/** By their dates, but that a thread's first post comes before its replies: it may be dated ahead of them. */
function inOrder(posts: readonly Post[]): Post[] {
  const byDate = [...posts].sort((one, other) => one.createdAt - other.createdAt);
  const roots = new Map(byDate.filter((post) => post.id === post.threadId).map((post) => [post.id, post]));
  const ordered = new Set(byDate.flatMap((post) => [roots.get(post.threadId) ?? post, post]));
  return [...ordered];
}

function isReactedTo({ reactions = [] }: Post, sinceMs: number): boolean {
  return reactions.some(({ createdAt = 0 }) => createdAt >= sinceMs);
}

/** Bytes that hold no secret stay as they are, whether they are text or not. */
function withoutSecrets(bytes: Uint8Array, redact: Redact): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const shown = redact(text);
  return shown === text ? bytes : new TextEncoder().encode(shown);
}

async function orIfRefused<T, U>(call: Promise<T>, codes: readonly string[], value: U): Promise<T | U> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof MattermostError && codes.includes(error.code)) return value;
    throw error;
  }
}

/** True or undefined, as `readJson` wants it. */
function isObjectWith(value: unknown, fields: Readonly<Record<string, string>>): true | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const held = value as Readonly<Record<string, unknown>>;
  return Object.entries(fields).every(([name, field]) => held[name] === field) || undefined;
}

/** What a portal shows in the place of a file: the server names every file it sends (read in its source). */
function isPage({ headers }: HttpAnswer): boolean {
  return (
    /^text\/html\b/i.test(headers.get("content-type") ?? "") && headers.get("content-disposition") === null
  );
}

function teamId(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("id" in value)) return undefined;
  return typeof value.id === "string" && /^[A-Za-z0-9_-]+$/.test(value.id) ? value.id : undefined;
}
