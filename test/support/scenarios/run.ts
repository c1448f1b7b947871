// Plays one scenario in a world of its own, and writes the thread it made as people see it.

import { otherMachine } from "../other-machine.ts";
import type { World } from "../world.ts";
import { startWorld } from "../world.ts";
import type { Scenario } from "./scenario.ts";

export interface Stage {
  readonly claudePath: string;
  /** The environment of the CLI, whose HOME is its own. */
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
}

/** Gives the thread as Markdown, once nothing moves any more. */
export async function playScenario(scenario: Scenario, stage: Stage): Promise<string> {
  const machine = scenario.isElsewhere ? otherMachine(stage.environment) : undefined;
  const environment = machine?.environment ?? stage.environment;
  const project = { ...scenario.project, ...(machine ? { runner: machine.runner } : {}) };
  const world = await startWorld({
    claudePath: stage.claudePath,
    environment: scenario.hasPlan ? withPlan(environment) : environment,
    project,
    config: { directory: stage.directory, ...scenario.config },
    ...(scenario.maxPostSize ? { maxPostSize: scenario.maxPostSize } : {}),
  });
  for (const [name, content] of Object.entries(scenario.files ?? {})) {
    world.writeFile(name, content);
  }
  const root = await scenario.play(world, machine);
  await settled(world, root);
  return threadAsMarkdown(scenario.title, world, root);
}

/** A token that only the scripted model knows. */
function withPlan(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ANTHROPIC_API_KEY: _, ...rest } = environment;
  return { ...rest, CLAUDE_CODE_OAUTH_TOKEN: "scripted" };
}

/** The header names a slot that is in use for as long as the session may still write. */
async function settled(world: World, root: string): Promise<void> {
  let before = "";
  for (let looks = 0, quiet = 0; quiet < 20; looks++) {
    if (looks > 500) {
      throw new Error(`The thread does not come to rest:\n${world.text(root)}`);
    }
    const now = JSON.stringify(world.thread(root));
    quiet = now === before ? quiet + 1 : 0;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const BOT = "claude-code";

const EMOJI: Readonly<Record<string, string>> = {
  "+1": "👍",
  "+1_medium_skin_tone": "👍🏽",
  "-1": "👎",
  white_check_mark: "✅",
  x: "❌",
  octagonal_sign: "🛑",
  repeat: "🔁",
  pause_button: "⏸️",
  eyes: "👀",
  paperclip: "📎",
  arrows_counterclockwise: "🔄",
  tada: "🎉",
  one: "1️⃣",
  two: "2️⃣",
  three: "3️⃣",
};

function threadAsMarkdown(title: string, world: World, root: string): string {
  const posts = world.thread(root).map((post) => {
    // How often a text grew on its way is a matter of milliseconds.
    const isText = post.username === BOT && post.attachments.length === 0 && !post.message.startsWith("###");
    const edited = post.editedAt > 0 && !isText ? " *(edited)*" : "";
    // An attachment's colour is not told: what it says is what people decide by.
    const attachments = post.attachments.flatMap(({ text }) =>
      normalised(text, world.directory)
        .split("\n")
        .map((line) => `▌ ${line}`.trimEnd()),
    );
    const files = post.files.map((file) => `📎 ${file}`);
    // The bot offers its choices one after the other, and a quick person is faster than the last of them.
    const byBot = post.reactions.filter(({ username }) => username === BOT);
    const byPeople = post.reactions.filter(({ username }) => username !== BOT);
    const reactions = [...byBot, ...byPeople].map(
      ({ emojiName, username }) => `${EMOJI[emojiName] ?? `:${emojiName}:`} ${username}`,
    );
    return [
      `**@${post.username}**${edited}`,
      "",
      ...(post.message === "" ? [] : [normalised(post.message, world.directory)]),
      ...(post.message === "" || attachments.length === 0 ? [] : [""]),
      ...attachments,
      ...files,
      ...(reactions.length > 0 ? ["", `> ${reactions.join(" · ")}`] : []),
    ].join("\n");
  });
  return `# ${title[0]?.toUpperCase()}${title.slice(1)}\n\n${posts.join("\n\n---\n\n")}\n`;
}

/** What differs from run to run: where the directories are and what files are called. */
function normalised(message: string, directory: string): string {
  return (
    message
      .replaceAll(directory, "/home/dev/project")
      .replaceAll(/\/[^\s`|]*\/mm-claude-home-[A-Za-z0-9]{6}\b/g, "~")
      .replaceAll(/\/[^\s`|]*\/mm-claude-[A-Za-z0-9]{6}\b/g, "/tmp/mm-claude-files")
      // Grows with the scenes there are.
      .replaceAll(/(?<=I follow a script\. Say RUN and one of: ).*/g, "…")
      // When a limit is reset, and since when is counted.
      .replaceAll(/\d{1,2}:\d{2} \([\w/+-]+\)/g, "14:00 (UTC)")
      .replaceAll(
        /(?<=resets )(?:on \d+ \w+ at |\w{3} \d+, )?[\w:]+(?:[ap]m)? \([\w/+-]+\)/g,
        "at 14:00 (UTC)",
      )
      .replaceAll(/(?<=today \(|Days in )[A-Z][\w/+-]+/g, "UTC")
      .replaceAll(/20\d{2}-\d{2}-\d{2}/g, "2026-11-28")
      // How far Claude got before it was interrupted.
      .replaceAll(/word1( word\d+)+/g, "word1 word2 …")
      .replaceAll(
        /https?:\/\/[\w.:]+\/_redirect\/pl\/[a-z0-9]{26}/g,
        "https://chat.example.com/_redirect/pl/…",
      )
      .replaceAll(/\(process \d+\)/g, "(process 4711)")
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "00000000-0000-4000-8000-000000000000")
      .replaceAll(/[^\s`|]*\/[\w-]*claude(\.mjs|\.exe)?(?= --resume)/g, "claude")
      .replaceAll(/-[0-9a-f]{6}(?=\.\w+)/g, "-000000")
      .replaceAll(/(?<=⏳ since )\d\d:\d\d \([^)]*\)/g, "14:00 (UTC)")
      .replaceAll(/(?<=⚙️ `[^`]*` · )\d+ s/g, "1 s")
      .replaceAll(/[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2} (?:20\d\d )?\d\d:\d\d/g, "Mon 30 Nov 09:00")
      .replaceAll(/(?<=once, Mon 30 Nov 09:00 )[A-Z][\w/+-]*/g, "UTC")
      .replaceAll("\u200b", "&ZeroWidthSpace;")
  );
}
