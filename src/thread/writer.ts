// The one writer of a Mattermost thread: writes go out one at a time, in the order they were asked for, and are
// tried until the server takes them. A post that changes again before it was written is written once, with its
// newest text. Knows nothing of what the posts say.

import { randomUUID } from "node:crypto";
import { pauseAfter } from "../mattermost/budget.ts";
import { isPassing, MattermostError } from "../mattermost/error.ts";
import type { MattermostApi, PostId } from "../mattermost/types.ts";
import { codePoints } from "../render/markdown.ts";
import { pieces } from "../render/split.ts";
import { createIn, editTo, isEmptyContent, isSameContent, isWritten } from "./posting.ts";
import { isDeleted, postsByPendingId } from "./reading.ts";
import {
  type Content,
  type Entry,
  newEntry,
  type PostFile,
  type PostKey,
  type PutOptions,
  type ReactionTarget,
  type ThreadWriterOptions,
  type Write,
  type WriterSnapshot,
} from "./writes.ts";

/** The server knows a `pending_post_id` again for about 30 s (7.10); later a create is not repeated unseen. */
const REMEMBERED_MS = 20_000;
/** What passes as quickly is nobody's worry. */
const QUIET_TRIES = 3;
const RETRY = { baseMs: 500, maxMs: 30_000, random: Math.random };

/** No server's limit is smaller, in code points. */
const MIN_POST = 1000;
const FITS_ANYWHERE = 4000;

export class ThreadWriter {
  readonly #options: ThreadWriterOptions;
  readonly #entries = new Map<PostKey, Entry>();
  readonly #writes: Write[] = [];
  /** The write under way. */
  #current: Write | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** Lower once the server has refused a post as too long, in code points. */
  #limit = Infinity;
  #wake: (() => void) | undefined;

  /** `saved`: what another writer of this thread had left to do, from `toJSON`. */
  constructor(options: ThreadWriterOptions, saved?: WriterSnapshot) {
    this.#options = options;
    if (saved) {
      this.#restore(saved);
    }
  }

  /** What this writer knows and has left to do. Writing something twice is harmless: edits and reactions repeat themselves. */
  toJSON(): WriterSnapshot {
    const writes = this.#current ? [this.#current, ...this.#writes] : [...this.#writes];
    return { entries: [...this.#entries], writes };
  }

  #restore({ entries, writes }: WriterSnapshot): void {
    for (const [key, entry] of entries) {
      this.#entries.set(key, { ...entry, isQueued: false });
    }
    const hasLostAnswers = entries.some(([, entry]) => entry.id === undefined);
    if (hasLostAnswers) {
      this.#enqueue({ kind: "adopt" });
    }
    for (const write of writes) {
      if (write.kind === "put") {
        const entry = this.#entries.get(write.key);
        if (entry) {
          this.#queuePut(write.key, entry);
        }
      } else if (write.kind !== "adopt") {
        this.#enqueue(write);
      }
    }
    for (const [key, entry] of this.#entries) {
      if (!isWritten(entry)) {
        this.#queuePut(key, entry);
      }
    }
  }

  /**
   * Makes the post `key` say `markdown`, above `bar`: creates it as a reply, with `file`, or edits it. A final post needs
   * no memory once it is written.
   */
  put(key: PostKey, markdown: string, options: PutOptions = {}): void {
    const { bar, file, isFinal = false, isProgress = false } = options;
    const entry = this.#entries.get(key) ?? this.#newEntry(key, file);
    entry.wanted = { markdown, bar };
    entry.isFinal ||= isFinal;
    entry.isProgress = isProgress;
    this.#queuePut(key, entry);
  }

  react(target: ReactionTarget, emojiName: string): void {
    this.#enqueue({ kind: "react", target, emojiName });
  }

  unreact(target: ReactionTarget, emojiName: string): void {
    this.#enqueue({ kind: "unreact", target, emojiName });
  }

  /** The next `put` of `key` creates a new post. */
  repost(key: PostKey): void {
    const entry = this.#entries.get(key);
    if (entry) {
      entry.id = undefined;
      entry.written = undefined;
      // Files go with the post they were in.
      entry.fileId = undefined;
      entry.pendingPostId = this.#newPendingPostId();
      this.#queuePut(key, entry);
    }
  }

  /** Posts that will never change again need no memory. Writes that wait, or are under way, are still done. */
  forget(keys: readonly PostKey[]): void {
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (!entry || isWritten(entry)) {
        this.#entries.delete(key);
      } else {
        entry.isFinal = true;
      }
    }
  }

  /** What waits of these posts is urgent now. */
  hurry(keys: readonly PostKey[]): void {
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry) {
        entry.isProgress = false;
      }
    }
  }

  /** Resolves when everything asked for so far is written or given up. */
  async idle(): Promise<void> {
    while (this.#running) {
      await this.#running;
    }
  }

  /** Gives up what is not written yet. */
  close(): void {
    this.#isClosed = true;
    this.#writes.length = 0;
    this.#wake?.();
  }

  #newEntry(key: PostKey, file: PostFile | undefined): Entry {
    const entry = newEntry(this.#newPendingPostId(), file);
    this.#entries.set(key, entry);
    return entry;
  }

  #newPendingPostId(): string {
    return `${this.#options.botId}:${randomUUID()}`;
  }

  #queuePut(key: PostKey, entry: Entry): void {
    if (!entry.isQueued) {
      entry.isQueued = true;
      this.#enqueue({ kind: "put", key });
    }
  }

  #enqueue(write: Write): void {
    if (this.#isClosed) {
      return;
    }
    this.#writes.push(write);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Not in the same breath: what is asked for is saved before it is done.
    await Promise.resolve();
    for (let write = this.#writes.shift(); write; write = this.#writes.shift()) {
      this.#current = write;
      await this.#untilTaken(write);
      this.#current = undefined;
    }
    // In the same breath as the last look at the queue: a write that comes later starts a run of its own.
    this.#running = undefined;
  }

  async #untilTaken(write: Write): Promise<void> {
    const { api, clock, threadId } = this.#options;
    const claim = { lane: threadId, isUrgent: () => this.#isUrgent };
    let since: number | undefined;
    for (let attempt = 0; !this.#isClosed; attempt++) {
      try {
        // What a post is to say is looked at when it may be written, and not before.
        return await api.inTurn(claim, async (turn) => {
          since ??= clock.now();
          if (clock.now() - since > REMEMBERED_MS) {
            await this.#adopt(turn);
          }
          if (!this.#isClosed) {
            await this.#perform(write, turn);
          }
        });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!isPassing(error)) {
          this.#options.log.error(`Could not write to thread ${threadId}: ${why}`);
          return;
        }
        const line = `Writing to thread ${threadId} is delayed: ${why}`;
        attempt < QUIET_TRIES ? this.#options.log.debug(line) : this.#options.log.warn(line);
        await this.#pause(pauseAfter(error, attempt, RETRY));
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, ms);
      this.#wake = () => {
        this.#options.clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Whether something waits that goes before the progress of other threads. */
  get #isUrgent(): boolean {
    const writes = this.#current ? [this.#current, ...this.#writes] : this.#writes;
    return writes.some(
      (write) =>
        write.kind === "adopt" || (write.kind === "put" && !this.#entries.get(write.key)?.isProgress),
    );
  }

  async #perform(write: Write, api: MattermostApi): Promise<void> {
    if (write.kind === "adopt") {
      return this.#adopt(api);
    }
    if (write.kind !== "put") {
      return this.#react(write, api);
    }
    const entry = this.#entries.get(write.key);
    if (!entry) {
      return;
    }
    entry.isQueued = false;
    const { id } = entry;
    // An attempt at a create whose answer is lost may have succeeded: the next one must say the same.
    entry.creating ??= id === undefined ? entry.wanted : undefined;
    const content = entry.creating ?? entry.wanted;
    if (isSameContent(entry.written, content) || isEmptyContent(content)) {
      return;
    }
    const [markdown = "", ...rest] = pieces(content.markdown, this.#limit);
    const head = { markdown, bar: content.bar };
    try {
      if (id !== undefined) {
        await editTo(api, id, entry, head);
      } else {
        rest.push(...(await this.#create(write.key, entry, head, api)));
      }
    } catch (error) {
      return this.#recover(write, entry, id, markdown, error, api);
    }
    if (id !== undefined && entry.id !== id) {
      // Posted anew while the edit was under way.
      return;
    }
    entry.written = content;
    this.#putNext(write.key, rest);
    if (!isWritten(entry)) {
      this.#queuePut(write.key, entry);
    } else if (entry.isFinal) {
      this.#entries.delete(write.key);
    }
  }

  /** Posts of ours that exist although no answer told us so get their entries back. */
  async #adopt(api: MattermostApi): Promise<void> {
    const { threadId, botId, onPosted } = this.#options;
    const lost = [...this.#entries].filter(([, entry]) => entry.id === undefined);
    if (lost.length === 0) {
      return;
    }
    const mine = await postsByPendingId(api, threadId, botId);
    for (const [key, entry] of lost) {
      const post = mine.get(entry.pendingPostId);
      if (post) {
        entry.id = post.id;
        entry.written = { markdown: post.message };
        entry.creating = undefined;
        onPosted(key, post.id);
      }
    }
  }

  /** Gives what is left to say in posts of its own. */
  async #create(key: PostKey, entry: Entry, content: Content, api: MattermostApi): Promise<string[]> {
    const { post, unattached } = await createIn(api, this.#options, entry, content);
    entry.id = post.id;
    entry.creating = undefined;
    this.#options.onPosted(key, post.id);
    return unattached === undefined ? [] : pieces(unattached, Math.min(this.#limit, FITS_ANYWHERE));
  }

  /** `id` and `head`: what the failed write was about. */
  async #recover(
    write: Write & { readonly kind: "put" },
    entry: Entry,
    id: PostId | undefined,
    head: string,
    error: unknown,
    api: MattermostApi,
  ): Promise<void> {
    if (!(error instanceof MattermostError) || isPassing(error)) {
      throw error;
    }
    if (error.code === "too-long") {
      return this.#writeShorter(write, entry, head);
    }
    if (id === undefined || error.code === "archived") {
      // A refused create means that the whole thread is out of reach.
      this.close();
      this.#options.onLost(error.message);
      return;
    }
    if (entry.id !== id) {
      return;
    }
    if (await isDeleted(api, id)) {
      this.repost(write.key);
      return;
    }
    throw error;
  }

  /** The server's limit is smaller than it told us: the rest of a post goes into posts of its own. */
  #writeShorter(write: Write & { readonly kind: "put" }, entry: Entry, refused: string): void {
    const shorter = Math.floor(codePoints(refused) / 2);
    if (shorter < MIN_POST) {
      throw new Error("The server refuses a short post as too long.");
    }
    this.#limit = Math.min(this.#limit, shorter);
    entry.creating = undefined;
    // A piece is not cut again by itself: the whole is, or what the piece is cut into would outlive its next cut.
    const key = write.key.replace(/\+\d+$/, "");
    const whole = this.#entries.get(key) ?? entry;
    whole.written = undefined;
    if (!whole.isQueued) {
      whole.isQueued = true;
      this.#writes.unshift({ kind: "put", key: whole === entry ? write.key : key });
    }
  }

  /** Further pieces of the post `key`, before all that waits. */
  #putNext(key: PostKey, further: readonly string[]): void {
    const keys = further.map((_piece, index) => `${key}+${index + 1}`);
    // Those that wait already wait in an older order.
    const waiting = this.#writes
      .splice(0)
      .filter((write) => write.kind !== "put" || !keys.includes(write.key));
    further.forEach((piece, index) => {
      const pieceKey = keys[index] ?? "";
      const known = this.#entries.get(pieceKey);
      if (known) {
        known.isQueued = false;
      }
      this.put(pieceKey, piece, { isProgress: this.#entries.get(key)?.isProgress });
    });
    this.#writes.push(...waiting);
  }

  #react(
    { kind, target, emojiName }: Write & { target: ReactionTarget; emojiName: string },
    api: MattermostApi,
  ): Promise<void> {
    const postId = "postId" in target ? target.postId : this.#entries.get(target.key)?.id;
    if (postId === undefined) {
      return Promise.resolve();
    }
    const reaction = { userId: this.#options.botId, postId, emojiName };
    return kind === "react" ? api.addReaction(reaction) : api.removeReaction(reaction);
  }
}
