// Posts and reactions over REST: writing, reading one, a thread, or a channel's in pages.
import { badBody, badUrl, noSuchPost, refused } from "../api-error.ts";
import type { PostChanges, PostRecord } from "../posts.ts";
import { wirePost, wirePostList, wireReaction } from "../wire.ts";
import {
  type App,
  type Ctx,
  idParam,
  isObject,
  me,
  numberQuery,
  OK,
  objectBody,
  ownChannelParam,
  pageQuery,
  type Services,
  stringOf,
  stringsOf,
} from "./context.ts";

const UNCOUNTED = { replyCount: 0 };
const MAX_FOUND = 100;

export function mountPosts(app: App, { store, posting, reacting }: Services): void {
  const { places, posts } = store;

  function readablePost(c: Ctx): PostRecord {
    const id = idParam(c, "post_id");
    const user = me(c);
    const post = posts.get(id);
    if (!post) throw noSuchPost(id);
    const channel = places.channel(post.channelId);
    const isOpen = channel?.type === "O" && places.inTeam(channel.teamId, user.id);
    if (!isOpen && !places.isMember(post.channelId, user.id)) throw refused();
    return post;
  }

  app.post("/api/v4/posts", async (c) => {
    const body = await objectBody(c, "post");
    const { post, view } = posting.create(me(c), {
      channelId: stringOf(body["channel_id"]),
      rootId: stringOf(body["root_id"]),
      message: stringOf(body["message"]),
      pendingPostId: stringOf(body["pending_post_id"]),
      fileIds: stringsOf(body["file_ids"]),
      props: isObject(body["props"]) ? body["props"] : {},
      setOnline: c.req.query("set_online") !== "false",
    });
    return c.json(wirePost(store, post, view), 201);
  });

  app.get("/api/v4/posts/:post_id", (c) => c.json(wirePost(store, readablePost(c))));

  app.put("/api/v4/posts/:post_id/patch", async (c) => {
    const body = await objectBody(c, "post");
    return c.json(wirePost(store, posting.edit(me(c), idParam(c, "post_id"), changesOf(body))));
  });

  app.put("/api/v4/posts/:post_id", async (c) => {
    const body = await objectBody(c, "post");
    const id = idParam(c, "post_id");
    if (body["id"] !== id) throw badBody("id");
    return c.json(wirePost(store, posting.edit(me(c), id, { message: "", ...changesOf(body) })));
  });

  app.delete("/api/v4/posts/:post_id", (c) => {
    posting.remove(me(c), idParam(c, "post_id"));
    return c.json(OK);
  });

  app.get("/api/v4/posts/:post_id/thread", (c) => {
    const thread = posts.thread(readablePost(c));
    const perPage = Math.min(numberQuery(c, "perPage", 0), 200);
    const fromPost = thread.findIndex((post) => post.id === c.req.query("fromPost"));
    const [root] = thread;
    // The root is part of every page and not counted.
    const replies = thread.slice(Math.max(1, fromPost + 1));
    const page = perPage > 0 ? replies.slice(0, perPage) : replies;
    return c.json(
      wirePostList(store, root ? [root, ...page] : page, { hasNext: page.length < replies.length }),
    );
  });

  /** What comes along with a list without a place in its order: the roots of its replies. */
  function rootsBeyond(list: readonly PostRecord[]): PostRecord[] {
    const roots = new Set(list.map((post) => posts.get(post.rootId)).filter((post) => post !== undefined));
    return [...roots].filter((root) => !list.includes(root));
  }

  function threadsBeyond(list: readonly PostRecord[]): PostRecord[] {
    const threads = new Set(list.filter((post) => post.rootId !== "").flatMap((post) => posts.thread(post)));
    return [...threads].filter((post) => !list.includes(post));
  }

  app.get("/api/v4/channels/:channel_id/posts", (c) => {
    const { id } = ownChannelParam(c, store);
    const since = c.req.query("since");
    if (since !== undefined) {
      if (!/^\d+$/.test(since)) throw badUrl("since");
      const changed = posts.since(id, Number(since));
      return c.json(wirePostList(store, changed, { view: UNCOUNTED, extra: rootsBeyond(changed) }));
    }
    const all = posts.inChannel(id);
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
    const roots = rootsBeyond(page);
    return c.json(
      wirePostList(store, page, {
        view: isCounted ? {} : UNCOUNTED,
        extra: isCounted ? roots : threadsBeyond(page),
        nextPostId: all[range.end]?.id ?? "",
        prevPostId: all[range.start - 1]?.id ?? "",
      }),
    );
  });

  app.post("/api/v4/teams/:team_id/posts/search", async (c) => {
    const teamId = idParam(c, "team_id");
    const { terms, is_or_search } = await objectBody(c, "search");
    if (!places.inTeam(teamId, me(c).id)) throw refused();
    const words = stringOf(terms)
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    if (words.length === 0) throw badBody("terms");
    const isFound = ({ message, type }: PostRecord) => {
      const holds = (word: string) => message.toLowerCase().includes(word);
      return type === "" && (is_or_search === true ? words.some(holds) : words.every(holds));
    };
    // What the asking account can read, direct channels included.
    const found = places
      .channelsOf(me(c).id, teamId)
      .flatMap(({ id }) => posts.inChannel(id).filter(isFound));
    const newest = found.sort((a, b) => b.createAt - a.createAt).slice(0, MAX_FOUND);
    return c.json({ ...wirePostList(store, newest), matches: null });
  });

  app.post("/api/v4/reactions", async (c) => {
    const body = await objectBody(c, "reaction");
    const user = me(c);
    if (body["user_id"] !== user.id) throw refused();
    return c.json(reacting.add(user, stringOf(body["post_id"]), stringOf(body["emoji_name"])));
  });

  app.get("/api/v4/posts/:post_id/reactions", (c) => {
    const post = readablePost(c);
    return c.json(post.reactions.map((reaction) => wireReaction(post, reaction)));
  });

  app.delete("/api/v4/users/:user_id/posts/:post_id/reactions/:emoji_name", (c) => {
    const user = me(c);
    if (c.req.param("user_id") !== "me" && idParam(c, "user_id") !== user.id) throw refused();
    reacting.remove(user, idParam(c, "post_id"), c.req.param("emoji_name"));
    return c.json(OK);
  });
}

function changesOf(body: Readonly<Record<string, unknown>>): PostChanges {
  const { message, props, file_ids } = body;
  return {
    ...(typeof message === "string" && { message }),
    ...(isObject(props) && { props }),
    ...(Array.isArray(file_ids) && { fileIds: stringsOf(file_ids) }),
  };
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
