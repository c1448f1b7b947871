// Lists of posts over REST: a thread, a channel's in pages or since a time, and what a search finds.
import { badBody, badUrl, refused } from "../api-error.ts";
import type { PostRecord, Posts } from "../posts.ts";
import { searchFor } from "../search.ts";
import { wirePostList } from "../wire.ts";
import {
  type App,
  type Ctx,
  endpointsOver,
  idParam,
  me,
  numberQuery,
  objectBody,
  ownChannelParam,
  pageQuery,
  postParam,
  type Services,
  stringOf,
} from "./context.ts";

const UNCOUNTED = { replyCount: 0 };
const MAX_FOUND = 100;

export function mountPostLists(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.get("/api/v4/posts/:post_id/thread", by(readThread));
  app.get("/api/v4/channels/:channel_id/posts", by(readChannel));
  app.post("/api/v4/teams/:team_id/posts/search", by(searchPosts));
}

function readThread(c: Ctx, { store }: Services): Response {
  const thread = store.posts.thread(postParam(c, store));
  const perPage = Math.min(numberQuery(c, "perPage", 0), 200);
  const fromPost = thread.findIndex((post) => post.id === c.req.query("fromPost"));
  const [root] = thread;
  // The root is part of every page and not counted.
  const replies = thread.slice(Math.max(1, fromPost + 1));
  const page = perPage > 0 ? replies.slice(0, perPage) : replies;
  return c.json(
    wirePostList(store, root ? [root, ...page] : page, { hasNext: page.length < replies.length }),
  );
}

function readChannel(c: Ctx, services: Services): Response {
  const { id } = ownChannelParam(c, services.store);
  const since = c.req.query("since");
  return since === undefined ? readPage(c, services, id) : readSince(c, services, id, since);
}

function readSince(c: Ctx, { store }: Services, channelId: string, since: string): Response {
  if (!/^\d+$/.test(since)) throw badUrl("since");
  const changed = store.posts.since(channelId, Number(since));
  const extra = rootsBeyond(store.posts, changed);
  return c.json(wirePostList(store, changed, { view: UNCOUNTED, extra }));
}

function readPage(c: Ctx, { store }: Services, channelId: string): Response {
  const { posts } = store;
  const all = posts.inChannel(channelId);
  const { from, perPage } = pageQuery(c);
  // By their dates: also before and after one that was deleted (read in the source of 10.11).
  const dateOf = (name: "before" | "after") => {
    const post = c.req.query(name);
    return post === undefined ? undefined : (posts.createdAt(post) ?? Number.NaN);
  };
  const range = rangeOf(all, { from, perPage, before: dateOf("before"), after: dateOf("after") });
  const page = all.slice(range.start, range.end).reverse();
  // Read in the source of 10.11: unless told otherwise the whole threads of its replies come along, uncounted.
  const isCounted = c.req.query("skipFetchThreads") === "true";
  return c.json(
    wirePostList(store, page, {
      view: isCounted ? {} : UNCOUNTED,
      extra: isCounted ? rootsBeyond(posts, page) : threadsBeyond(posts, page),
      nextPostId: all[range.end]?.id ?? "",
      prevPostId: all[range.start - 1]?.id ?? "",
    }),
  );
}

async function searchPosts(c: Ctx, { store }: Services): Promise<Response> {
  const { people, places, posts } = store;
  const teamId = idParam(c, "team_id");
  const asker = me(c);
  const { terms, is_or_search } = await objectBody(c, "search");
  if (!places.inTeam(teamId, asker.id)) throw refused();
  if (stringOf(terms).trim() === "") throw badBody("terms");
  // What the asking account can read, direct channels included.
  const channels = places.channelsOf(asker.id, teamId).filter(({ deleteAt }) => deleteAt === 0);
  const userId = (name: string) => people.byName(name.replace(/^@/, ""))?.id;
  const isFound = searchFor(stringOf(terms), is_or_search === true, {
    userId,
    channelId(name) {
      const direct = name.startsWith("@") ? [asker.id, userId(name)].sort().join("__") : name;
      return channels.find((channel) => channel.name === direct)?.id;
    },
  });
  const found = channels.flatMap(({ id }) =>
    posts.inChannel(id).filter((post) => post.type === "" && isFound?.(post)),
  );
  const newest = found.sort((a, b) => b.createAt - a.createAt).slice(0, MAX_FOUND);
  return c.json({ ...wirePostList(store, newest), matches: null });
}

/** What comes along with a list without a place in its order: the roots of its replies. */
function rootsBeyond(posts: Posts, list: readonly PostRecord[]): PostRecord[] {
  const roots = new Set(list.map((post) => posts.get(post.rootId)).filter((post) => post !== undefined));
  return [...roots].filter((root) => !list.includes(root));
}

/** Likewise: all of the threads that its replies are in. */
function threadsBeyond(posts: Posts, list: readonly PostRecord[]): PostRecord[] {
  const threads = new Set(list.filter((post) => post.rootId !== "").flatMap((post) => posts.thread(post)));
  return [...threads].filter((post) => !list.includes(post));
}

/** Where a page lies in a list that is oldest first: [start, end). */
function rangeOf(
  all: readonly PostRecord[],
  query: {
    readonly from: number;
    readonly perPage: number;
    readonly before: number | undefined;
    readonly after: number | undefined;
  },
): { readonly start: number; readonly end: number } {
  const { from, perPage, before, after } = query;
  const clamp = (index: number) => Math.min(Math.max(index, 0), all.length);
  if (after !== undefined) {
    const index = all.findIndex((post) => post.createAt > after);
    const start = index < 0 ? all.length : index + from;
    return { start: clamp(start), end: clamp(start + perPage) };
  }
  const end = (before === undefined ? all : all.filter((post) => post.createAt < before)).length - from;
  return { start: clamp(end - perPage), end: clamp(end) };
}
