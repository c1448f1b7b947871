// A column of posts in order of time. Draws at most once a frame, the newest first and the old ones in slices.

import { byTime, type Chat } from "./chat.ts";
import { h, keepFocus } from "./dom.ts";
import { dayOf } from "./people.ts";
import { createPostView, type PostActions, type PostView } from "./post-view.ts";
import { type Change, createScroller } from "./scroller.ts";
import type { Post } from "./types.ts";

const FIRST_SLICE = 10;
const SLICE_MS = 6;
const SAME_SPEAKER_MS = 5 * 60_000;

export interface PostList {
  readonly element: HTMLElement;
  /** Draws it when there is time. */
  put(post: Post): void;
  remove(id: string): void;
  scrollToEnd(): void;
  /** Ends drawing. */
  close(): void;
}

export function createPostList(
  chat: Chat,
  actions: PostActions,
  where: "channel" | "thread",
  label: string,
): PostList {
  const list = h("div", { class: "posts" });
  const scroller = createScroller(list, label);
  const views = new Map<string, PostView>();
  const order: Post[] = [];
  const waiting = new Map<string, Post>();
  let frame = 0;

  const elementAt = (at: number): HTMLElement | undefined => views.get(order[at]?.id ?? "")?.element;
  const isCompact = (at: number): boolean => goesOn(order[at - 1], order[at], where);

  function place(post: Post): void {
    const known = order.findIndex((one) => one.id === post.id);
    if (known >= 0) {
      order[known] = post;
      views.get(post.id)?.update(post, isCompact(known));
      return;
    }
    let at = order.length;
    while (at > 0 && byTime(order[at - 1] as Post, post) > 0) at -= 1;
    order.splice(at, 0, post);
    const view = createPostView(chat, actions, where);
    views.set(post.id, view);
    view.update(post, isCompact(at));
    list.insertBefore(view.element, elementAt(at + 1) ?? null);
    markDay(at);
    showAfter(at);
  }

  /** What comes after a post depends on it. */
  function showAfter(at: number): void {
    elementAt(at + 1)?.classList.toggle("compact", isCompact(at + 1));
    markDay(at + 1);
  }

  function markDay(at: number): void {
    const [before, post, element] = [order[at - 1], order[at], elementAt(at)];
    if (!post || !element || where === "thread") return;
    const day = dayOf(post.create_at);
    if (before && dayOf(before.create_at) === day) delete element.dataset["day"];
    else element.dataset["day"] = day;
  }

  function draw(): Change {
    const started = performance.now();
    const oldest = order[0];
    let [drawn, grewAbove, hasNews] = [0, false, false];
    for (const post of [...waiting.values()].sort(byTime).reverse()) {
      const isEnough = drawn >= (views.size < FIRST_SLICE ? FIRST_SLICE : 1);
      if (isEnough && performance.now() - started > SLICE_MS) break;
      grewAbove ||= oldest !== undefined && byTime(post, oldest) < 0;
      hasNews ||= !views.has(post.id) && !grewAbove;
      place(post);
      waiting.delete(post.id);
      drawn += 1;
    }
    return { grewAbove, hasNews };
  }

  function drawSoon(): void {
    if (frame !== 0 || waiting.size === 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      scroller.change(draw);
      drawSoon();
    });
  }

  scroller.pane.addEventListener("keydown", (event) => {
    const { activeElement } = document;
    const at = order.findIndex((_, index) => elementAt(index) === activeElement);
    if (at < 0 && activeElement !== scroller.pane) return;
    const last = order.length - 1;
    const up = at < 0 ? last : at - 1;
    const down = at < 0 ? -1 : at + 1;
    const to = { ArrowUp: up, ArrowDown: down, Home: 0, End: last }[event.key];
    const target = to === undefined ? undefined : elementAt(to);
    if (target === undefined) return;
    event.preventDefault();
    target.focus();
  });

  return {
    element: scroller.element,
    put(post) {
      waiting.set(post.id, post);
      drawSoon();
    },
    remove(id) {
      waiting.delete(id);
      const at = order.findIndex((post) => post.id === id);
      if (at < 0) return;
      const neighbour = elementAt(at + 1) ?? elementAt(at - 1) ?? scroller.pane;
      keepFocus(neighbour, () => elementAt(at)?.remove());
      order.splice(at, 1);
      views.delete(id);
      showAfter(at - 1);
    },
    scrollToEnd: scroller.scrollToEnd,
    close() {
      cancelAnimationFrame(frame);
      scroller.close();
    },
  };
}

/** The same person at about the same time: name and picture are not repeated. */
function goesOn(before: Post | undefined, post: Post | undefined, where: "channel" | "thread"): boolean {
  if (!before || !post || post.type !== "" || before.type !== "") return false;
  const isUnbroken =
    where === "thread" ? before.root_id === post.root_id : before.reply_count === 0 && post.reply_count === 0;
  return (
    isUnbroken &&
    before.user_id === post.user_id &&
    before.props?.["override_username"] === post.props?.["override_username"] &&
    post.create_at - before.create_at < SAME_SPEAKER_MS &&
    dayOf(before.create_at) === dayOf(post.create_at)
  );
}
