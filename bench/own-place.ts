// A place in a sandbox of its own, in this process: times are taken where the server holds a post, and what the daemon
// sends is counted.

import type { Socket } from "node:net";
import { createRateLimiter } from "../sandbox/server/rate-limit.ts";
import { startSandbox } from "../sandbox/server/sandbox.ts";
import { createManyChannels } from "../test/support/many-channels.ts";
import { now } from "./clock.ts";
import { type Account, call, listen, type Said } from "./person.ts";
import type { NamedRoom, OpenPlace, Room, Sent } from "./place.ts";
import { createView, type WirePost } from "./view.ts";

export const openOwnPlace: OpenPlace = async ({ rateLimit, people: wanted = 1, channels = 0 } = {}) => {
  const view = createView();
  // Only the daemon's: the person may be as quick as the measurement needs.
  const limiter = rateLimit && createRateLimiter(rateLimit, Date.now);
  const daemonSockets = new Set<Socket>();
  const arrivals = new Map<string, number>();
  const sent: Sent[] = [];
  let refusals = 0;
  let lastSentAt = 0;
  let daemonToken = "";

  const sandbox = await startSandbox({
    mount(app) {
      app.use(async (c, next) => {
        const arrivedAt = now();
        const isDaemon = c.req.header("authorization") === `Bearer ${daemonToken}`;
        if (isDaemon) {
          sent.push({ method: c.req.method, path: c.req.path, at: arrivedAt });
          lastSentAt = arrivedAt;
          daemonSockets.add(c.env.incoming.socket);
        }
        const mark = c.req.header("x-bench");
        if (mark) arrivals.set(mark, arrivedAt);
        const verdict = isDaemon ? limiter?.("") : undefined;
        if (verdict?.isLimited) {
          refusals += 1;
          return c.text("limit exceeded\n", 429, Object.fromEntries(verdict.headers));
        }
        await next();
        for (const [name, value] of verdict?.headers ?? []) c.header(name, value);
        const heldAt = now();
        if (isDaemon) lastSentAt = heldAt;
        const { method, path } = c.req;
        if (!c.res.ok || !["POST", "PUT"].includes(method)) return undefined;
        if (/\/posts(?:\/\w+\/patch)?$/.test(path)) {
          view.wrote((await c.res.clone().json()) as WirePost, heldAt);
        } else if (path.endsWith("/reactions")) {
          view.reacted(((await c.res.clone().json()) as { post_id: string }).post_id, heldAt);
        }
        return undefined;
      });
    },
  });
  const { url } = sandbox;
  const team = sandbox.createTeam({ name: "lab" });
  const person = sandbox.createUser({ username: "alice" });
  const others = Array.from({ length: wanted - 1 }, (_, at) => sandbox.createUser({ username: `p${at}` }));
  const people = [person, ...others];
  const room = (username: string): Room => {
    const account = sandbox.createUser({ username, isBot: true });
    const channel = sandbox.createChannel({ teamId: team.id, name: username, displayName: username });
    for (const { id } of [account, ...people]) sandbox.addMember(channel.id, id);
    return { account, channelId: channel.id };
  };
  const bot = room("claude-code");
  const bare = room("bare");
  const memberIds = [bot.account, ...people].map(({ id }) => id);
  const many = { teamId: team.id, count: channels, memberIds, prefix: "room" };
  const rooms = createManyChannels(sandbox, many).map(
    ({ id, name }): NamedRoom => ({ account: bot.account, channelId: id, address: `${team.name}/${name}` }),
  );
  daemonToken = bot.account.token;
  const ears = await listen(url, person.token);

  let marks = 0;
  async function send(path: string, body: unknown, by: Account = person): Promise<Said> {
    const mark = String(++marks);
    const headers = { "x-bench": mark };
    const { id = "" } = await call<{ id?: string }>(url, by.token, "POST", path, body, headers);
    const at = arrivals.get(mark) ?? Number.NaN;
    arrivals.delete(mark);
    return { id, at };
  }

  return {
    url,
    person,
    people,
    bot,
    rooms,
    bare,
    view,
    inside: {
      faults: sandbox.faults,
      sent,
      traffic: () => ({
        requests: sent.length,
        refusals,
        bytes: [...daemonSockets].reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, 0),
      }),
    },
    say: ({ channelId }, message, root = "", by = person) =>
      send("/posts", { channel_id: channelId, message, root_id: root }, by),
    react: async (postId, emojiName) =>
      (await send("/reactions", { user_id: person.id, post_id: postId, emoji_name: emojiName })).at,
    typing: (root, from) => ears.typing(root, bot.account.id, from),
    lastSentAt: () => lastSentAt,
    async close() {
      ears.close();
      await sandbox.close();
    },
  };
};
