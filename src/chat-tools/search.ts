// `search`: what the server finds for the bot, without what the person who asked may not read.

import type { Channel, ChannelId, MattermostApi, Post, UserId } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import type { Access } from "./access.ts";
import { textOf } from "./arguments.ts";
import { ifAny, wrongArgument } from "./outcomes.ts";
import { fitting, quotePost, WHAT_IS_QUOTED } from "./quoting.ts";
import { namesOf, placeOf } from "./read-posts.ts";
import type { ChatCall, ChatOutcome, ChatTool, ChatToolImplementation } from "./types.ts";

export interface SearchOptions {
  readonly api: Pick<MattermostApi, "channel" | "myChannels" | "searchPosts">;
  readonly users: Pick<Users, "byId">;
  readonly access: Access;
  readonly botId: UserId;
}

const MAX_FOUND = 20;
/** The server answers to no query that is longer. */
const MAX_QUERY = 500;
/** Of a bot in a direct message, which is in no team. */
const MAX_TEAMS = 5;

const SEARCH: ChatTool = {
  name: "search",
  isReadOnly: true,
  description:
    'Searches the posts of the Mattermost chat, newest first. Words must all occur; also "exact words" in quotes, wild* at a ' +
    "word's end, -without, from:username, in:channel-name, before:2026-01-31, after:2026-01-01, on:2026-01-15. Finds only what " +
    `both the bot and the person who asked may read, ${MAX_FOUND} posts at most; read_thread with a found post's id shows what was said around it.`,
  inputSchema: {
    type: "object",
    properties: { query: { type: "string", description: "For example: deploy failed from:alice" } },
    required: ["query"],
  },
};

export function search(options: SearchOptions): ChatToolImplementation {
  return {
    tool: SEARCH,
    call: (call, signal) => performSearch(call, signal, options),
  };
}

async function performSearch(
  call: ChatCall,
  signal: AbortSignal,
  options: SearchOptions,
): Promise<ChatOutcome> {
  const { api, users, botId } = options;
  const query = textOf(call.input["query"])?.replace(/\s+/g, " ");
  if (query === undefined || query.length > MAX_QUERY) {
    return wrongArgument(`\`query\` should be the words to search for, in at most ${MAX_QUERY} characters.`);
  }
  const { teamId } = await api.channel(call.channelId);
  const teams = teamId === "" ? await teamsOf(api) : [teamId];
  const lists = await Promise.all(teams.map((team) => api.searchPosts(team, query)));
  signal.throwIfAborted();
  // Direct messages are found in every team.
  const posts = [...new Map(lists.flat().map((post) => [post.id, post])).values()];
  const newestFirst = posts.sort((one, other) => other.createdAt - one.createdAt);
  const { found, withheld } = await readableOf(newestFirst, call, teamId, signal, options);
  const names = await namesOf(
    found.map(({ post }) => post),
    users,
  );
  const quoted = found.slice(0, MAX_FOUND).map(({ post, channel }) =>
    quotePost({
      post,
      author: names.get(post.userId),
      isOwn: post.userId === botId,
      place: placeOf(channel),
    }),
  );
  const shown = quoted.slice(0, fitting(quoted));
  const count = `${shown.length} ${shown.length === 1 ? "post" : "posts"}`;
  const more = found.length > shown.length ? ["(more were found: narrow the search, or use before:)"] : [];
  const text = [`${count} found, newest first. ${WHAT_IS_QUOTED}`, ...shown, ...more, ...told(withheld)];
  return {
    text: text.join("\n\n"),
    isError: false,
    summary: `${count} found`,
    target: { found: shown.length, withheld },
  };
}

async function teamsOf(api: Pick<MattermostApi, "myChannels">): Promise<string[]> {
  const channels = await api.myChannels();
  return [...new Set(channels.map(({ teamId }) => teamId))].slice(0, MAX_TEAMS);
}

interface Found {
  readonly post: Post;
  readonly channel: Channel | undefined;
}

/**
 * `withheld`: how many are in open channels of the team that one of the two has not joined. What is elsewhere is not even
 * counted: by the number of what a search finds, one could guess, word by word, what a private channel holds.
 */
async function readableOf(
  posts: readonly Post[],
  call: ChatCall,
  teamId: string,
  signal: AbortSignal,
  { api, access, users }: SearchOptions,
): Promise<{ readonly found: readonly Found[]; readonly withheld: number }> {
  const channels = new Map<ChannelId, Promise<Channel | undefined>>();
  const channelOf = (id: ChannelId): Promise<Channel | undefined> => {
    const known = channels.get(id) ?? ifAny(api.channel(id));
    channels.set(id, known);
    return known;
  };
  const asker = call.asker && (await users.byId(call.asker));
  // Who is in one of a team's channels is in the team, and may join its open ones, unless it is a guest.
  const seesOpen =
    asker !== undefined && !asker.isGuest && (await access.mayReadChannel(call.channelId, call));
  const found: Found[] = [];
  let withheld = 0;
  for (const post of posts) {
    signal.throwIfAborted();
    if (await access.mayReadThread(post, call)) {
      found.push({ post, channel: await channelOf(post.channelId) });
      // One more than is shown says that there are more.
      if (found.length > MAX_FOUND) {
        break;
      }
    } else if (seesOpen) {
      const channel = await channelOf(post.channelId);
      withheld += channel?.type === "O" && channel.teamId === teamId ? 1 : 0;
    }
  }
  return { found, withheld };
}

function told(withheld: number): string[] {
  const posts = `${withheld} more ${withheld === 1 ? "post was" : "posts were"}`;
  return withheld === 0
    ? []
    : [`(${posts} found in open channels that the bot or the person who asked has not joined: withheld)`];
}
