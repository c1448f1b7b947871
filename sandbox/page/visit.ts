// One person in one channel: logs in, reads, listens, and ties what happens to what is drawn. Ends when another person
// is chosen.

import { key } from "./address.ts";
import { type Api, ApiError, createApi, logIn } from "./api.ts";
import { readAttachments } from "./attachments.ts";
import { createChat } from "./chat.ts";
import { type Composer, createComposer, UnknownCommand } from "./composer.ts";
import { createFileView } from "./files.ts";
import { pickEmoji } from "./picker.ts";
import { createPostList, type PostList } from "./post-list.ts";
import type { PostActions } from "./post-view.ts";
import { openSocket, type SocketEvent } from "./socket.ts";
import type { Channel, Post, Reaction, User } from "./types.ts";
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

export interface Account {
  readonly api: Api;
  readonly me: User;
  readonly channels: readonly Channel[];
}

export interface Visit {
  openThread(rootId: string): void;
  focusComposer(): void;
  close(): void;
}

/** Logs in, with the token of an earlier visit where that still works. */
export async function enter(person: string): Promise<Account> {
  const remembered = `token of ${person}`;
  const known = sessionStorage.getItem(remembered);
  if (known !== null) {
    const api = createApi(known);
    const me = await api.me().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return undefined;
      throw error;
    });
    if (me) return { api, me, channels: await api.myChannels() };
  }
  const { token, user } = await logIn(person, key);
  sessionStorage.setItem(remembered, token);
  const api = createApi(token);
  return { api, me: user, channels: await api.myChannels() };
}

export function openVisit({ api, me }: Account, channel: Channel, rooms: Rooms): Visit {
  const chat = createChat(channel.id, me);
  const showFile = createFileView(api);
  let threadId = "";
  let thread: { readonly posts: PostList; readonly composer: Composer } | undefined;
  let isClosed = false;
  let isMember = true;

  const actions: PostActions = {
    toggleReaction: (post, name) => void toggle(post, name).catch(tell),
    pickReaction: (post, near) => pickEmoji(near, (name) => void toggle(post, name).catch(tell)),
    openThread: (rootId) => rooms.showThread(rootId),
    showFile,
    compose: (text) => composer.setText(text),
  };

  async function toggle(post: Post, emojiName: string): Promise<void> {
    const reaction: Reaction = { user_id: me.id, post_id: post.id, emoji_name: emojiName };
    const isMine = chat
      .reactions(post.id)
      .some((one) => one.user_id === me.id && one.emoji_name === emojiName);
    if (isMine) {
      await api.removeReaction(me.id, post.id, emojiName);
      chat.removeReaction(reaction);
    } else {
      await api.addReaction(me.id, post.id, emojiName);
      chat.putReaction(reaction);
    }
  }

  function tell(error: unknown): void {
    rooms.announce(error instanceof Error ? error.message : String(error));
  }

  function newComposer(rootId: string): Composer {
    const place = rootId === "" ? `Write to ${channel.display_name}` : "Reply to this thread";
    return createComposer(place, `draft ${me.username} ${rootId || channel.id}`, {
      async send(text, files) {
        if (text.startsWith("/") && files.length === 0) return command(text, rootId);
        await post(
          text,
          rootId,
          files.map((file) => file.id),
        );
      },
      upload: (file) => api.upload(channel.id, file),
      typing: () => socket.sendTyping(channel.id, rootId),
      names: () => chat.people().map((user) => user.username),
    });
  }

  async function post(message: string, root_id: string, file_ids: readonly string[]): Promise<void> {
    const made = await api.createPost({ channel_id: channel.id, root_id, message, file_ids });
    take({ event: "posted", data: { post: JSON.stringify(made) } });
    (root_id === "" ? posts : thread?.posts)?.scrollToEnd();
  }

  /** The server takes these itself and answers the person alone. */
  async function command(text: string, rootId: string): Promise<void> {
    const answer = await api.command(channel.id, rootId, text).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      throw new UnknownCommand(error.message, () => post(text, rootId, []));
    });
    if (answer !== "") showEphemeral(answer, rootId);
  }

  function showEphemeral(message: string, root_id: string): void {
    const now = Date.now();
    const id = `ephemeral-${now}`;
    const common = { id, root_id, channel_id: channel.id, user_id: "", message, props: null, reply_count: 0 };
    chat.putPost(
      { ...common, create_at: now, update_at: now, edit_at: 0, delete_at: 0, type: "system_ephemeral" },
      false,
    );
    rooms.announce(message);
  }

  const posts = createPostList(chat, actions, "channel", `Messages in ${channel.display_name}`);
  const composer = newComposer("");
  rooms.channelPosts.replaceChildren(posts.element);
  rooms.channelComposer.replaceChildren(composer.element);

  const typing = createTyping((rootId, words) => {
    if (rootId === "") composer.setTyping(words);
    else if (rootId === threadId) thread?.composer.setTyping(words);
  });

  chat.listen((change) => {
    const { post } = change;
    const isInThread = threadId !== "" && (post.id === threadId || post.root_id === threadId);
    if (change.type === "removed") {
      posts.remove(post.id);
      if (isInThread) thread?.posts.remove(post.id);
      if (post.id === threadId) rooms.showThread("");
      return;
    }
    if (post.root_id === "") posts.put(post);
    if (isInThread) thread?.posts.put(post);
    if (change.type === "added" && change.isLive) {
      typing.done(chat.user(post.user_id)?.username ?? "", post.root_id);
      if (post.user_id !== me.id) announce(post);
    }
  });

  /** New posts only: edits of a streaming answer would never stop talking. */
  function announce(post: Post): void {
    if (post.root_id !== "" && post.root_id !== threadId) return;
    const texts = [post.message, ...readAttachments(post.props).bars.map((bar) => bar.text)];
    const words = texts
      .join("\n")
      .replaceAll(/[*_`#>|~]+/g, "")
      .trim();
    const short = words.length > 160 ? `${words.slice(0, 160)}…` : words;
    rooms.announce(`${chat.user(post.user_id)?.username ?? "somebody"}: ${short}`);
  }

  async function refresh(): Promise<void> {
    const [people, list] = await Promise.all([api.usersIn(channel.id), api.posts(channel.id)]);
    if (isClosed) return;
    chat.putUsers(people);
    await meetAuthors(Object.values(list.posts));
    rooms.showMembers(people.length);
    chat.putList(list);
    if (threadId !== "") await readThread();
    rooms.showConnection("");
  }

  /** People who have left the channel still have posts in it. */
  async function meetAuthors(list: readonly Post[]): Promise<void> {
    const strangers = new Set(list.map((post) => post.user_id).filter((id) => id !== "" && !chat.user(id)));
    const found = await Promise.all([...strangers].map((id) => api.user(id).catch(() => undefined)));
    chat.putUsers(found.filter((user) => user !== undefined));
  }

  async function readThread(): Promise<void> {
    const rootId = threadId;
    const list = await api.thread(rootId);
    await meetAuthors(Object.values(list.posts));
    if (rootId === threadId) chat.putList(list);
  }

  function take({ event, data }: SocketEvent): void {
    const parsed = <T>(name: string): T => JSON.parse(String(data[name])) as T;
    switch (event) {
      case "posted":
      case "post_edited": {
        const post = parsed<Post>("post");
        const put = (): void => chat.putPost(post, event === "posted");
        if (chat.user(post.user_id)) put();
        else void meetAuthors([post]).then(put);
        return;
      }
      case "post_deleted":
        chat.removePost(parsed<Post>("post").id);
        return;
      case "reaction_added":
        chat.putReaction(parsed<Reaction>("reaction"));
        return;
      case "reaction_removed":
        chat.removeReaction(parsed<Reaction>("reaction"));
        return;
      case "typing": {
        const user = chat.user(String(data["user_id"]));
        if (user && user.id !== me.id) typing.heard(user.username, String(data["parent_id"] ?? ""));
        return;
      }
      case "user_added":
        member(String(data["user_id"]), true);
        return;
      case "user_removed":
        member(String(data["user_id"] ?? me.id), false);
        return;
    }
  }

  function member(userId: string, isIn: boolean): void {
    if (userId === me.id) {
      isMember = isIn;
      setEnabled();
      if (isIn) void refresh().catch(tell);
    } else
      void api.usersIn(channel.id).then((people) => {
        chat.putUsers(people);
        rooms.showMembers(people.length);
      }, tell);
  }

  function setEnabled(): void {
    const why = "You were removed from this channel: somebody in it can /invite you back";
    composer.setEnabled(isMember, why);
    thread?.composer.setEnabled(isMember, why);
  }

  const socket = openSocket(api.token, {
    onEvent: take,
    onOpen: () =>
      void refresh().catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 403) {
          isMember = false;
          setEnabled();
        } else rooms.showConnection(error instanceof Error ? error.message : String(error));
      }),
    onLost: () => rooms.showConnection("The connection is lost. Trying again…"),
  });

  return {
    openThread(rootId) {
      if (rootId === threadId) return thread?.composer.focus();
      thread?.posts.close();
      threadId = rootId;
      thread = undefined;
      rooms.threadPosts.replaceChildren();
      rooms.threadComposer.replaceChildren();
      if (rootId === "") return;
      thread = {
        posts: createPostList(chat, actions, "thread", "Messages of the thread"),
        composer: newComposer(rootId),
      };
      rooms.threadPosts.append(thread.posts.element);
      rooms.threadComposer.append(thread.composer.element);
      setEnabled();
      const root = chat.post(rootId);
      for (const post of [...(root ? [root] : []), ...chat.replies(rootId)]) thread.posts.put(post);
      readThread().catch((error: unknown) => {
        tell(error);
        if (error instanceof ApiError && error.status === 404) rooms.showThread("");
      });
    },
    focusComposer: () => (thread?.composer ?? composer).focus(),
    close() {
      isClosed = true;
      socket.close();
      typing.close();
      posts.close();
      thread?.posts.close();
    },
  };
}
