// What one person's page knows of a channel: read over REST, kept current by the socket's events.

import type { Api } from "./api.ts";
import type { Chat } from "./chat.ts";
import type { SocketEvent } from "./socket.ts";
import type { Post, PostList, Reaction } from "./types.ts";

export interface Reading {
  /** The newest posts and everybody in the channel; gives how many those are. */
  readChannel(): Promise<number>;
  readThread(rootId: string): Promise<void>;
  readMembers(): Promise<number>;
  take(event: SocketEvent): void;
}

export interface ReadingListener {
  /** Somebody else writes. */
  onTyping(name: string, rootId: string): void;
  onMember(userId: string, isIn: boolean): void;
  onArchived(isArchived: boolean): void;
}

export function createReading(api: Api, chat: Chat, listener: ReadingListener): Reading {
  /** People who have left the channel still have posts in it. */
  async function meetAuthors(posts: readonly Post[]): Promise<void> {
    const strangers = new Set(posts.map((post) => post.user_id).filter((id) => id !== "" && !chat.user(id)));
    const found = await Promise.all([...strangers].map((id) => api.user(id).catch(() => undefined)));
    chat.putUsers(found.filter((user) => user !== undefined));
  }

  async function put(list: PostList): Promise<void> {
    await meetAuthors(Object.values(list.posts));
    chat.putList(list);
  }

  async function readMembers(): Promise<number> {
    const people = await api.usersIn(chat.channelId);
    chat.putUsers(people);
    return people.length;
  }

  return {
    async readChannel() {
      const [list, members] = await Promise.all([api.posts(chat.channelId), readMembers()]);
      await put(list);
      return members;
    },
    readThread: async (rootId) => put(await api.thread(rootId)),
    readMembers,
    take({ event, data, channelId }) {
      if (channelId !== "" && channelId !== chat.channelId) return;
      const parsed = <T>(name: string): T => JSON.parse(String(data[name])) as T;
      switch (event) {
        case "posted":
        case "post_edited": {
          const post = parsed<Post>("post");
          const show = (): void => chat.putPost(post, event === "posted");
          if (chat.user(post.user_id)) show();
          else void meetAuthors([post]).then(show);
          return;
        }
        case "post_deleted":
          return chat.removePost(parsed<Post>("post").id);
        case "reaction_added":
          return chat.putReaction(parsed<Reaction>("reaction"));
        case "reaction_removed":
          return chat.removeReaction(parsed<Reaction>("reaction"));
        case "typing": {
          const user = chat.user(String(data["user_id"]));
          if (user && user.id !== chat.me.id)
            listener.onTyping(user.username, String(data["parent_id"] ?? ""));
          return;
        }
        case "channel_deleted":
        case "channel_restored":
          return listener.onArchived(event === "channel_deleted");
        case "user_added":
        case "user_removed":
          // The one who is removed isn't told of whom.
          return listener.onMember(String(data["user_id"] ?? chat.me.id), event === "user_added");
      }
    },
  };
}
