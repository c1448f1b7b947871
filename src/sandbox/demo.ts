// mm-claude without a Mattermost: the sandbox server with people in it and the real bridge against it. With a scripted
// model it needs no Claude account either; the CLI and its tools are real all the same.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config/settings.ts";
import { scriptedEnvironment } from "./model/environment.ts";
import { scenes } from "./model/scenes.ts";
import { startScriptedModel } from "./model/server.ts";
import { type Sandbox, startSandbox } from "./server/sandbox.ts";

export interface DemoOptions {
  /** Answers from a script, whatever Claude there is. */
  readonly isScripted: boolean;
  readonly directory: string;
  readonly print: (line: string) => void;
  /** Rejects when there is no such program. */
  readonly claudeVersion: (path: string) => Promise<string>;
  /** Runs the bridge until a signal ends it; gives the exit code. */
  readonly run: (config: Config, environment: NodeJS.ProcessEnv) => Promise<number>;
}

const BOT = "claude-code";
/** Alice and Bob may start sessions; the others are guests. */
const LISTED = ["alice", "bob"];
const GUESTS = ["carol", "mallory"];

export async function runDemo(options: DemoOptions): Promise<number> {
  const claude = await findClaude(options);
  if (!claude) {
    options.print(
      "There is no Claude Code CLI on this machine, not even for a scripted demo. Install one with: " +
        "npm install -g @anthropic-ai/claude-code",
    );
    return 1;
  }
  const sandbox = await startSandbox();
  const model = claude.isScripted ? await startScriptedModel({ scenes, tokenDelayMs: 20 }) : undefined;
  const home = mkdtempSync(join(tmpdir(), "mm-claude-demo-"));
  try {
    const { config, accounts } = populate(
      sandbox,
      claude.path,
      model ? demoProject(home) : options.directory,
    );
    options.print(introduction(sandbox, config, accounts, claude, model !== undefined));
    return await options.run(config, model ? scriptedEnvironment(model.url, home) : process.env);
  } finally {
    await Promise.all([sandbox.close(), model?.close()]);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface FoundClaude {
  readonly path: string;
  readonly version: string;
  readonly isScripted: boolean;
}

/** The CLI on PATH with the person's own account; for a script, or where there is none, also one installed beside us. */
async function findClaude({ isScripted, claudeVersion }: DemoOptions): Promise<FoundClaude | undefined> {
  const candidates = isScripted ? [bundledClaude(), "claude"] : ["claude", bundledClaude()];
  for (const path of candidates) {
    const version = path && (await claudeVersion(path).catch(() => undefined));
    if (path && version) {
      return { path, version, isScripted: isScripted || path !== "claude" };
    }
  }
  return undefined;
}

/** The program of the `@anthropic-ai/claude-code` package, when that is installed with us (2.1: a native binary). */
function bundledClaude(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    return require.resolve(`@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`);
  } catch {
    return undefined;
  }
}

function demoProject(home: string): string {
  const directory = mkdtempSync(join(home, "project-"));
  writeFileSync(join(directory, "notes.txt"), "one\ntwo\nthree\n");
  return directory;
}

interface Populated {
  readonly config: Config;
  /** By username. */
  readonly accounts: Readonly<Record<string, { readonly id: string; readonly token: string }>>;
}

function populate(sandbox: Sandbox, claudePath: string, directory: string): Populated {
  const team = sandbox.createTeam({ name: "demo", displayName: "Demo" });
  const channel = sandbox.createChannel({
    teamId: team.id,
    name: "claude-sessions",
    displayName: "Claude Sessions",
  });
  const accounts = [BOT, ...LISTED, ...GUESTS].map((username) =>
    sandbox.createUser({ username, isBot: username === BOT }),
  );
  for (const account of accounts) {
    sandbox.addMember(channel.id, account.id);
  }
  const byName = Object.fromEntries(accounts.map((account) => [account.username, account]));
  const config: Config = {
    url: sandbox.url,
    token: byName[BOT]?.token ?? "",
    channelId: channel.id,
    botName: undefined,
    allowedUsers: LISTED,
    skipPermissions: false,
    maxSessions: 5,
    sessionTimeoutMs: 1_800_000,
    claudePath,
    directory,
    debug: false,
  };
  return { config, accounts: byName };
}

function introduction(
  sandbox: Sandbox,
  { channelId }: Config,
  accounts: Populated["accounts"],
  claude: FoundClaude,
  isScripted: boolean,
): string {
  const first = isScripted ? "RUN bash" : "what is in this directory?";
  const post = (text: string, more = ""): string =>
    `  curl -s -H "Authorization: Bearer $ALICE" $MM/posts -d '{"channel_id":"${channelId}","message":"${text}"${more}}'`;
  return [
    "A Mattermost of your own, in memory, on this machine only.",
    "",
    isScripted
      ? `  Answers are SCRIPTED: Claude Code ${claude.version} and its tools are real, the model behind them is not.`
      : `  Claude Code ${claude.version} with your own account works in the directory below.`,
    `  People: ${LISTED.join(", ")} may start sessions; ${GUESTS.join(", ")} are guests.`,
    "",
    "In another terminal, speak as alice:",
    `  MM=${sandbox.url}/api/v4`,
    ...[...LISTED, ...GUESTS].map((name) => `  ${name.toUpperCase()}=${accounts[name]?.token}`),
    post(`@${BOT} ${first}`),
    "Read the channel:",
    `  curl -s -H "Authorization: Bearer $ALICE" $MM/channels/${channelId}/posts | node -e '${READER}'`,
    "Answer in a thread, or with 👍 on a card (ids are in what you read):",
    post("go on", ',"root_id":"THREAD"'),
    `  curl -s -H "Authorization: Bearer $ALICE" $MM/reactions -d '{"user_id":"${accounts["alice"]?.id}","post_id":"CARD","emoji_name":"+1"}'`,
    ...(isScripted ? ["", `The script knows: ${scenes.map((scene) => `RUN ${scene.name}`).join(", ")}`] : []),
    "",
  ].join("\n");
}

/** Prints a channel's posts, oldest first, with the ids one needs to answer. */
const READER =
  'let s="";process.stdin.on("data",d=>s+=d).on("end",()=>{const p=JSON.parse(s);' +
  'for(const i of p.order.reverse()){const q=p.posts[i];console.log("-- "+i+" in "+(q.root_id||i)+"\\n"+q.message)}})';
