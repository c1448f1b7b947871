// The page in front of a sandbox in this very process, without a bridge: what the page does with posts of any kind.
import { onTestFinished } from "vitest";
import { createGate } from "../../sandbox/gate.ts";
import { createPageServer } from "../../sandbox/page-server.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server/sandbox.ts";

export interface Chat {
  readonly origin: string;
  readonly address: string;
  readonly secret: string;
  readonly channelId: string;
  readonly teamId: string;
  readonly sandbox: Sandbox;
  /** Everybody's id. */
  idOf(username: string): string;
  /** Makes a channel of everybody; gives its id. */
  addChannel(name: string, displayName: string, type?: "O" | "P"): string;
  /** Posts as somebody, in a thread when `rootId` is given; gives the id. */
  post(username: string, message: string, rootId?: string, more?: object): Promise<string>;
  react(username: string, postId: string, ...emojiNames: readonly string[]): Promise<void>;
  call(username: string, method: string, path: string, body?: unknown): Promise<Response>;
  /** Cuts every WebSocket. */
  dropSockets(): void;
}

/** For the rest of the test. */
export async function startChat(maxPostSize = 16_383): Promise<Chat> {
  const gate = createGate();
  const sandbox = await startSandbox({ maxPostSize, ...createPageServer(gate) });
  onTestFinished(() => sandbox.close());
  const { id: teamId } = sandbox.createTeam({ name: "demo" });
  const { id: channelId } = sandbox.createChannel({
    teamId,
    name: "claude-sessions",
    displayName: "Claude Sessions",
  });
  const accounts = new Map(
    ["alice", "bob", "carol", "mallory", "claude-code"].map((username) => {
      const isBot = username === "claude-code";
      const account = sandbox.createUser({ username, isBot, password: gate.secret });
      sandbox.addMember(channelId, account.id);
      return [username, account];
    }),
  );
  const call: Chat["call"] = async (username, method, path, body) => {
    const response = await fetch(`${sandbox.url}/api/v4${path}`, {
      method,
      headers: { Authorization: `Bearer ${accounts.get(username)?.token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    origin: sandbox.url,
    address: `${sandbox.url}${gate.path}`,
    secret: gate.secret,
    channelId,
    teamId,
    sandbox,
    idOf: (username) => accounts.get(username)?.id ?? "",
    addChannel(name, displayName, type = "O") {
      const { id } = sandbox.createChannel({ teamId, name, displayName, type });
      for (const account of accounts.values()) sandbox.addMember(id, account.id);
      return id;
    },
    call,
    async post(username, message, rootId = "", more = {}) {
      const body = { channel_id: channelId, message, root_id: rootId, ...more };
      return ((await (await call(username, "POST", "/posts", body)).json()) as { id: string }).id;
    },
    async react(username, post_id, ...emojiNames) {
      const user_id = accounts.get(username)?.id;
      for (const emoji_name of emojiNames) {
        await call(username, "POST", "/reactions", { user_id, post_id, emoji_name });
      }
    },
    dropSockets: sandbox.faults.dropSockets,
  };
}
