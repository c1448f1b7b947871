// A column of posts in order of time. Draws at most once a frame, the newest first and the old ones in slices.

import { byTime, type Chat } from "./chat.ts";
import { h, keepFocus } from "./dom.ts";
import { dayOf } from "./people.ts";
import { type PostActions, PostView } from "./post-view.ts";
import { type Change, createScroller, type Scroller } from "./scroller.ts";
import type { Post } from "./types.ts";

const FIRST_SLICE = 10;
const SLICE_MS = 6;
const SAME_SPEAKER_MS = 5 * 60_000;

export interface PostListOptions {
  readonly chat: Chat;
  readonly actions: PostActions;
  readonly where: "channel" | "thread";
  readonly label: string;
}

export class PostList {
  readonly #options: PostListOptions;
  readonly #list: HTMLElement;
  readonly #scroller: Scroller;
  readonly #views = new Map<string, PostView>();
  readonly #order: Post[] = [];
  readonly #waiting = new Map<string, Post>();
  #frame = 0;

  private constructor(options: PostListOptions, list: HTMLElement, scroller: Scroller) {
    this.#options = options;
    this.#list = list;
    this.#scroller = scroller;
  }

  static open(options: PostListOptions): PostList {
    const list = h("div", { class: "posts" });
    const posts = new PostList(options, list, createScroller(list, options.label));
    posts.#scroller.pane.addEventListener("keydown", (event) => posts.#takeKey(event));
    return posts;
  }

  get element(): HTMLElement {
    return this.#scroller.element;
  }

  /** Draws it when there is time. */
  put(post: Post): void {
    this.#waiting.set(post.id, post);
    this.#drawSoon();
  }

  remove(id: string): void {
    this.#waiting.delete(id);
    const at = this.#order.findIndex((post) => post.id === id);
    if (at < 0) return;
    const neighbour = this.#elementAt(at + 1) ?? this.#elementAt(at - 1) ?? this.#scroller.pane;
    keepFocus(neighbour, () => this.#elementAt(at)?.remove());
    this.#order.splice(at, 1);
    this.#views.delete(id);
    this.#showAfter(at - 1);
  }

  scrollToEnd(): void {
    this.#scroller.scrollToEnd();
  }

  /** Ends drawing. */
  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#scroller.close();
  }

  #drawSoon(): void {
    if (this.#frame !== 0 || this.#waiting.size === 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#scroller.change(() => this.#draw());
      this.#drawSoon();
    });
  }

  #draw(): Change {
    const started = performance.now();
    const oldest = this.#order[0];
    let [drawn, grewAbove, hasNews] = [0, false, false];
    for (const post of [...this.#waiting.values()].sort(byTime).reverse()) {
      const isEnough = drawn >= (this.#views.size < FIRST_SLICE ? FIRST_SLICE : 1);
      if (isEnough && performance.now() - started > SLICE_MS) break;
      grewAbove ||= oldest !== undefined && byTime(post, oldest) < 0;
      hasNews ||= !this.#views.has(post.id) && !grewAbove;
      this.#place(post);
      this.#waiting.delete(post.id);
      drawn += 1;
    }
    return { grewAbove, hasNews };
  }

  #place(post: Post): void {
    const known = this.#order.findIndex((one) => one.id === post.id);
    if (known >= 0) {
      this.#order[known] = post;
      this.#views.get(post.id)?.update(post, this.#isCompact(known));
      return;
    }
    const { chat, actions, where } = this.#options;
    let at = this.#order.length;
    while (at > 0 && byTime(this.#order[at - 1] as Post, post) > 0) at -= 1;
    this.#order.splice(at, 0, post);
    const view = PostView.create({ chat, actions, where });
    this.#views.set(post.id, view);
    view.update(post, this.#isCompact(at));
    this.#list.insertBefore(view.element, this.#elementAt(at + 1) ?? null);
    this.#markDay(at);
    this.#showAfter(at);
  }

  /** What comes after a post depends on it. */
  #showAfter(at: number): void {
    this.#elementAt(at + 1)?.classList.toggle("compact", this.#isCompact(at + 1));
    this.#markDay(at + 1);
  }

  #markDay(at: number): void {
    const [before, post, element] = [this.#order[at - 1], this.#order[at], this.#elementAt(at)];
    if (!post || !element || this.#options.where === "thread") return;
    const day = dayOf(post.create_at);
    if (before && dayOf(before.create_at) === day) delete element.dataset["day"];
    else element.dataset["day"] = day;
  }

  #takeKey(event: KeyboardEvent): void {
    const { pane } = this.#scroller;
    const { activeElement } = document;
    const at = this.#order.findIndex((_, index) => this.#elementAt(index) === activeElement);
    if (at < 0 && activeElement !== pane) return;
    const last = this.#order.length - 1;
    const up = at < 0 ? last : at - 1;
    const down = at < 0 ? -1 : at + 1;
    const to = { ArrowUp: up, ArrowDown: down, Home: 0, End: last }[event.key];
    const target = to === undefined ? undefined : this.#elementAt(to);
    if (target === undefined) return;
    event.preventDefault();
    target.focus();
  }

  #elementAt(at: number): HTMLElement | undefined {
    return this.#views.get(this.#order[at]?.id ?? "")?.element;
  }

  #isCompact(at: number): boolean {
    return goesOn(this.#order[at - 1], this.#order[at], this.#options.where);
  }
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
