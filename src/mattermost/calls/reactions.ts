// The REST calls about reactions.

import { decodeList, decodeReaction } from "../decode.ts";
import type { MattermostApi, PostId, Reaction } from "../types.ts";
import { isObjectWith, type JsonRequests } from "./json-requests.ts";

type ReactionCalls = Pick<MattermostApi, "addReaction" | "removeReaction" | "reactions">;

export function reactionCalls(json: JsonRequests): ReactionCalls {
  return {
    addReaction: (reaction) => addReaction(json, reaction),
    removeReaction: (reaction) => removeReaction(json, reaction),
    reactions: (postId) => reactions(json, postId),
  };
}

async function addReaction(json: JsonRequests, { userId, postId, emojiName }: Reaction): Promise<void> {
  const body = { user_id: userId, post_id: postId, emoji_name: emojiName };
  await json.send({ what: "add a reaction", method: "POST", path: "/reactions", body }, decodeReaction);
}

async function removeReaction(json: JsonRequests, { userId, postId, emojiName }: Reaction): Promise<void> {
  const path = `/users/${userId}/posts/${postId}/reactions/${emojiName}`;
  await json.send({ what: "remove a reaction", method: "DELETE", path }, (answer) =>
    isObjectWith(answer, { status: "OK" }),
  );
}

async function reactions(json: JsonRequests, postId: PostId): Promise<Reaction[]> {
  // An entry that can't be used, such as one whose emoji has an odd name, must not keep the others from being read.
  const entries = await json.get("read a post's reactions", `/posts/${postId}/reactions`, (list) =>
    decodeList(list, (entry) => ({ reaction: decodeReaction(entry) })),
  );
  return entries.flatMap(({ reaction }) => reaction ?? []);
}
