// A channel full of people around the daemon: alice and bob are listed, carol and mallory are not. Each acts as
// themselves; what Claude does is told scene by scene, and what reached it can be read.

import { onTestFinished } from "vitest";
import { runScene, type Scene, type Step, type StepContext } from "../../sandbox/model/scene.ts";
import { scenes as builtIn } from "../../sandbox/model/scenes.ts";
import { startScriptedModel } from "../../sandbox/model/server.ts";
import type { CreatedUser, SandboxOptions } from "../../sandbox/server/sandbox.ts";
import type { SeenPost } from "../../sandbox/server/state.ts";
import { type Daemon, type DaemonOptions, daemonWorld, until } from "../support/daemon-world.ts";

export type Town = Awaited<ReturnType<typeof town>>;

/** Everything in it ends with the test. */
export async function town(options: SandboxOptions = {}) {
  const scenes: Scene[] = [...builtIn];
  const model = await startScriptedModel({ scenes });
  onTestFinished(() => model.close());
  const world = await daemonWorld(model.url, options);
  const { sandbox, channelId, bot, api } = world;
  let made = 0;

  const join = (username: string, isBot = false): CreatedUser => {
    const user = sandbox.createUser({ username, isBot });
    sandbox.addMember(channelId, user.id);
    return user;
  };

  const as = (user: CreatedUser) => ({
    ...user,
    say: (message: string, rootId = "", more: object = {}): Promise<string> =>
      api(user, "POST", "/posts", { channel_id: channelId, message, root_id: rootId, ...more }),
    react: (postId: string, emoji_name: string): Promise<string> =>
      api(user, "POST", "/reactions", { user_id: user.id, post_id: postId, emoji_name }),
    edit: (id: string, message: string): Promise<string> =>
      api(user, "PUT", `/posts/${id}/patch`, { message }),
    upload: (name: string, bytes: Uint8Array<ArrayBuffer> | string): Promise<string> => {
      const form = new FormData();
      form.set("channel_id", channelId);
      form.set("files", new Blob([bytes]), name);
      return uploaded(user, form);
    },
  });

  async function uploaded(user: CreatedUser, body: FormData): Promise<string> {
    const answer = await fetch(`${sandbox.url}/api/v4/files`, {
      method: "POST",
      headers: { authorization: `Bearer ${user.token}` },
      body,
    });
    const { file_infos } = (await answer.json()) as { file_infos: { id: string }[] };
    return file_infos[0]?.id ?? "";
  }

  const alice = as(world.alice);
  const allPosts = (): SeenPost[] => sandbox.state.threads(channelId).flat();

  const here = {
    ...world,
    model,
    join,
    as,
    alice,
    bob: as(join("bob")),
    carol: as(join("carol")),
    mallory: as(join("mallory")),
    /** With alice and bob on the list. */
    ready: (how: DaemonOptions = {}): Promise<Daemon> =>
      world.ready({ ...how, env: { ALLOWED_USERS: "alice,bob", ...how.env } }),
    /** A scene of these steps, as the words that ask for it. */
    scene(...steps: readonly (Step | ((context: StepContext) => Step))[]): string {
      const name = `scene${++made}`.replace(/\d+/, (digits) => String.fromCodePoint(96 + Number(digits)));
      scenes.push(
        runScene(name, (context) => {
          const step = steps[Math.min(context.step, steps.length - 1)];
          return typeof step === "function" ? step(context) : (step ?? {});
        }),
      );
      return `RUN ${name}`;
    },
    allPosts,
    botPosts: (): SeenPost[] => allPosts().filter(({ userId }) => userId === bot.id),
    /** All that has reached the model so far. */
    heard: (): string => JSON.stringify(model.requests.map(({ body }) => body["messages"])),
    /** Everything that came before it has been dealt with once this returns: a listed person talks in a new thread. */
    async passes(by = alice, words = `sentinel-${++made}`): Promise<void> {
      const root = await by.say(`@claude-code RUN echo ${words}`);
      await world.says(root, words);
    },
    /** The same in a thread whose turn waits for somebody: a listed person's message is seen to wait. */
    async waits(root: string, by = alice, words = `RUN echo later-${++made}`): Promise<string> {
      const id = await by.say(words, root);
      await world.until(root, (posts) => posts.find((post) => post.id === id && hasEmoji(post, "eyes")));
      return id;
    },
    post: (id: string): SeenPost | undefined => allPosts().find((post) => post.id === id),
    /** Whom a post has notified by a mention, by name. */
    mentionedBy: (postId: string): string[] =>
      sandbox.notifications
        .flatMap((one) => (one.postId === postId ? one.mentioned : []))
        .map((id) => names.get(id) ?? id),
    /** Whom the bot's own posts have notified so. */
    notified: (): string[] => [...new Set(here.botPosts().flatMap(({ id }) => here.mentionedBy(id)))].sort(),
  };
  const names = new Map(
    [here.alice, here.bob, here.carol, here.mallory].map((user) => [user.id, user.username]),
  );
  return here;
}

export async function readyTown(how?: DaemonOptions): Promise<Town> {
  const here = await town();
  await here.ready(how);
  return here;
}

export const hasEmoji = (post: SeenPost | undefined, emojiName: string): boolean =>
  post?.reactions.some((reaction) => reaction.emojiName === emojiName) === true;

export const bash = (command: string) => ({ name: "Bash", input: { command, description: "Do it" } });

/** Ends it as a crash would. */
export async function killed(daemon: Daemon): Promise<void> {
  daemon.signal("SIGKILL");
  await daemon.exit;
}

export { until };
