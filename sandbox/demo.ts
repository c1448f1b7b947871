// mm-claude without a Mattermost: the sandbox server with people in it, its chat page, and the real bridge against it.
// With a scripted model it needs no Claude account either; the CLI and its tools are real all the same.

import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { createGate, type Gate } from "./gate.ts";
import { type Guest, playGuest } from "./guest.ts";
import { clearAbandonedHomes, makeHome, removeHome } from "./home.ts";
import { layOutDocs } from "./model/docs-project.ts";
import { scriptedEnvironment } from "./model/environment.ts";
import { guidedScenes } from "./model/guided-scenes.ts";
import { layOutProject } from "./model/project.ts";
import { scenes } from "./model/scenes.ts";
import { startScriptedModel } from "./model/server.ts";
import { createPageServer, type PageServer } from "./page-server.ts";
import { type Sandbox, startSandbox } from "./server/sandbox.ts";
import { postWelcomes, postWords, type Welcome, YESTERDAYS_WORDS } from "./welcome.ts";

/** The settings that the demo chooses; all others are mm-claude's own defaults. */
export interface DemoSettings {
  readonly url: string;
  readonly token: string;
  /** The first of the channels, for who serves one alone. */
  readonly channelId: string;
  /** Each is a project of its own; the same people are in all. */
  readonly channels: PerProject;
  /** Where Claude works in each; one and the same with a real Claude. */
  readonly directories: PerProject;
  /** Those who may start sessions may write to the bot directly. */
  readonly directMessages: true;
  readonly allowedUsers: readonly string[];
  readonly claudePath: string;
  /** Of the first of the channels. */
  readonly directory: string;
}

interface PerProject {
  readonly shop: string;
  readonly docs: string;
}

/** What mm-claude does for the demo. */
export interface DemoBridge {
  /** Says a sentence. */
  readonly say: (text: string) => void;
  /** Says what it is, and the rest as a table. */
  readonly introduce: (title: string, rows: readonly Row[]) => void;
  /** Rejects when there is no such program. */
  readonly claudeVersion: (path: string) => Promise<string>;
  /** Runs the bridge until a signal ends it; gives the exit code. What it keeps goes to `stateHome`. */
  readonly run: (
    settings: DemoSettings,
    environment: NodeJS.ProcessEnv,
    stateHome: string,
    links: DemoLinks,
  ) => Promise<number>;
}

type Row = readonly [name: string, value: string];

/** Where people find things on the page. */
export interface DemoLinks {
  readonly channel: string;
  readonly thread: (id: string) => string;
}

export interface DemoOptions extends DemoBridge {
  /** Answers from a script, whatever Claude there is. */
  readonly isScripted: boolean;
  /** The port to listen on; the next free one when it is taken. */
  readonly port: number;
  readonly directory: string;
  /** PATH, on which the person's own `claude` is looked for. */
  readonly searchPath: string;
  /** Shows an address in the person's browser, if there is one. */
  readonly openBrowser: (address: string) => void;
}

export const DEFAULT_DEMO_PORT = 8065;
const PORTS_TRIED = 20;

const BOT = "claude-code";
const GUIDE = "guide";
/** Alice and Bob may start sessions; the others are guests. */
const LISTED = ["alice", "bob"];
/** Has said something before anybody looks. */
const COLLEAGUE = "bob";
const DAY_MS = 24 * 3_600_000;
const GUEST = "carol";
const UNLISTED = [GUEST, "mallory"];

export async function runDemo(options: DemoOptions): Promise<number> {
  const claude = await findClaude(options);
  if (!claude) {
    options.say(
      "There is no Claude Code CLI on this machine, not even for a scripted demo. Install one with: " +
        "npm install -g @anthropic-ai/claude-code",
    );
    return 1;
  }
  const gate = createGate();
  const sandbox = await startOnFreePort(options, createPageServer(gate));
  const { isScripted } = claude;
  const model = isScripted
    ? await startScriptedModel({ scenes: [...scenes, ...guidedScenes], tokenDelayMs: 24 })
    : undefined;
  clearAbandonedHomes();
  const home = makeHome();
  let stopGuest = (): void => {};
  try {
    const { directory } = options;
    const directories = model
      ? { shop: layOutProject(home), docs: layOutDocs(home) }
      : { shop: directory, docs: directory };
    const { settings, guest, welcome, colleague } = populate(sandbox, gate, claude, directories);
    sandbox.faults.dateAhead(-DAY_MS, colleague.id);
    await postWords(welcome.url, colleague.token, welcome.channels.shop, YESTERDAYS_WORDS);
    await postWelcomes(welcome);
    stopGuest = playGuest(guest);
    const address = `${sandbox.url}${gate.path}`;
    options.introduce(TITLE, introduction(address, claude, directories.shop));
    options.openBrowser(address);
    const environment = model ? environmentWithNode(scriptedEnvironment(model.url, home)) : process.env;
    // The sandbox forgets everything at its end, so nothing of it is kept for a next start.
    return await options.run(settings, environment, home, linksTo(address));
  } finally {
    stopGuest();
    await Promise.all([sandbox.close(), model?.close()]);
    removeHome(home);
  }
}

function linksTo(address: string): DemoLinks {
  return { channel: address, thread: (id) => `${address}#${LISTED[0]}//${id}` };
}

async function startOnFreePort({ port, say }: DemoOptions, page: PageServer): Promise<Sandbox> {
  for (let candidate = port; ; candidate += 1) {
    try {
      const sandbox = await startSandbox({ port: candidate, ...page });
      if (candidate !== port) say(`Port ${port} is taken, so this is port ${candidate}.`);
      return sandbox;
    } catch (error) {
      const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!isTaken || candidate >= Math.min(port + PORTS_TRIED, 65_535)) throw error;
    }
  }
}

interface FoundClaude {
  readonly path: string;
  readonly version: string;
  readonly isScripted: boolean;
}

/** The CLI on PATH with the person's own account; for a script, or where there is none, also one installed beside us. */
async function findClaude({
  isScripted,
  searchPath,
  claudeVersion,
}: DemoOptions): Promise<FoundClaude | undefined> {
  const own = ownClaude(searchPath);
  const candidates = isScripted ? [bundledClaude(), own] : [own, bundledClaude()];
  for (const path of candidates) {
    const version = path && (await claudeVersion(path).catch(() => undefined));
    if (path && version) {
      return { path, version, isScripted: isScripted || path !== own };
    }
  }
  return undefined;
}

/** `npm run` puts the packages' own programs first on PATH: the one that came with this package is nobody's own. */
function ownClaude(searchPath: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((directory) => directory !== "" && !/node_modules[/\\]\.bin[/\\]?$/.test(directory))
    .map((directory) => join(directory, "claude"))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
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

/** The scripted project runs its tests with the node that runs us, on PATH or not. */
function environmentWithNode(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const PATH = [environment["PATH"], dirname(process.execPath)].filter(Boolean).join(delimiter);
  return { ...environment, PATH };
}

interface Populated {
  readonly settings: DemoSettings;
  readonly guest: Guest;
  readonly welcome: Welcome;
  readonly colleague: { readonly id: string; readonly token: string };
}

/** Everybody's password is the secret of the page's address: who has that may be anybody here. */
function populate(
  sandbox: Sandbox,
  { secret }: Gate,
  { path: claudePath, isScripted }: FoundClaude,
  directories: PerProject,
): Populated {
  const { url } = sandbox;
  const team = sandbox.createTeam({ name: "demo", displayName: "Demo" });
  const channel = (name: string, displayName: string): string =>
    sandbox.createChannel({ teamId: team.id, name, displayName }).id;
  const channels = { shop: channel("shop", "Shop"), docs: channel("docs", "Docs") };
  const bot = sandbox.createUser({ username: BOT, isBot: true });
  const guide = sandbox.createUser({ username: GUIDE, isBot: true });
  const people = [...LISTED, ...UNLISTED].map((username) =>
    sandbox.createUser({ username, password: secret }),
  );
  for (const channelId of Object.values(channels)) {
    for (const { id } of [bot, guide, ...people]) sandbox.addMember(channelId, id);
  }
  const listed = people.filter(({ username }) => LISTED.includes(username));
  const conversations = listed.map(({ id }) => sandbox.openConversation([id, bot.id]).id);
  const settings = {
    url,
    token: bot.token,
    channelId: channels.shop,
    channels,
    directories,
    directMessages: true,
    allowedUsers: LISTED,
    claudePath,
    directory: directories.shop,
  } as const;
  const guest = {
    url,
    token: people.find(({ username }) => username === GUEST)?.token ?? "",
    name: GUEST,
    botId: bot.id,
    words: "Could you explain this project to me?",
  };
  const colleague = people.find(({ username }) => username === COLLEAGUE) ?? bot;
  const tokens = { guideToken: guide.token, botToken: bot.token };
  return {
    settings,
    guest,
    colleague,
    welcome: { url, bot: BOT, isScripted, ...tokens, channels, conversations },
  };
}

const TITLE = "A Mattermost of your own, in memory, on this machine only.";

function introduction(address: string, { version, isScripted }: FoundClaude, directory: string): Row[] {
  const answers = isScripted
    ? `SCRIPTED: Claude Code ${version} and its tools are real, the model behind them is not`
    : `Claude Code ${version} with your own account`;
  const [listed, unlisted] = [LISTED, UNLISTED].map((names) => names.join(" and "));
  return [
    ["Open", address],
    ["Answers", answers],
    ["Works in", directory],
    ["Channels", `Shop and Docs, each a project of its own, and direct messages with @${BOT}`],
    ["People", `${listed} may start sessions, ${unlisted} are guests: choose on the page`],
    ["Type first", `@${BOT} what does this project do?`],
  ];
}
