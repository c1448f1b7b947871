// The channel or a thread of it: its posts, and below them where to write.

import type { Api } from "./api.ts";
import type { Chat } from "./chat.ts";
import { Composer } from "./composer.ts";
import { PostList } from "./post-list.ts";
import type { PostActions } from "./post-view.ts";
import type { Speech } from "./speech.ts";
import type { Channel } from "./types.ts";

export interface Pane {
  /** Empty: the channel itself. */
  readonly rootId: string;
  readonly posts: PostList;
  readonly composer: Composer;
}

export interface PaneParts {
  readonly api: Api;
  readonly chat: Chat;
  readonly channel: Channel;
  readonly speech: Speech;
  readonly actions: PostActions;
  sendTyping(rootId: string): void;
}

export function createPane(
  { api, chat, channel, speech, actions, sendTyping }: PaneParts,
  rootId: string,
): Pane {
  const [where, label, place] =
    rootId === ""
      ? (["channel", `Messages in ${channel.display_name}`, `Write to ${channel.display_name}`] as const)
      : (["thread", "Messages of the thread", "Reply to this thread"] as const);
  return {
    rootId,
    posts: PostList.open({ chat, actions, where, label }),
    composer: Composer.create({
      label: place,
      draftKey: `draft ${chat.me.username} ${rootId || channel.id}`,
      actions: {
        send: (text, files) => speech.send(text, files, rootId),
        upload: (file) => api.upload(channel.id, file),
        typing: () => sendTyping(rootId),
        names: () => chat.people().map((user) => user.username),
      },
    }),
  };
}
