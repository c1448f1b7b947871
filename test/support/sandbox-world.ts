// A sandbox with a team, a channel and a few people in it, as most tests of it want.
import {
  type CreatedUser,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from "../../sandbox/server/sandbox.ts";
import { type Answer, bearer, call, connect, type Json, type SocketPeer } from "./sandbox-client.ts";

export interface World {
  readonly sandbox: Sandbox;
  readonly teamId: string;
  readonly channelId: string;
  readonly alice: CreatedUser;
  readonly bob: CreatedUser;
  /** A bot. */
  readonly robot: CreatedUser;
  /** In the team, not in the channel. */
  readonly outsider: CreatedUser;
  /** As `/api/v4` + path. */
  api(user: CreatedUser, method: string, path: string, body?: unknown): Promise<Answer>;
  post(user: CreatedUser, message: string, more?: Json): Promise<Answer>;
  socket(user: CreatedUser, query?: string): Promise<SocketPeer>;
}

export async function startWorld(options: SandboxOptions = {}): Promise<World> {
  const sandbox = await startSandbox(options);
  const { id: teamId } = sandbox.createTeam({ name: "lab" });
  const { id: channelId } = sandbox.createChannel({ teamId, name: "work" });
  const alice = sandbox.createUser({ username: "alice", password: "secret-of-alice" });
  const bob = sandbox.createUser({ username: "bob" });
  const robot = sandbox.createUser({ username: "robot", isBot: true });
  const outsider = sandbox.createUser({ username: "outsider" });
  for (const user of [alice, bob, robot]) sandbox.addMember(channelId, user.id);
  const { id: elsewhere } = sandbox.createChannel({ teamId, name: "elsewhere" });
  sandbox.addMember(elsewhere, outsider.id);
  const api: World["api"] = (user, method, path, body) =>
    call(sandbox, user.token, method, `/api/v4${path}`, body);
  return {
    sandbox,
    teamId,
    channelId,
    alice,
    bob,
    robot,
    outsider,
    api,
    post: (user, message, more = {}) =>
      api(user, "POST", "/posts", { channel_id: channelId, message, ...more }),
    socket: (user, query) => connect(sandbox, bearer(user.token), query),
  };
}

/** The names of the events a peer has got, in order. */
export const eventNames = (peer: SocketPeer) => peer.frames.map((frame) => frame["event"]);

/** The post inside a posted, post_edited or post_deleted event. */
export function postIn(frame: Json): Json {
  return JSON.parse(String((frame["data"] as Json)["post"])) as Json;
}
