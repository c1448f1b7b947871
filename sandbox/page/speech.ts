// What one person says in a channel: messages, the server's commands, reactions.

import { type Api, ApiError } from "./api.ts";
import type { Chat } from "./chat.ts";
import { UnknownCommand } from "./composer.ts";
import type { FileInfo, Post } from "./types.ts";

export interface Speech {
  /** `rootId`: the thread's, or empty. */
  send(text: string, files: readonly FileInfo[], rootId: string): Promise<void>;
  /** Sets a reaction, or takes it back. */
  toggle(post: Post, emojiName: string): Promise<void>;
}

export interface SpeechListener {
  onPosted(post: Post): void;
  /** The server has answered a command. */
  onAnswer(text: string, rootId: string): void;
}

export function createSpeech(api: Api, chat: Chat, listener: SpeechListener): Speech {
  const { channelId, me } = chat;

  async function post(message: string, root_id: string, file_ids: readonly string[]): Promise<void> {
    listener.onPosted(await api.createPost({ channel_id: channelId, root_id, message, file_ids }));
  }

  /** The server takes these itself and answers the person alone. */
  async function command(text: string, rootId: string): Promise<void> {
    const answer = await api.command(channelId, rootId, text).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      throw new UnknownCommand(error.message, text, () => post(text, rootId, []));
    });
    if (answer !== "") listener.onAnswer(answer, rootId);
  }

  return {
    async send(text, files, rootId) {
      if (text.startsWith("/") && files.length === 0) return command(text, rootId);
      const ids = files.map((file) => file.id);
      await post(text, rootId, ids);
    },
    async toggle({ id }, emoji_name) {
      const reaction = { user_id: me.id, post_id: id, emoji_name };
      const isMine = chat.reactions(id).some((one) => one.user_id === me.id && one.emoji_name === emoji_name);
      if (isMine) {
        await api.removeReaction(me.id, id, emoji_name);
        chat.removeReaction(reaction);
      } else {
        await api.addReaction(me.id, id, emoji_name);
        chat.putReaction(reaction);
      }
    },
  };
}

/** A post that only this page knows. */
export function ephemeral(chat: Chat, message: string, root_id: string): Post {
  const now = Date.now();
  return {
    id: `ephemeral-${now}`,
    root_id,
    channel_id: chat.channelId,
    user_id: "",
    message,
    create_at: now,
    update_at: now,
    edit_at: 0,
    delete_at: 0,
    type: "system_ephemeral",
    props: null,
    reply_count: 0,
  };
}
