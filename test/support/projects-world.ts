// A machine with three repositories and a projects.yaml, one mm-claude on it, and the people who talk to it in the
// channels of a server. Claude does what it is told in words such as "SH: git status".

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runScene, type Scene } from "../../sandbox/model/scene.ts";
import type { CreatedUser } from "../../sandbox/server/sandbox.ts";
import { type Daemon, type DaemonOptions, daemonWorld } from "./daemon-world.ts";
import { type GitWorld, gitWorld } from "./git-world.ts";
import { call } from "./sandbox-client.ts";

const SHELL = /\bSH: ([\s\S]+)/;
const WRITE = /\bWRITE: (\S+)/;

/** "SH: command" runs it, "WRITE: name" writes that file where Claude works, "RUN where" tells where that is. */
export const projectScenes: readonly Scene[] = [
  {
    name: "shell",
    matches: (text) => SHELL.test(text),
    play: ({ step, calls, userText }) =>
      step === 0
        ? { tools: [shell(SHELL.exec(userText)?.[1] ?? "")] }
        : { text: `The shell said: ${calls.at(-1)?.result}` },
  },
  {
    name: "write",
    matches: (text) => WRITE.test(text),
    play: ({ step, calls, userText, directory }) =>
      step === 0
        ? {
            tools: [
              {
                name: "Write",
                input: { file_path: join(directory, WRITE.exec(userText)?.[1] ?? ""), content: "one\ntwo\n" },
              },
            ],
          }
        : { text: calls.at(-1)?.isError ? `It failed: ${calls.at(-1)?.result}` : "It is written." },
  },
  { name: "on", matches: (text) => text.startsWith("Go on where"), play: () => ({ text: "On I go." }) },
  runScene("where", ({ step, calls }) =>
    step === 0 ? { tools: [shell("pwd")] } : { text: `I work in ${calls.at(-1)?.result}.` },
  ),
];

const shell = (command: string) => ({ name: "Bash", input: { command, description: "Run it" } });

export interface Talker extends CreatedUser {
  /** Gives the post's id. */
  say(channelId: string, message: string, rootId?: string): Promise<string>;
  react(postId: string, emojiName: string): Promise<string>;
}

export type ProjectsWorld = Awaited<ReturnType<typeof projectsWorld>>;

/** `claudePath`: the CLI where a project names no other. */
export async function projectsWorld(
  modelUrl: string,
  claudePath: string,
  atEnd: (end: () => Promise<void>) => void,
) {
  const world = await daemonWorld(modelUrl, {}, atEnd);
  const { sandbox, home, bot, api } = world;
  const { id: teamId } = sandbox.createTeam({ name: "dev" });
  const talker = (user: CreatedUser): Talker => ({
    ...user,
    say: (channel_id, message, root_id = "") => api(user, "POST", "/posts", { channel_id, message, root_id }),
    react: (post_id, emoji_name) =>
      api(user, "POST", "/reactions", { user_id: user.id, post_id, emoji_name }),
  });
  const people = {
    alice: talker(world.alice),
    bob: talker(sandbox.createUser({ username: "bob" })),
    mallory: talker(sandbox.createUser({ username: "mallory" })),
  };
  const channel = (name: string): string => {
    const { id } = sandbox.createChannel({ teamId, name });
    for (const user of [bot, ...Object.values(people)]) sandbox.addMember(id, user.id);
    return id;
  };

  const environment = { PATH: process.env["PATH"], HOME: home, GIT_CONFIG_NOSYSTEM: "1" };
  const [name, email] = ["Alice", "alice@example.org"];
  writeFileSync(
    join(home, ".gitconfig"),
    `[init]\n\tdefaultBranch = main\n[user]\n\tname = ${name}\n\temail = ${email}\n`,
  );
  const repository = (path: string): GitWorld => gitWorld(environment, join(home, "src", path));
  const file = join(home, ".config/mm-claude/projects.yaml");
  mkdirSync(join(home, ".config/mm-claude"), { recursive: true });

  const settings = (options: DaemonOptions = {}): DaemonOptions => ({
    claudePath,
    ...options,
    env: { MATTERMOST_CHANNEL_ID: "", GIT_CONFIG_NOSYSTEM: "1", ...options.env },
  });
  return {
    ...world,
    ...people,
    channel,
    repository,
    ready: (): Promise<Daemon> => world.ready(settings()),
    /** mm-claude as somebody calls it beside the one that runs. */
    async run(cwd: string, ...args: readonly string[]): Promise<string> {
      const program = world.start(settings({ cwd, args }));
      const { code } = await program.exit;
      return `${program.output()}${code === 0 ? "" : `exit code ${code}\n`}`;
    },
    config: () => readFileSync(file, "utf8"),
    configure: (text: string) => writeFileSync(file, text),
    /** The bytes of the one file of a post. */
    async attached(postId: string): Promise<Buffer> {
      const { token } = people.alice;
      const post = await call(sandbox, token, "GET", `/api/v4/posts/${postId}`);
      const [id] = post.body["file_ids"] as string[];
      const answer = await fetch(`${sandbox.url}/api/v4/files/${id}`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      return Buffer.from(await answer.arrayBuffer());
    },
  };
}
