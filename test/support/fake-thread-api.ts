// One thread of a Mattermost server, as the writer sees it: posts by id, reactions, and faults on demand. Idempotent
// by `pendingPostId` for 30 s, as the real one is (7.10); a call that a test did not expect fails.

import { MattermostError, type MattermostErrorCode, refusal } from "../../src/mattermost/error.ts";
import type {
  Attachment,
  FileId,
  MattermostApi,
  NewPost,
  Post,
  PostId,
  UserId,
} from "../../src/mattermost/types.ts";

/**
 * A code: Mattermost's own refusal, or what else has that code. `"lost"`: done, but the answer never comes.
 * `"failed-late"`: done, and answered as a failure of Mattermost's.
 */
export type Fault = MattermostErrorCode | "lost" | "failed-late";

export interface FakeThreadApi {
  readonly api: MattermostApi;
  /** Every call in the order in which it came in: `create A`, `edit p1 B`, `react p1 +1`. */
  readonly calls: string[];
  /** Post id → text, in the order of creation; an attachment's text stands behind a `▌`. */
  readonly posts: Map<PostId, string>;
  /** The next calls whose name is `call` fail. */
  failNext(call: string, ...faults: Fault[]): void;
  /** Every call fails whose line matches; none any more when `fault` is undefined. */
  failAlways(matches: RegExp, fault: Fault | undefined): void;
  /** Asked about every call's line, after the others. */
  failBy(faultOf: (line: string) => Fault | undefined): void;
  /** From now on calls wait until `release`. */
  hold(): void;
  release(): void;
  delete(id: PostId): void;
  /** The account has been taken out of the channel: nothing of it can be read or written. */
  isAway: boolean;
  /** Longest post, in code points. */
  limit: number;
  /** The files that are in a post. */
  readonly attached: Set<string>;
}

interface StoredPost {
  readonly message: string;
  readonly attachment: Attachment | undefined;
  readonly pendingPostId: string;
  readonly fileIds: readonly FileId[];
}

const REMEMBERED_MS = 30_000;

/** `now`: in milliseconds; without it no time passes at the server. */
export function createFakeThreadApi(now: () => number = () => 0): FakeThreadApi {
  const stored = new Map<PostId, StoredPost>();
  const byPending = new Map<string, { readonly id: PostId; readonly at: number }>();
  const faults: { call: string; fault: Fault }[] = [];
  const always = new Map<string, { matches: RegExp; fault: Fault }>();
  let chance: (line: string) => Fault | undefined = () => undefined;
  let gate: { promise: Promise<void>; open: () => void } | undefined;
  let made = 0;
  let uploads = 0;

  const fake: FakeThreadApi = {
    calls: [],
    posts: new Map(),
    attached: new Set(),
    limit: Number.POSITIVE_INFINITY,
    isAway: false,
    failNext: (call, ...codes) => faults.push(...codes.map((fault) => ({ call, fault }))),
    failAlways(matches, fault) {
      if (fault) always.set(String(matches), { matches, fault });
      else always.delete(String(matches));
    },
    failBy(faultOf) {
      chance = faultOf;
    },
    hold() {
      let open = (): void => {};
      const promise = new Promise<void>((resolve) => {
        open = resolve;
      });
      gate = { promise, open };
    },
    release() {
      gate?.open();
      gate = undefined;
    },
    delete(id) {
      stored.delete(id);
      fake.posts.delete(id);
    },
    api: undefined as never,
  };

  const faultOf = (name: string, line: string): Fault | undefined => {
    const at = faults.findIndex(({ call }) => call === name);
    return at < 0
      ? ([...always.values()].find(({ matches }) => matches.test(line))?.fault ?? chance(line))
      : faults.splice(at, 1)[0]?.fault;
  };
  const call = async <T>(name: string, line: string, perform: () => T): Promise<T> => {
    fake.calls.push(line);
    await gate?.promise;
    const fault = fake.isAway ? "forbidden" : faultOf(name, line);
    if (fault && fault !== "lost" && fault !== "failed-late") {
      throw errorOf(fault);
    }
    const result = perform();
    if (fault) {
      throw errorOf(fault === "lost" ? "unreachable" : "server");
    }
    return result;
  };
  const check = (message: string): void => {
    if ([...message].length > fake.limit) {
      throw errorOf("too-long");
    }
  };
  const known = (id: PostId): StoredPost => {
    const post = stored.get(id);
    if (!post) {
      throw errorOf("forbidden");
    }
    return post;
  };
  const keep = (id: PostId, post: StoredPost): void => {
    stored.set(id, post);
    fake.posts.set(id, said(post.message, post.attachment));
  };
  const postOf = (id: PostId): Post => {
    const { message, attachment, pendingPostId, fileIds } = known(id);
    const files = fileIds.map((fileId) => ({ id: fileId })) as unknown as Post["files"];
    return {
      ...{ id, message, pendingPostId, files, userId: "bot" as UserId },
      ...(attachment && { attachment }),
    } as Post;
  };

  const said = (message: string, attachment: Attachment | undefined): string =>
    message + (attachment ? `▌${attachment.text}` : "");
  const filesOf = ({ fileIds = [] }: NewPost): string => fileIds.map((id) => ` +${id}`).join("");

  const parts: Partial<MattermostApi> = {
    inSlot: (_slotRequest, perform) => perform(api),
    createPost: (post: NewPost) =>
      call("create", `create ${said(post.message, post.attachment)}${filesOf(post)}`, () => {
        check(post.message);
        const earlier = byPending.get(post.pendingPostId);
        const isKnown = earlier !== undefined && now() - earlier.at <= REMEMBERED_MS;
        const id = isKnown ? earlier.id : (`p${++made}` as PostId);
        if (!isKnown) {
          byPending.set(post.pendingPostId, { id, at: now() });
          const { message, attachment, pendingPostId } = post;
          // As the server does it: a file that is in a post is left out of any other.
          const fileIds = post.fileIds?.filter((fileId) => !fake.attached.has(fileId)) ?? [];
          for (const fileId of fileIds) fake.attached.add(fileId);
          keep(id, { message, attachment, pendingPostId, fileIds });
        }
        return postOf(id);
      }),
    editPost: (id, { message, attachment }) =>
      call("edit", `edit ${id} ${said(message, attachment)}`, () => {
        const post = known(id);
        check(message);
        keep(id, { ...post, message, attachment: attachment ?? post.attachment });
      }),
    uploadFile: (_channelId, name, bytes) =>
      call("upload", `upload ${name} ${new TextDecoder().decode(bytes)}`, () => `f${++uploads}` as FileId),
    // The root is no post of ours.
    isMember: async () => !fake.isAway,
    post: (id) => call("post", `post ${id}`, () => (id === "root" ? ({ id } as Post) : postOf(id))),
    thread: () => call("thread", "thread", () => [...stored.keys()].map(postOf)),
    addReaction: ({ postId, emojiName }) =>
      call("react", `react ${postId} ${emojiName}`, () => void known(postId)),
    removeReaction: ({ postId, emojiName }) =>
      call("unreact", `unreact ${postId} ${emojiName}`, () => void known(postId)),
  };
  const api = new Proxy(parts, {
    get(target, name: keyof MattermostApi) {
      const method = target[name];
      if (!method) {
        throw new Error(`unexpected call: ${String(name)}`);
      }
      return method;
    },
  }) as MattermostApi;
  return Object.assign(fake, { api });
}

/** As the server refuses: what it says itself is JSON with its id. */
const REFUSALS: Partial<
  Record<MattermostErrorCode, readonly [status: number, serverId: string | undefined]>
> = {
  unauthorized: [401, "api.context.session_expired.app_error"],
  forbidden: [403, "api.context.permissions.app_error"],
  "not-found": [404, "app.post.get.app_error"],
  archived: [400, "api.post.create_post.can_not_post_to_deleted.error"],
  "too-long": [400, "model.post.is_valid.msg.app_error"],
  frozen: [400, "api.post.update_post.permissions_time_limit.app_error"],
  "too-large": [413, "api.file.upload_file.too_large_detailed.app_error"],
  rejected: [400, "plugin.message_will_be_posted"],
  server: [500, "app.post.save.app_error"],
  "rate-limited": [429, undefined],
  "bad-answer": [403, undefined],
};

function errorOf(code: MattermostErrorCode): MattermostError {
  const [status, serverId] = REFUSALS[code] ?? [];
  return status === undefined
    ? new MattermostError(code, `fault: ${code}`)
    : refusal("do it", status, { serverId });
}
