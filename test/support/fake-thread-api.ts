// One thread of a Mattermost server, as the writer sees it: posts by id, reactions, and faults on demand. Idempotent
// by `pendingPostId`, as the real one is; a call that a test did not expect fails.

import { MattermostError, type MattermostErrorCode } from "../../src/mattermost/error.ts";
import type { Bar, FileId, MattermostApi, NewPost, Post, PostId } from "../../src/mattermost/types.ts";

export interface FakeThreadApi {
  readonly api: MattermostApi;
  /** Every call in the order in which it came in: `create A`, `edit p1 B`, `react p1 +1`. */
  readonly calls: string[];
  /** Post id → text, in the order of creation; a bar's text stands behind a `▌`. */
  readonly posts: Map<PostId, string>;
  /** The next calls whose name is `call` fail with `code`; `"lost"`: done, but the answer never comes. */
  failNext(call: string, ...codes: (MattermostErrorCode | "lost")[]): void;
  /** From now on calls wait until `release`. */
  hold(): void;
  release(): void;
  delete(id: PostId): void;
  /** Longest post, in code points. */
  limit: number;
}

export function createFakeThreadApi(): FakeThreadApi {
  const byPending = new Map<string, PostId>();
  const faults: { call: string; code: MattermostErrorCode | "lost" }[] = [];
  let gate: { promise: Promise<void>; open: () => void } | undefined;
  let made = 0;
  let uploads = 0;

  const fake: FakeThreadApi = {
    calls: [],
    posts: new Map(),
    limit: Number.POSITIVE_INFINITY,
    failNext: (call, ...codes) => faults.push(...codes.map((code) => ({ call, code }))),
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
    delete: (id) => void fake.posts.delete(id),
    api: undefined as never,
  };

  const call = async <T>(name: string, line: string, perform: () => T): Promise<T> => {
    fake.calls.push(line);
    await gate?.promise;
    const at = faults.findIndex((fault) => fault.call === name);
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0];
    if (fault && fault.code !== "lost") {
      throw new MattermostError(fault.code, `fault: ${fault.code}`);
    }
    const result = perform();
    if (fault) {
      throw new MattermostError("unreachable", "the answer was lost");
    }
    return result;
  };
  const check = (message: string): void => {
    if ([...message].length > fake.limit) {
      throw new MattermostError("too-long", "too long");
    }
  };
  const known = (id: PostId): void => {
    if (!fake.posts.has(id)) {
      throw new MattermostError("forbidden", "no such post");
    }
  };

  const said = (message: string, bar: Bar | undefined): string => message + (bar ? `▌${bar.text}` : "");
  const filesOf = ({ fileIds = [] }: NewPost): string => fileIds.map((id) => ` +${id}`).join("");

  const parts: Partial<MattermostApi> = {
    inTurn: (_claim, perform) => perform(api),
    createPost: (post: NewPost) =>
      call("create", `create ${said(post.message, post.bar)}${filesOf(post)}`, () => {
        check(post.message);
        const id = byPending.get(post.pendingPostId) ?? (`p${++made}` as PostId);
        if (!byPending.has(post.pendingPostId)) {
          byPending.set(post.pendingPostId, id);
          fake.posts.set(id, said(post.message, post.bar));
        }
        return { id } as Post;
      }),
    editPost: (id, { message, bar }) =>
      call("edit", `edit ${id} ${said(message, bar)}`, () => {
        known(id);
        check(message);
        fake.posts.set(id, said(message, bar));
      }),
    uploadFile: (_channelId, name, bytes) =>
      call("upload", `upload ${name} ${new TextDecoder().decode(bytes)}`, () => `f${++uploads}` as FileId),
    post: (id) =>
      call("post", `post ${id}`, () => {
        known(id);
        return { id } as Post;
      }),
    addReaction: ({ postId, emojiName }) =>
      call("react", `react ${postId} ${emojiName}`, () => known(postId)),
    removeReaction: ({ postId, emojiName }) =>
      call("unreact", `unreact ${postId} ${emojiName}`, () => known(postId)),
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
