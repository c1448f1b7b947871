// What it means to react to a post and to take the reaction back.
import { ApiError, badBody, noSuchPost, refused } from "./api-error.ts";
import { reactionAdded, reactionRemoved } from "./events.ts";
import type { Hub } from "./hub.ts";
import type { UserRecord } from "./people.ts";
import type { PostRecord } from "./posts.ts";
import type { Store } from "./store.ts";
import { wireReaction } from "./wire.ts";

/** The most different emoji on one post, as on newer servers. */
const MAX_EMOJI = 50;

export interface Reacting {
  add(user: UserRecord, postId: string, emojiName: string): object;
  remove(user: UserRecord, postId: string, emojiName: string): void;
}

export function createReacting({ store, hub }: { readonly store: Store; readonly hub: Hub }): Reacting {
  function reactable(user: UserRecord, postId: string): PostRecord {
    const post = store.posts.get(postId);
    if (!post) throw noSuchPost(postId);
    if (!store.places.isMember(post.channelId, user.id)) throw refused();
    if (store.places.channel(post.channelId)?.deleteAt !== 0) {
      throw new ApiError(
        403,
        "api.reaction.save.archived_channel.app_error",
        "You cannot react in an archived channel.",
      );
    }
    return post;
  }

  return {
    add(user, postId, emojiName) {
      if (!/^[a-zA-Z0-9_+-]{1,64}$/.test(emojiName)) throw badBody("reaction");
      const post = reactable(user, postId);
      const emoji = new Set(post.reactions.map((one) => one.emojiName)).add(emojiName);
      if (emoji.size > MAX_EMOJI) {
        throw new ApiError(
          400,
          "app.reaction.save.save.too_many_reactions",
          "Reaction limit has been reached for this post.",
        );
      }
      const reaction = store.posts.react(post, { userId: user.id, emojiName });
      // Adding it a second time, or again after it was taken off, is told as new (read in the source).
      const wire = wireReaction(post, { ...reaction, createAt: reaction.updateAt });
      hub.publish(reactionAdded(post.channelId, wire));
      return wire;
    },
    remove(user, postId, emojiName) {
      const post = reactable(user, postId);
      store.posts.unreact(post, { userId: user.id, emojiName });
      // Seen on 7.10: the event knows neither the creation time nor the channel.
      const removed = { userId: user.id, emojiName, createAt: 0, updateAt: post.updateAt };
      hub.publish(reactionRemoved(post.channelId, { ...wireReaction(post, removed), channel_id: "" }));
    },
  };
}
