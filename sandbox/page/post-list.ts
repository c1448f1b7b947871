// A scrolling column of posts in order of time. Draws at most once a frame, the newest first and the old ones in slices,
// and stays at the end only for those who are there.

import type { Chat } from "./chat.ts";
import { byTime } from "./chat.ts";
import { h, icon, keepFocus } from "./dom.ts";
import { dayOf } from "./people.ts";
import type { PostActions, PostView } from "./post-view.ts";
import { createPostView } from "./post-view.ts";
import type { Post } from "./types.ts";

const FIRST_SLICE = 10;
const SLICE_MS = 6;
const NEAR_END_PX = 80;
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
  const scroller = h("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": label }, list);
  const newer = h(
    "button",
    { type: "button", class: "newer", hidden: true, onclick: () => scrollToEnd() },
    icon("down"),
    "New messages",
  );
  const element = h("div", { class: "list" }, scroller, newer);
  const views = new Map<string, PostView>();
  const order: Post[] = [];
  const waiting = new Map<string, Post>();
  let frame = 0;
  let isAtEnd = true;
  let lastTop = 0;

  function scrollToEnd(): void {
    isAtEnd = true;
    newer.hidden = true;
    scroller.scrollTop = scroller.scrollHeight;
  }

  scroller.addEventListener(
    "scroll",
    () => {
      const isNear = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
      // Only people go up. That the end has moved away is what grew: posts have their true height once they are seen.
      if (isNear) isAtEnd = true;
      else if (scroller.scrollTop < lastTop) isAtEnd = false;
      if (isAtEnd) newer.hidden = true;
      lastTop = scroller.scrollTop;
    },
    { passive: true },
  );
  // Pictures, fonts and the window's size change heights too.
  const sizes = new ResizeObserver(() => {
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
  });
  sizes.observe(list);
  sizes.observe(scroller);

  function isCompact(at: number): boolean {
    const [before, post] = [order[at - 1], order[at]];
    if (before === undefined || post === undefined || post.type !== "" || before.type !== "") return false;
    return (
      before.user_id === post.user_id &&
      (where === "thread"
        ? before.root_id === post.root_id
        : before.reply_count === 0 && post.reply_count === 0) &&
      before.props?.["override_username"] === post.props?.["override_username"] &&
      post.create_at - before.create_at < SAME_SPEAKER_MS &&
      dayOf(before.create_at) === dayOf(post.create_at)
    );
  }

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
    const next = order[at + 1];
    list.insertBefore(view.element, next ? (views.get(next.id)?.element ?? null) : null);
    markDay(at);
    if (next) {
      views.get(next.id)?.element.classList.toggle("compact", isCompact(at + 1));
      markDay(at + 1);
    }
  }

  function markDay(at: number): void {
    const [before, post] = [order[at - 1], order[at]];
    if (post === undefined || where === "thread") return;
    const day = dayOf(post.create_at);
    const element = views.get(post.id)?.element;
    if (before !== undefined && dayOf(before.create_at) === day) delete element?.dataset["day"];
    else if (element) element.dataset["day"] = day;
  }

  function draw(): void {
    frame = 0;
    const started = performance.now();
    const wasAtEnd = isAtEnd;
    // Asked for only where it matters: with hundreds of posts each answer costs a layout.
    const heightBefore = wasAtEnd ? 0 : scroller.scrollHeight;
    const topBefore = wasAtEnd ? 0 : scroller.scrollTop;
    const oldest = order[0];
    let drawn = 0;
    let grewAbove = false;
    for (const post of [...waiting.values()].sort(byTime).reverse()) {
      if (drawn >= (views.size < FIRST_SLICE ? FIRST_SLICE : 1) && performance.now() - started > SLICE_MS)
        break;
      grewAbove ||= oldest !== undefined && byTime(post, oldest) < 0;
      const isNew = !views.has(post.id);
      place(post);
      waiting.delete(post.id);
      drawn += 1;
      if (isNew && !wasAtEnd && !grewAbove) newer.hidden = false;
    }
    if (wasAtEnd) scrollToEnd();
    else if (grewAbove && scroller.scrollTop === topBefore) {
      scroller.scrollTop = topBefore + scroller.scrollHeight - heightBefore;
    }
    if (waiting.size > 0) frame = requestAnimationFrame(draw);
  }

  element.addEventListener("keydown", (event) => {
    if (event.target !== scroller && !(event.target as HTMLElement).classList.contains("post")) return;
    const at = order.findIndex((post) => views.get(post.id)?.element === document.activeElement);
    const to = {
      ArrowUp: at < 0 ? order.length - 1 : at - 1,
      ArrowDown: at + 1,
      Home: 0,
      End: order.length - 1,
    }[event.key];
    const target = to === undefined ? undefined : order[to];
    if (target === undefined || (at < 0 && event.key === "ArrowDown")) return;
    event.preventDefault();
    views.get(target.id)?.element.focus();
  });

  return {
    element,
    put(post) {
      waiting.set(post.id, post);
      if (frame === 0) frame = requestAnimationFrame(draw);
    },
    remove(id) {
      waiting.delete(id);
      const at = order.findIndex((post) => post.id === id);
      if (at < 0) return;
      order.splice(at, 1);
      const next = order[at];
      const neighbour = views.get((next ?? order[at - 1])?.id ?? "")?.element ?? scroller;
      keepFocus(neighbour, () => views.get(id)?.element.remove());
      views.delete(id);
      if (next) {
        views.get(next.id)?.element.classList.toggle("compact", isCompact(at));
        markDay(at);
      }
    },
    scrollToEnd,
    close() {
      cancelAnimationFrame(frame);
      sizes.disconnect();
    },
  };
}
