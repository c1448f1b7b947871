// Where a script's message goes, and whose it is. Both are asked of the server, and fail with what to do instead.

import { postIdIn } from "../chat-tools/arguments.ts";
import type { SendRequest } from "../control/send-protocol.ts";
import { isGone } from "../mattermost/error.ts";
import type { ThreadId } from "../mattermost/types.ts";
import type { Person } from "../session/authorization.ts";
import type { Connection } from "./bridge.ts";
import type { ServedChannel } from "./served-channel.ts";
import type { ServedProject } from "./served-project.ts";

/** It is not sent; the message says why, and what to do. */
export class NotSent extends Error {
  /** It may be otherwise in a while. */
  readonly isPassing: boolean;

  constructor(why: string, isPassing = false) {
    super(why);
    this.isPassing = isPassing;
  }
}

export interface Target {
  readonly project: ServedProject;
  /** Undefined: it begins one. */
  readonly thread: ThreadId | undefined;
}

type Request = Pick<SendRequest, "project" | "thread">;

/** Throws NotSent and MattermostError. */
export async function targetOf(
  request: Request,
  channels: readonly ServedChannel[],
  { api }: Pick<Connection, "api">,
): Promise<Target> {
  const found =
    request.thread === undefined
      ? projectIn(channels, request.project)
      : await threadIn(request.thread, request.project, channels, api);
  const { away } = found.channel;
  if (away !== undefined) {
    throw new NotSent(`Nothing can be written in its channel for now: ${away}`, true);
  }
  return { project: found.project, thread: found.thread };
}

type Found = Target & { readonly channel: ServedChannel };

function projectIn(channels: readonly ServedChannel[], name: string | undefined): Found {
  // A direct message is between two: no script begins one.
  const all = channels
    .filter(({ isDirect }) => !isDirect)
    .flatMap((channel) => channel.projects.map((project) => ({ channel, project, thread: undefined })));
  const names = all.map(({ project }) => project.name);
  const meant = name === undefined ? all : all.filter(({ project }) => project.name === name);
  const [first] = meant;
  if (first === undefined) {
    throw new NotSent(`There is no project "${name ?? ""}". There is: ${names.join(", ") || "none"}`);
  }
  if (meant.length > 1) {
    throw new NotSent(`Say which project is meant, with --project: ${names.join(", ")}`);
  }
  return first;
}

async function threadIn(
  link: string,
  name: string | undefined,
  channels: readonly ServedChannel[],
  api: Connection["api"],
): Promise<Found> {
  const postId = postIdIn(link.trim());
  if (postId === undefined) {
    throw new NotSent(
      `"${link}" is no link to a post. Copy one in Mattermost: https://server/team/pl/ID, or give the id alone`,
    );
  }
  const post = await api.post(postId).catch((error: unknown) => {
    if (isGone(error)) {
      throw new NotSent(`There is no post ${postId} in a channel that the bot is in`);
    }
    throw error;
  });
  const channel = channels.find((one) => one.channel.id === post.channelId);
  const [first, ...others] = channel?.projects ?? [];
  if (!channel || !first) {
    throw new NotSent("That thread is in a channel that mm-claude does not serve");
  }
  const all = [first, ...others];
  const named = name === undefined ? undefined : all.find((project) => project.name === name);
  if (name !== undefined && !named) {
    throw new NotSent(
      `There is no project "${name}" in the channel of that thread. There is: ${namesOf(all)}`,
    );
  }
  const owner = all.find(({ sessions }) => sessions.find(post.threadId));
  if (owner && named && owner !== named) {
    throw new NotSent(`That thread has a session of ${owner.name}, and not of ${named.name}`);
  }
  if (!owner && channel.sessions.some(({ threadId }) => threadId === post.threadId)) {
    throw new NotSent("The session of that thread is of a project that is served no more");
  }
  if (!owner && !named && others.length > 0) {
    throw new NotSent(
      `That thread has no session. Say of which project one is to be, with --project: ${namesOf(all)}`,
    );
  }
  return { channel, project: owner ?? named ?? first, thread: post.threadId };
}

const namesOf = (projects: readonly ServedProject[]): string => projects.map(({ name }) => name).join(", ");

/** Who can write there themselves. Whether they may start a session is not looked at. */
export async function personOf(
  as: string | undefined,
  { project }: Pick<Target, "project">,
  { api, users, sendAs }: Pick<Connection, "api" | "users" | "sendAs">,
): Promise<Person> {
  const name = (as ?? sendAs ?? onlyListed(project)).replace(/^@/, "");
  const user = await users.byName(name);
  if (!user) {
    throw new NotSent(`There is no account @${name} on the server`);
  }
  if (user.isBot || !user.isActive) {
    throw new NotSent(
      `@${user.username} is ${user.isBot ? "a bot" : "deactivated"}: nothing is sent as them`,
    );
  }
  if (!(await api.isMember(project.place.channelId, user.id))) {
    throw new NotSent(`@${user.username} is not in the channel of ${project.name}`);
  }
  return { id: user.id, name: user.username };
}

function onlyListed({ name, ready }: ServedProject): string {
  const [only, ...others] = ready.allowedUsers;
  if (!only || others.length > 0) {
    throw new NotSent(
      `Say whose message it is, with --as, or set SEND_AS where mm-claude runs: ${only ? "several people" : "all people"} may start sessions in ${name}`,
    );
  }
  return only.username;
}
