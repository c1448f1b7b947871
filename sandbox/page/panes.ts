// The channel and, beside it, the thread that is open: which posts stand in which, and who may write there.

import type { Change } from "./chat.ts";
import { createPane, type Pane, type PaneParts } from "./pane.ts";

/** Where on the page they stand. */
export interface PanePlaces {
  readonly channelPosts: HTMLElement;
  readonly channelComposer: HTMLElement;
  readonly threadPosts: HTMLElement;
  readonly threadComposer: HTMLElement;
}

const NOT_A_MEMBER = "You were removed from this channel: somebody in it can /invite you back";
const ARCHIVED = "This channel is archived";

export class Panes {
  readonly channel: Pane;
  readonly #parts: PaneParts;
  readonly #places: PanePlaces;
  #thread: Pane | undefined;
  #isMember = true;
  #isArchived = false;

  constructor(parts: PaneParts, places: PanePlaces) {
    this.#parts = parts;
    this.#places = places;
    this.channel = createPane(parts, "");
  }

  get thread(): Pane | undefined {
    return this.#thread;
  }

  /** The one with that thread, or the channel for an empty root, if it is open. */
  of(rootId: string): Pane | undefined {
    return this.#all().find((pane) => pane.rootId === rootId);
  }

  showChannel(): void {
    this.#places.channelPosts.replaceChildren(this.channel.posts.element);
    this.#places.channelComposer.replaceChildren(this.channel.composer.element);
  }

  /** Empty: none. False when it was open already, and only takes the keys. */
  openThread(rootId: string): boolean {
    if (rootId === (this.#thread?.rootId ?? "")) {
      this.#thread?.composer.focus();
      return false;
    }
    this.#thread?.posts.close();
    const thread = rootId === "" ? undefined : createPane(this.#parts, rootId);
    this.#thread = thread;
    this.#places.threadPosts.replaceChildren(...(thread ? [thread.posts.element] : []));
    this.#places.threadComposer.replaceChildren(...(thread ? [thread.composer.element] : []));
    this.#allowWriting();
    const { chat } = this.#parts;
    for (const post of [chat.post(rootId), ...chat.replies(rootId)]) if (post) thread?.posts.put(post);
    return true;
  }

  show({ type, post }: Change): void {
    const thread = this.#thread;
    const isOfThread = thread !== undefined && (post.id === thread.rootId || post.root_id === thread.rootId);
    const panes = [post.root_id === "" && this.channel, isOfThread && thread].filter((pane) => !!pane);
    for (const { posts } of panes) type === "removed" ? posts.remove(post.id) : posts.put(post);
  }

  /** Who is not in the channel can't write. */
  setMember(isMember: boolean): void {
    this.#isMember = isMember;
    this.#allowWriting();
  }

  /** Nobody can write to an archived channel. */
  setArchived(isArchived: boolean): void {
    this.#isArchived = isArchived;
    this.#allowWriting();
  }

  focusComposer(): void {
    (this.#thread ?? this.channel).composer.focus();
  }

  close(): void {
    for (const { posts } of this.#all()) posts.close();
  }

  #allowWriting(): void {
    const isAllowed = this.#isMember && !this.#isArchived;
    const why = this.#isMember ? ARCHIVED : NOT_A_MEMBER;
    for (const { composer } of this.#all()) composer.setEnabled(isAllowed, why);
  }

  #all(): Pane[] {
    return this.#thread ? [this.channel, this.#thread] : [this.channel];
  }
}
