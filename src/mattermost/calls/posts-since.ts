// A channel's posts since some moment, read page by page from the newest. Does not use the server's own `since`, which
// gives 1000 posts at most and counts the revisions of edited posts among them (7.10).

import type { Log } from "../../util/log.ts";
import { decodePostList, type PostList } from "../decode.ts";
import type { ChannelId, MattermostApi, Post, PostId, PostsSince } from "../types.ts";
import type { JsonRequests } from "./json-requests.ts";

const PAGE_SIZE = 200;
const MAX_PAGES = 50;

const REQUEST = { what: "read the channel's posts", method: "GET" } as const;

/** The number of a page, counted back from the newest post, or from the newest one before `before`. */
interface PagePosition {
  readonly page: number;
  readonly before: PostId | undefined;
}

export async function postsSince(
  json: JsonRequests,
  [channelId, sinceMs, isUrgent = true]: Parameters<MattermostApi["postsSince"]>,
  log: Log | undefined,
): Promise<PostsSince> {
  const posts = new Map<PostId, Post>();
  const reactedTo = new Map<PostId, Post>();
  let position: PagePosition | undefined = { page: 0, before: undefined };
  for (let pages = 0; position && pages < MAX_PAGES; pages++) {
    const path = pathOf(channelId, position);
    // Many channels may be read at once, each in a queue of its own: no look-up of what was read of one waits for the rest.
    const request = { ...REQUEST, path, queue: `posts of ${channelId}`, isUrgent };
    const list: PostList = await json.send(request, decodePostList);
    for (const post of [...list.alongside, ...list.posts].filter((one) => isReactedTo(one, sinceMs))) {
      reactedTo.set(post.id, post);
    }
    for (const post of list.posts) {
      posts.set(post.id, post);
    }
    position = isLast(list, sinceMs) ? undefined : positionAfter(list, position);
  }
  const isCut = position !== undefined;
  if (isCut) {
    const since = new Date(sinceMs).toISOString();
    log?.warn(`More than ${posts.size} posts were missed since ${since}: the oldest of them are not read.`);
  }
  return {
    posts: inOrder([...posts.values()].filter((post) => post.createdAt >= sinceMs)),
    reactedTo: [...reactedTo.values()].filter((post) => post.createdAt < sinceMs),
    isCut,
  };
}

function pathOf(channelId: ChannelId, { page, before }: PagePosition): string {
  const path = `/channels/${channelId}/posts?page=${page}&per_page=${PAGE_SIZE}`;
  return before === undefined ? path : `${path}&before=${before}`;
}

function isLast(list: PostList, sinceMs: number): boolean {
  // A page may be short without being the last: the server leaves out posts that may not be seen any more.
  const isEnd = list.length === 0 || (list.length < PAGE_SIZE && !list.hasOlder);
  return isEnd || list.oldestAt < sinceMs;
}

/** By a post where there is one, as the numbers of pages change when a post is deleted. */
function positionAfter({ goOnBefore }: PostList, { page, before }: PagePosition): PagePosition {
  // A page without a post that may be seen leaves only the next number.
  return goOnBefore === undefined ? { page: page + 1, before } : { page: 0, before: goOnBefore };
}

/** By date, but the first post of a thread comes before its replies: its date may be later than theirs. */
function inOrder(posts: readonly Post[]): Post[] {
  const byDate = [...posts].sort((one, other) => one.createdAt - other.createdAt);
  const roots = new Map(byDate.filter((post) => post.id === post.threadId).map((post) => [post.id, post]));
  const ordered = new Set(byDate.flatMap((post) => [roots.get(post.threadId) ?? post, post]));
  return [...ordered];
}

function isReactedTo({ reactions = [] }: Post, sinceMs: number): boolean {
  return reactions.some(({ createdAt = 0 }) => createdAt >= sinceMs);
}
