// The Mattermost REST calls the page makes, with one account's token. No cookies: two tabs may be two people.

import { apiUrl } from "./address.ts";
import type { Channel, FileInfo, Membership, Post, PostList, User } from "./types.ts";

/** The server said no; `message` is its own words. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Login {
  readonly token: string;
  readonly user: User;
}

export interface MyChannels {
  readonly channels: readonly Channel[];
  readonly memberships: readonly Membership[];
}

export interface Api {
  readonly token: string;
  me(): Promise<User>;
  user(id: string): Promise<User>;
  usersOf(ids: readonly string[]): Promise<User[]>;
  usersIn(channelId: string): Promise<User[]>;
  /** Of all teams, direct ones and groups included, and how far they are read. */
  myChannels(): Promise<MyChannels>;
  /** All that is in it has been read, and in the one that was looked at before. */
  view(channelId: string, left: string): Promise<void>;
  post(id: string): Promise<Post>;
  /** The newest posts, or those before a post. */
  posts(channelId: string, before?: string): Promise<PostList>;
  thread(rootId: string): Promise<PostList>;
  createPost(post: {
    readonly channel_id: string;
    readonly root_id: string;
    readonly message: string;
    readonly file_ids: readonly string[];
  }): Promise<Post>;
  /** Gives the server's answer to a slash command, for this person only. */
  command(channelId: string, rootId: string, command: string): Promise<string>;
  addReaction(userId: string, postId: string, emojiName: string): Promise<void>;
  removeReaction(userId: string, postId: string, emojiName: string): Promise<void>;
  upload(channelId: string, file: File): Promise<FileInfo>;
  file(id: string): Promise<Blob>;
}

async function send(path: string, token: string, method: string, body?: unknown): Promise<Response> {
  const isForm = body instanceof FormData;
  const response = await fetch(apiUrl(path), {
    method,
    credentials: "omit",
    headers: {
      ...(token !== "" && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && !isForm && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiError(0, "The server can't be reached.");
  });
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => undefined);
  const message = (answer as { message?: unknown } | undefined)?.message;
  throw new ApiError(response.status, typeof message === "string" ? message : `HTTP ${response.status}`);
}

export async function logIn(name: string, password: string): Promise<Login> {
  const response = await send("/users/login", "", "POST", { login_id: name, password });
  return { token: response.headers.get("Token") ?? "", user: (await response.json()) as User };
}

export function createApi(token: string): Api {
  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    send(path, token, method, body);
  const get = async <T>(path: string): Promise<T> => (await call("GET", path)).json() as Promise<T>;
  return {
    token,
    me: () => get("/users/me"),
    user: (id) => get(`/users/${id}`),
    usersIn: (channelId) => get(`/users?in_channel=${channelId}&per_page=200`),
    async usersOf(ids) {
      if (ids.length === 0) return [];
      return (await call("POST", "/users/ids", ids)).json() as Promise<User[]>;
    },
    async myChannels() {
      const teams = await get<{ readonly id: string }[]>("/users/me/teams");
      const read = async <T>(suffix: string): Promise<T[]> =>
        (
          await Promise.all(teams.map(({ id }) => get<T[]>(`/users/me/teams/${id}/channels${suffix}`)))
        ).flat();
      const [listed, memberships] = await Promise.all([read<Channel>(""), read<Membership>("/members")]);
      // Each team's list has those that are in no team.
      const channels = [...new Map(listed.map((channel) => [channel.id, channel])).values()];
      return { channels, memberships };
    },
    async view(channelId, left) {
      const channels = { channel_id: channelId, prev_channel_id: left };
      await call("POST", "/channels/members/me/view", channels);
    },
    post: (id) => get(`/posts/${id}`),
    posts: (channelId, before) =>
      get(
        `/channels/${channelId}/posts?per_page=200&skipFetchThreads=true${before === undefined ? "" : `&before=${before}`}`,
      ),
    thread: (rootId) => get(`/posts/${rootId}/thread`),
    async createPost(post) {
      const pending = `${Date.now()}:${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
      return (await call("POST", "/posts", { ...post, pending_post_id: pending })).json() as Promise<Post>;
    },
    async command(channelId, rootId, command) {
      const body = { channel_id: channelId, root_id: rootId, command };
      const answer = (await (await call("POST", "/commands/execute", body)).json()) as { text?: string };
      return answer.text ?? "";
    },
    async addReaction(userId, postId, emojiName) {
      await call("POST", "/reactions", { user_id: userId, post_id: postId, emoji_name: emojiName });
    },
    async removeReaction(userId, postId, emojiName) {
      await call("DELETE", `/users/${userId}/posts/${postId}/reactions/${emojiName}`);
    },
    async upload(channelId, file) {
      const form = new FormData();
      form.set("channel_id", channelId);
      form.set("files", file, file.name);
      const { file_infos } = (await (await call("POST", "/files", form)).json()) as {
        file_infos: [FileInfo];
      };
      return file_infos[0];
    },
    file: async (id) => (await call("GET", `/files/${id}`)).blob(),
  };
}
