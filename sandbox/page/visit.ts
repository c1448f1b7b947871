// One person in one channel: reads, listens, speaks, and ties what happens to what is drawn. Ends when another person
// or channel is chosen.

import type { Account } from "./account.ts";
import { type Api, ApiError } from "./api.ts";
import { readAttachments } from "./attachments.ts";
import { type Change, Chat } from "./chat.ts";
import { createFileView, pictureFiles } from "./files.ts";
import { type PanePlaces, Panes } from "./panes.ts";
import { pickEmoji } from "./picker.ts";
import type { PostActions } from "./post-view.ts";
import { createReading, type Reading } from "./reading.ts";
import { openSocket, type Socket, type SocketEvent } from "./socket.ts";
import { createSpeech, ephemeral, type Speech } from "./speech.ts";
import type { Channel, Post } from "./types.ts";
import { createTyping, type Typing } from "./typing.ts";

export interface Rooms extends PanePlaces {
  /** The thread that was asked for is there, or (empty) is not any more. */
  showThread(rootId: string): void;
  showMembers(count: number): void;
  showConnection(words: string): void;
  announce(words: string): void;
  /** Whatever the server tells, of any channel. */
  onEvent(event: SocketEvent): void;
  /** Connected again: events may have been missed. */
  onOpen(): void;
}

export class Visit {
  readonly #api: Api;
  readonly #chat: Chat;
  readonly #rooms: Rooms;
  readonly #speech: Speech;
  readonly #typing: Typing;
  readonly #reading: Reading;
  readonly #panes: Panes;
  #socket: Socket | undefined;
  #isClosed = false;
  /** The root whose first answer opens its thread; undefined once one has. */
  #firstRoot: string | undefined = "";

  private constructor({ api, me }: Account, channel: Channel, rooms: Rooms) {
    const chat = new Chat(channel.id, me);
    this.#api = api;
    this.#chat = chat;
    this.#rooms = rooms;
    this.#speech = createSpeech(api, chat, {
      onPosted: (post) => this.#posted(post),
      onAnswer: (text, rootId) => this.#answered(text, rootId),
    });
    this.#typing = createTyping((rootId, words) => this.#panes.of(rootId)?.composer.setTyping(words));
    this.#reading = createReading(api, chat, {
      onTyping: this.#typing.heard,
      onMember: (userId, isIn) => this.#setMember(userId, isIn),
      onArchived: (isArchived) => this.#panes.setArchived(isArchived),
    });
    const sendTyping = (rootId: string): void => this.#socket?.sendTyping(channel.id, rootId);
    const parts = { api, chat, channel, speech: this.#speech, actions: this.#actions(), sendTyping };
    this.#panes = new Panes(parts, rooms);
  }

  static open(account: Account, channel: Channel, rooms: Rooms): Visit {
    const visit = new Visit(account, channel, rooms);
    visit.#panes.showChannel();
    visit.#chat.listen((change) => visit.#changed(change));
    visit.#connect();
    return visit;
  }

  openThread(rootId: string): void {
    if (!this.#panes.openThread(rootId) || rootId === "") return;
    this.#reading.readThread(rootId).catch((error: unknown) => {
      this.#tell(error);
      const isOutOfReach = error instanceof ApiError && (error.status === 404 || error.status === 403);
      if (isOutOfReach) this.#rooms.showThread("");
    });
  }

  focusComposer(): void {
    this.#panes.focusComposer();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.close();
    this.#typing.close();
    this.#panes.close();
  }

  /** What a click in a post means. */
  #actions(): PostActions {
    const toggleReaction = (post: Post, name: string): void =>
      void this.#speech.toggle(post, name).catch((error: unknown) => this.#tell(error));
    return {
      toggleReaction,
      pickReaction: (post, near) => pickEmoji(near, (name) => toggleReaction(post, name)),
      openThread: this.#rooms.showThread,
      showFile: createFileView(this.#api),
      tryOut: ({ text, drawing }) =>
        void pictureFiles(drawing).then(
          (files) => this.#panes.channel.composer.compose(text, files),
          (error: unknown) => this.#tell(error),
        ),
    };
  }

  #connect(): void {
    const { showConnection } = this.#rooms;
    this.#socket = openSocket(this.#api.token, {
      onEvent: (event) => {
        this.#reading.take(event);
        this.#rooms.onEvent(event);
      },
      onOpen: () => {
        this.#rooms.onOpen();
        this.#refresh().catch((error: unknown) => {
          if (error instanceof ApiError && error.status === 403) this.#panes.setMember(false);
          else showConnection(wordsOf(error));
        });
      },
      onLost: () => showConnection("The connection is lost. Trying again…"),
    });
  }

  async #refresh(): Promise<void> {
    const members = await this.#reading.readChannel();
    if (this.#isClosed) return;
    this.#rooms.showMembers(members);
    const { thread } = this.#panes;
    if (thread) await this.#reading.readThread(thread.rootId);
    this.#rooms.showConnection("");
  }

  #setMember(userId: string, isIn: boolean): void {
    const tell = (error: unknown): void => this.#tell(error);
    if (userId !== this.#chat.me.id) {
      this.#reading.readMembers().then(this.#rooms.showMembers, tell);
      return;
    }
    this.#panes.setMember(isIn);
    if (isIn) this.#refresh().catch(tell);
  }

  #posted(post: Post): void {
    this.#chat.putPost(post, true);
    this.#panes.of(post.root_id)?.posts.scrollToEnd();
    if (post.root_id !== "" || this.#firstRoot === undefined) return;
    this.#firstRoot = post.id;
    // It may have been answered before the server has said that it has it.
    for (const answer of this.#chat.replies(post.id)) this.#takeFirstAnswer(answer);
  }

  /** The server has answered a command. */
  #answered(text: string, rootId: string): void {
    this.#chat.putPost(ephemeral(this.#chat, text, rootId), false);
    this.#rooms.announce(text);
  }

  #changed(change: Change): void {
    const { type, post } = change;
    this.#panes.show(change);
    if (type === "removed" && post.id === this.#panes.thread?.rootId) this.#rooms.showThread("");
    if (type !== "added" || !change.isLive) return;
    this.#typing.done(this.#chat.user(post.user_id)?.username ?? "", post.root_id);
    if (post.root_id !== "" && post.root_id === this.#firstRoot) this.#takeFirstAnswer(post);
    if (post.user_id !== this.#chat.me.id && this.#panes.of(post.root_id)) {
      this.#rooms.announce(spoken(this.#chat, post));
    }
  }

  /** Who is new here hasn't learned yet that answers are in threads. */
  #takeFirstAnswer(post: Post): void {
    if (this.#chat.user(post.user_id)?.is_bot !== true) return;
    this.#firstRoot = undefined;
    const { thread, channel } = this.#panes;
    if (!thread && !channel.composer.hasDraft()) this.#rooms.showThread(post.root_id);
  }

  #tell(error: unknown): void {
    this.#rooms.announce(wordsOf(error));
  }
}

/** A new post for those who hear it: edits of a streaming answer would never stop talking. */
function spoken(chat: Chat, post: Post): string {
  const texts = [post.message, ...readAttachments(post.props).shown.map(({ text }) => text)];
  const words = texts
    .join("\n")
    .replaceAll(/[*_`#>|~]+/g, "")
    .trim();
  const short = words.length > 160 ? `${words.slice(0, 160)}…` : words;
  return `${chat.user(post.user_id)?.username ?? "somebody"}: ${short}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
