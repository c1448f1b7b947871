// What Claude has written as a tool's arguments, taken leniently: a link or an id, a number as text, a channel as people
// name it. Undefined for what is none of these. Looks nothing up.

import { decodeChannelId, decodePostId } from "../mattermost/decode.ts";
import { EMOJI } from "../mattermost/emoji.ts";
import type { ChannelId, PostId } from "../mattermost/types.ts";

/** Longer than any address; what is behind it isn't looked at. */
const MAX_CHARACTERS = 2000;

/** Undefined when nothing was given. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.slice(0, MAX_CHARACTERS).trim() || undefined;
}

const BARE_ID = /^[a-z0-9]{26}$/;
/** Of an address, with the server or without, and with whatever a message has put around it. */
const POST_LINK = /\/(?:pl|threads)\/([a-z0-9]{26})(?![a-z0-9])/;

export const A_POST =
  "a post's permalink (https://server/team/pl/ID, /team/pl/ID) or its id of 26 characters";

export function postIdIn(text: string): PostId | undefined {
  return decodePostId(BARE_ID.exec(text)?.[0] ?? POST_LINK.exec(text)?.[1]);
}

/** A channel as somebody names it. */
export interface NamedChannel {
  /** When it may be an id. */
  readonly id: ChannelId | undefined;
  /** As it stands in addresses; undefined: the session's. */
  readonly team: string | undefined;
  readonly name: string;
}

const CHANNEL_ADDRESS = /(?:^|\/)([a-z0-9-]{1,64})\/channels\/([a-z0-9._-]{1,64})\/?(?:[?#].*)?$/;
const CHANNEL_NAME = /^~?(?:([a-z0-9-]{1,64})\/)?~?([a-z0-9._-]{1,64})$/;

export const A_CHANNEL =
  "a channel's name (town-square, ~town-square), team/name, its address (https://server/team/channels/name) or its id";

export function channelIn(text: string): NamedChannel | undefined {
  const lower = text.toLowerCase();
  const [, team, name] = CHANNEL_ADDRESS.exec(lower) ?? CHANNEL_NAME.exec(lower) ?? [];
  return name === undefined
    ? undefined
    : { id: BARE_ID.test(name) ? decodeChannelId(name) : undefined, team, name };
}

/** A whole number from 1 on; one above `most` is `most`. */
export function countIn(text: string, most: number): number | undefined {
  const count = Math.floor(Number(text));
  return count >= 1 ? Math.min(count, most) : undefined;
}

const EMOJI_NAME = /^:?([a-z0-9_+-]{1,64}):?$/;

/** Without what only changes how it looks. */
const plain = (character: string): string => character.replace(/[\ufe0e\ufe0f\p{Emoji_Modifier}]/gu, "");

const NAME_OF_CHARACTER: ReadonlyMap<string, string> = new Map(
  Object.entries(EMOJI).map(([name, character]) => [plain(character), name]),
);

/** As the server names it. */
export function emojiIn(text: string): string | undefined {
  return EMOJI_NAME.exec(text.toLowerCase())?.[1] ?? NAME_OF_CHARACTER.get(plain(text));
}
