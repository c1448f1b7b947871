// Places on a Mattermost server that is there already: each is a channel out of those that were named. Times are taken
// at a client: from when a message is sent to when the client is told of the answer.

import { readFileSync } from "node:fs";
import { z } from "zod";
import { now } from "./clock.ts";
import { accountOf, call, listen } from "./person.ts";
import type { OpenPlace, Room } from "./place.ts";
import { createView } from "./view.ts";

const word = z.string().min(1);

/** What the file given by `--tokens` holds, as JSON. */
const tokensFile = z.strictObject({
  bot: word,
  person: word,
  /** More people, in all the channels: the daemon takes only so much of each, and so of one some 20 sessions. */
  people: z.array(word).default([]),
  /** Ids; bot and person are in all of them. One for each daemon that runs at a time. */
  channels: z.array(word).min(1),
  /** A second bot, in a channel of its own with the person. */
  bare: z.strictObject({ token: word, channel: word }).optional(),
});

/** Throws, before anything is measured, when the file can't be read or a token is not accepted. */
export async function givenPlaces(url: string, path: string): Promise<OpenPlace> {
  const given = tokensFile.parse(JSON.parse(readFileSync(path, "utf8")));
  const free = [...given.channels];
  const [person, botAccount, ...others] = await Promise.all(
    [given.person, given.bot, ...given.people].map((token) => accountOf(url, token)),
  );
  if (person === undefined || botAccount === undefined) throw new Error("There are no accounts.");
  const people = [person, ...others];
  const bare = given.bare && {
    account: await accountOf(url, given.bare.token),
    channelId: given.bare.channel,
  };

  return async () => {
    const channelId = free.shift();
    if (channelId === undefined) {
      throw new Error(`${given.channels.length} channels are too few: name one more in ${path}.`);
    }
    const view = createView();
    const bot: Room = { account: botAccount, channelId };
    let lastSentAt = 0;
    view.listen(({ post, at }) => {
      if (post.userId === botAccount.id) lastSentAt = at;
    });
    const ears = await listen(url, person.token, { view, channels: [channelId, bare?.channelId ?? ""] });
    return {
      url,
      person,
      people,
      bot,
      rooms: [],
      bare,
      view,
      inside: undefined,
      async say(room, message, root = "", by = person) {
        const at = now();
        const body = { channel_id: room.channelId, message, root_id: root };
        return { id: (await call<{ id: string }>(url, by.token, "POST", "/posts", body)).id, at };
      },
      async react(postId, emojiName) {
        const at = now();
        const body = { user_id: person.id, post_id: postId, emoji_name: emojiName };
        await call(url, person.token, "POST", "/reactions", body);
        return at;
      },
      typing: (root, from) => ears.typing(root, botAccount.id, from),
      lastSentAt: () => lastSentAt,
      async close() {
        ears.close();
        free.push(channelId);
      },
    };
  };
}
