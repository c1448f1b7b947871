// One person in one channel: reads, listens, speaks, and ties what happens to what is drawn. Ends when another person
// or channel is chosen.

import type { Account } from "./account.ts";
import { ApiError } from "./api.ts";
import { readAttachments } from "./attachments.ts";
import { type Change, type Chat, createChat } from "./chat.ts";
import { createFileView, pictureFiles } from "./files.ts";
import { createPane, type Pane } from "./pane.ts";
import { pickEmoji } from "./picker.ts";
import type { PostActions } from "./post-view.ts";
import { createReading } from "./reading.ts";
import { openSocket } from "./socket.ts";
import { createSpeech, ephemeral } from "./speech.ts";
import type { Channel, Post } from "./types.ts";
import { createTyping } from "./typing.ts";

export interface Rooms {
  readonly channelPosts: HTMLElement;
  readonly channelComposer: HTMLElement;
  readonly threadPosts: HTMLElement;
  readonly threadComposer: HTMLElement;
  /** The thread that was asked for is there, or (empty) is not any more. */
  showThread(rootId: string): void;
  showMembers(count: number): void;
  showConnection(words: string): void;
  announce(words: string): void;
}

export interface Visit {
  openThread(rootId: string): void;
  focusComposer(): void;
  close(): void;
}

const NOT_A_MEMBER = "You were removed from this channel: somebody in it can /invite you back";

export function openVisit({ api, me }: Account, channel: Channel, rooms: Rooms): Visit {
  const chat = createChat(channel.id, me);
  const showFile = createFileView(api);
  let thread: Pane | undefined;
  let isClosed = false;
  let isMember = true;
  /** The root whose first answer opens its thread; undefined once one has. */
  let firstRoot: string | undefined = "";

  const tell = (error: unknown): void => rooms.announce(wordsOf(error));
  const panes = (): Pane[] => (thread ? [main, thread] : [main]);
  const paneOf = (rootId: string): Pane | undefined => panes().find((pane) => pane.rootId === rootId);

  const speech = createSpeech(api, chat, {
    onPosted(post) {
      chat.putPost(post, true);
      paneOf(post.root_id)?.posts.scrollToEnd();
      if (post.root_id === "" && firstRoot !== undefined) firstRoot = post.id;
    },
    onAnswer(text, rootId) {
      chat.putPost(ephemeral(chat, text, rootId), false);
      rooms.announce(text);
    },
  });
  const typing = createTyping((rootId, words) => paneOf(rootId)?.composer.setTyping(words));
  const reading = createReading(api, chat, { onTyping: typing.heard, onMember: setMember });
  const actions: PostActions = {
    toggleReaction: (post, name) => void speech.toggle(post, name).catch(tell),
    pickReaction: (post, near) => pickEmoji(near, (name) => actions.toggleReaction(post, name)),
    openThread: rooms.showThread,
    showFile,
    tryOut: ({ text, drawing }) =>
      void pictureFiles(drawing).then((files) => main.composer.compose(text, files), tell),
  };

  const parts = {
    api,
    chat,
    channel,
    speech,
    actions,
    sendTyping: (rootId: string) => socket.sendTyping(channel.id, rootId),
  };
  const main = createPane(parts, "");
  rooms.channelPosts.replaceChildren(main.posts.element);
  rooms.channelComposer.replaceChildren(main.composer.element);

  chat.listen((change) => {
    show(change);
    const { type, post } = change;
    if (type !== "added" || !change.isLive) return;
    typing.done(chat.user(post.user_id)?.username ?? "", post.root_id);
    if (post.root_id !== "" && post.root_id === firstRoot) takeFirstAnswer(post);
    if (post.user_id !== me.id && paneOf(post.root_id)) rooms.announce(spoken(chat, post));
  });

  function show({ type, post }: Change): void {
    const isOfThread = thread !== undefined && (post.id === thread.rootId || post.root_id === thread.rootId);
    const places = [post.root_id === "" && main, isOfThread && thread].filter((pane) => !!pane);
    for (const { posts } of places) type === "removed" ? posts.remove(post.id) : posts.put(post);
    if (type === "removed" && post.id === thread?.rootId) rooms.showThread("");
  }

  /** Who is new here hasn't learned yet that answers are in threads. */
  function takeFirstAnswer(post: Post): void {
    if (chat.user(post.user_id)?.is_bot !== true) return;
    firstRoot = undefined;
    if (!thread && main.composer.isEmpty()) rooms.showThread(post.root_id);
  }

  async function refresh(): Promise<void> {
    const members = await reading.readChannel();
    if (isClosed) return;
    rooms.showMembers(members);
    if (thread) await reading.readThread(thread.rootId);
    rooms.showConnection("");
  }

  function setMember(userId: string, isIn: boolean): void {
    if (userId !== me.id) return void reading.readMembers().then(rooms.showMembers, tell);
    setEnabled(isIn);
    if (isIn) void refresh().catch(tell);
  }

  function setEnabled(isIn: boolean): void {
    isMember = isIn;
    for (const { composer } of panes()) composer.setEnabled(isMember, NOT_A_MEMBER);
  }

  const socket = openSocket(api.token, {
    onEvent: reading.take,
    onOpen: () =>
      void refresh().catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 403) setEnabled(false);
        else rooms.showConnection(wordsOf(error));
      }),
    onLost: () => rooms.showConnection("The connection is lost. Trying again…"),
  });

  function openThread(rootId: string): void {
    if (rootId === (thread?.rootId ?? "")) {
      thread?.composer.focus();
      return;
    }
    thread?.posts.close();
    thread = rootId === "" ? undefined : createPane(parts, rootId);
    rooms.threadPosts.replaceChildren(...(thread ? [thread.posts.element] : []));
    rooms.threadComposer.replaceChildren(...(thread ? [thread.composer.element] : []));
    if (!thread) return;
    setEnabled(isMember);
    for (const post of [chat.post(rootId), ...chat.replies(rootId)]) if (post) thread.posts.put(post);
    reading.readThread(rootId).catch((error: unknown) => {
      tell(error);
      if (error instanceof ApiError && error.status === 404) rooms.showThread("");
    });
  }

  return {
    openThread,
    focusComposer: () => (thread ?? main).composer.focus(),
    close() {
      isClosed = true;
      socket.close();
      typing.close();
      for (const { posts } of panes()) posts.close();
    },
  };
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
