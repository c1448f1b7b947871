// A chat in which Claude's tools are called for one person or another, over the real client, without any Claude: what the
// tools would have told it. Everything that mallory may not read says SECRET; only
// what is in `left` mallory may read until that channel is left.

import { readdirSync } from "node:fs";
import { onTestFinished } from "vitest";
import { type CreatedUser, startSandbox } from "../../sandbox/server/sandbox.ts";
import { createAccess } from "../../src/chat-tools/access.ts";
import { createChatTools, sharedTools } from "../../src/chat-tools/tools.ts";
import type { ChatOutcome } from "../../src/chat-tools/types.ts";
import { decodeChannelId, decodePostId, decodeUserId } from "../../src/mattermost/decode.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { Users } from "../../src/mattermost/users.ts";
import { systemClock } from "../../src/util/clock.ts";
import { filesIn } from "../../src/util/saved-files.ts";
import { defined } from "../support/mattermost-client.ts";
import { call } from "../support/sandbox-client.ts";
import { temporaryDirectory } from "../support/temporary.ts";

export type Readers = Awaited<ReturnType<typeof readers>>;

export async function readers() {
  const later = { ms: 0 };
  /** What the server says instead of what it would. */
  const changes = new Map<string, (body: string) => string>();
  const sandbox = await startSandbox({
    mount: (app) =>
      app.use(async (c, next) => {
        await next();
        const change = changes.get(new URL(c.req.url).pathname);
        if (!change) return;
        const body = change(await c.res.text());
        c.res = undefined;
        c.res = new Response(body, { headers: { "content-type": "application/json" } });
      }),
  });
  onTestFinished(() => sandbox.close());
  const [lab, rival] = ["lab", "rival"].map((name) => sandbox.createTeam({ name }).id) as [string, string];
  const names = ["claude-code", "alice", "bob", "carol", "mallory"] as const;
  const [bot, alice, bob, carol, mallory] = names.map((username) =>
    sandbox.createUser({ username, isBot: username === "claude-code" }),
  ) as [CreatedUser, CreatedUser, CreatedUser, CreatedUser, CreatedUser];

  const channel = (name: string, type: "O" | "P", teamId: string, ...members: CreatedUser[]) => {
    const { id } = sandbox.createChannel({ name, type, teamId });
    for (const member of members) sandbox.addMember(id, member.id);
    return id;
  };
  const places = {
    here: channel("here", "O", lab, bot, alice, bob, mallory),
    secret: channel("secret", "P", lab, bot, alice, bob),
    open: channel("open", "O", lab, bot, bob),
    unseen: channel("unseen", "P", lab, alice, mallory),
    rival: channel("rivals", "O", rival, bot, bob),
    left: channel("left", "P", lab, bot, bob, mallory),
    direct: sandbox.openConversation([bot.id, bob.id]).id,
    group: sandbox.openConversation([bot.id, bob.id, carol.id]).id,
  };

  async function post(
    user: CreatedUser,
    channelId: string,
    message: string,
    more: object = {},
  ): Promise<string> {
    const body = { channel_id: channelId, message, ...more };
    return String((await call(sandbox, user.token, "POST", "/api/v4/posts", body)).body["id"]);
  }
  async function upload(user: CreatedUser, channelId: string, name: string, words: string): Promise<string> {
    const form = new FormData();
    form.set("channel_id", channelId);
    form.set("files", new Blob([words]), name);
    const { body } = await call(sandbox, user.token, "POST", "/api/v4/files", form);
    return (body["file_infos"] as { id: string }[])[0]?.id ?? "";
  }

  const files = { secret: await upload(bob, places.secret, "plan.txt", "SECRET plan") };
  const posts = {
    root: await post(alice, places.here, "@claude-code what do they say about the launch?"),
    secret: await post(bob, places.secret, "SECRET launch is on friday", { file_ids: [files.secret] }),
    open: await post(bob, places.open, "SECRET launch in the open"),
    rival: await post(bob, places.rival, "SECRET launch of the rivals"),
    left: await post(bob, places.left, "launch among those who stayed"),
    direct: await post(bob, places.direct, "SECRET launch for the bot alone"),
    group: await post(bob, places.group, "SECRET launch in the group"),
    unseen: await post(alice, places.unseen, "SECRET launch where the bot is not"),
    deleted: await post(bob, places.here, "SECRET launch, and taken back"),
  };
  const reply = await post(bob, places.secret, "SECRET launch, once more", { root_id: posts.secret });
  await call(sandbox, bob.token, "DELETE", `/api/v4/posts/${posts.deleted}`);

  const clock = { ...systemClock, now: () => Date.now() + later.ms };
  const api = connectRest({ url: sandbox.url, token: bot.token });
  const users = new Users({ api, clock });
  const botId = defined(decodeUserId(bot.id));
  const access = createAccess({ api, users, botId, clock });
  const tools = createChatTools(sharedTools({ api, users, access, botId }));
  const filesDirectory = temporaryDirectory();

  /** What Claude is told, when it calls a tool in the turn of that person's. */
  const asks = (name: string, input: Record<string, unknown>, asker: CreatedUser | "nobody" = mallory) =>
    tools.call(
      {
        name,
        input,
        asker: asker === "nobody" ? undefined : decodeUserId(asker.id),
        channelId: defined(decodeChannelId(places.here)),
        threadId: defined(decodePostId(posts.root)),
        directory: filesDirectory,
        deniedPaths: [],
        filesDirectory: filesIn(filesDirectory),
        callsBefore: 0,
        isAllowed: false,
      },
      new AbortController().signal,
    );
  return {
    ...{ sandbox, places, posts, reply, files, changes, bot, alice, bob, carol, mallory, lab },
    post,
    upload,
    asks,
    forget: (channelId: string, user: CreatedUser) =>
      access.forget(defined(decodeChannelId(channelId)), defined(decodeUserId(user.id))),
    deactivate(user: CreatedUser) {
      sandbox.setUserActive(user.id, false);
      users.userUpdated({
        id: defined(decodeUserId(user.id)),
        username: user.username,
        isBot: false,
        isActive: false,
      });
    },
    passes(ms: number): void {
      later.ms += ms;
    },
    saved: (): string[] => readdirSync(filesDirectory),
  };
}

/** What of an outcome Claude, or whoever reads the thread, could learn something by. */
export const told = ({ text, isError, summary }: ChatOutcome): object => ({ text, isError, summary });
