// Asks for the settings one by one, each answer checked against the real server before the next question. Claude comes
// first: without it the rest is of no use. Writes nothing until the last answer is in, so giving up leaves nothing behind.

import { ConfigError } from "../config/error.ts";
import {
  type ParseContext,
  type Parsed,
  parseBoolean,
  parseChannelId,
  parseProgram,
  parseToken,
  parseUrl,
  parseUsername,
  parseUsernames,
} from "../config/parse.ts";
import { SETTINGS, type SettingKey } from "../config/settings.ts";
import { MattermostError } from "../mattermost/error.ts";
import type { Channel, MattermostApi, User } from "../mattermost/types.ts";
import { printable } from "../util/printable.ts";
import {
  type Check,
  type ClaudeLogin,
  type ClaudeVersion,
  checkAccount,
  checkBotName,
  checkChannel,
  checkClaude,
  checkClaudeLogin,
  checkServer,
  checkUsers,
  NOT_ASKED,
} from "./checks.ts";
import { changeEnvFile, type EnvValues } from "./env-file.ts";
import type { Ask, Judge } from "./prompt.ts";
import { inQuestionWords, QUESTIONS } from "./questions.ts";

export interface WizardOptions {
  readonly ask: Ask;
  readonly print: (line: string) => void;
  readonly connect: (url: string, token: string) => MattermostApi;
  readonly claudePath: string;
  /** For a path that is typed. */
  readonly context: ParseContext;
  readonly claudeVersion: ClaudeVersion;
  readonly claudeLogin: ClaudeLogin;
  /** What is set already, as text: offered as answers. */
  readonly given: Partial<Record<SettingKey, string>>;
  /** The file to write. */
  readonly file: string;
  /** Its name for people. */
  readonly fileName: string;
  /** Started because settings are missing, not because somebody asked for it. */
  readonly isFirstStart: boolean;
  /** What people have to know about the file once it is written. */
  readonly fileHint?: string;
  /**
   * Installs and starts the service, and says so; false when it could not. Left out where there are no services; not
   * called without a Claude that the service could run.
   */
  readonly offerService?: () => Promise<boolean>;
}

export interface WizardResult {
  /** What was saved, by variable. */
  readonly values: EnvValues;
  /** `end`: it runs as a service now, or the person wants no more. */
  readonly next: "start" | "end";
}

/** Undefined when the person gave up. */
export async function runWizard(given: WizardOptions): Promise<WizardResult | undefined> {
  // No line names a variable.
  const options = { ...given, print: (line: string) => given.print(printable(inQuestionWords(line))) };
  const { print, file, fileName, isFirstStart } = options;
  for (const line of welcome(isFirstStart)) print(line);
  const answered = await askAll(options).catch((error: unknown) => {
    if (error instanceof GaveUp) return undefined;
    throw error;
  });
  if (answered === undefined) {
    print("");
    print("Setup cancelled, nothing was saved. Run mm-claude setup to start again.");
    return undefined;
  }
  const values = await save(file, fileName, answered.answers);
  print("");
  print("✓ Configuration saved!");
  print(`  ${fileName}`);
  if (options.fileHint !== undefined) {
    print(`! ${options.fileHint}`);
  }
  print("");
  return { values, next: answered.hasClaude ? await offerToStart(options) : "start" };
}

/** Settings the wizard doesn't ask for stay as they are. */
async function save(file: string, fileName: string, answers: EnvValues): Promise<EnvValues> {
  try {
    return await changeEnvFile(file, answers);
  } catch (error) {
    if (error instanceof ConfigError || !(error instanceof Error)) throw error;
    const problem = `it can't be written (${error.message})`;
    const mend = "Mend the rights of that file and its folder, and run mm-claude setup again";
    throw new ConfigError([{ setting: fileName, problem, mend }], "These settings can't be saved");
  }
}

function welcome(isFirstStart: boolean): string[] {
  return [
    "Welcome to mm-claude!",
    "",
    isFirstStart ? "No configuration found. Let's set things up." : "Let's set things up.",
    "",
    "You'll need:",
    "• A Mattermost bot account with a token",
    "• A channel ID where the bot will listen",
    "",
  ];
}

class GaveUp extends Error {}

interface Answered {
  readonly answers: EnvValues;
  /** Whether there is one that can be run. */
  readonly hasClaude: boolean;
}

async function askAll(options: WizardOptions): Promise<Answered> {
  const claude = await lookForClaude(options);
  const access = await askAccess(options);
  const { channelId, botName, allowedUsers } = await askPlace(options, access);
  const skipPermissions = await askSkipping(options);
  const answers = {
    [SETTINGS.url.variable]: access.url,
    [SETTINGS.token.variable]: access.token,
    [SETTINGS.channelId.variable]: channelId,
    [SETTINGS.botName.variable]: botName,
    [SETTINGS.allowedUsers.variable]: allowedUsers.join(","),
    [SETTINGS.skipPermissions.variable]: String(skipPermissions),
    ...(claude?.isTyped ? { [SETTINGS.claudePath.variable]: claude.path } : {}),
  };
  return { answers, hasClaude: claude !== undefined };
}

interface FoundClaude {
  readonly path: string;
  readonly version: string;
  /** It is not where the settings say. */
  readonly isTyped: boolean;
}

/** Says nothing when all is there; undefined when the person goes on without. */
async function lookForClaude(options: WizardOptions): Promise<FoundClaude | undefined> {
  const { ask, print, claudePath: path, claudeVersion, claudeLogin } = options;
  const set = await checkClaude(claudeVersion, path);
  if (!set.ok) print(`✗ ${set.text}`);
  const claude = set.ok ? { path, version: set.value, isTyped: false } : await askForClaude(options);
  const login = claude && (await checkClaudeLogin(claudeLogin, claude.path, claude.version));
  if (login?.ok === false) {
    print(`✗ ${login.text}`);
    if (!(await ask({ kind: "confirm", message: "Go on all the same?", initial: false }))) throw new GaveUp();
  }
  return claude;
}

async function askForClaude({
  ask,
  claudeVersion,
  context,
}: WizardOptions): Promise<FoundClaude | undefined> {
  let found: FoundClaude | undefined;
  const judge: Judge = async (answer) => {
    found = undefined;
    const parsed = parseProgram(answer.trim(), context);
    if (answer.trim() === "" || "problem" in parsed) return undefined;
    const path = parsed.value;
    const checked = await checkClaude(claudeVersion, path);
    if (!checked.ok) return inQuestionWords(checked.text);
    found = { path, version: checked.value, isTyped: true };
    return undefined;
  };
  const message = "Path of Claude Code (empty to go on without):";
  if ((await ask({ kind: "text", message, judge })) === undefined) throw new GaveUp();
  return found;
}

interface Access {
  readonly url: string;
  readonly token: string;
  readonly api: MattermostApi;
  readonly account: User;
}

async function askAccess({ ask, print, connect, given }: WizardOptions): Promise<Access> {
  const { value: url } = await askUntilValid("url", print, {
    ask: (message, judge) => ask({ kind: "text", message, initial: given.url, judge }),
    parse: parseUrl,
    // No token is known yet; a server that refuses this one properly is the one we look for.
    check: (value) => checkServer(connect(value, "none"), value),
  });
  const { value: token, result: account } = await askUntilValid("token", print, {
    ask: (message, judge) => ask({ kind: "password", message, initial: given.token, judge }),
    parse: parseToken,
    check: (value) => checkAccount(connect(url, value)),
  });
  return { url, token, api: connect(url, token), account };
}

/** Where the bot listens, to what name, and to whom. */
async function askPlace({ ask, print, given }: WizardOptions, { api, account }: Access) {
  const channels = await channelsOf(api, account, print);
  const { value: channelId } = await askUntilValid("channelId", print, {
    ask: (message, judge) => askChannel(ask, message, judge, channels, given.channelId),
    parse: parseChannelId,
    check: (value) => checkChannel(api, value, account),
  });
  const { value: botName } = await askUntilValid("botName", print, {
    ask: (message, judge) =>
      ask({ kind: "text", message, initial: given.botName ?? account.username, judge }),
    parse: parseUsername,
    check: (value) => checkBotName(api, value, account),
  });
  const { value: allowedUsers } = await askUntilValid("allowedUsers", print, {
    ask: (message, judge) => {
      // An empty answer is the one that is offered.
      const hinted = given.allowedUsers ? message.replace(":", " (- for none):") : message;
      return ask({ kind: "text", message: hinted, initial: given.allowedUsers, judge });
    },
    parse: (text) => (/^(?:-|none)$/i.test(text) ? { value: [] } : parseUsernames(text)),
    check: (value) => checkUsers(api, value),
  });
  return { channelId, botName, allowedUsers };
}

async function askSkipping({ ask, print, given }: WizardOptions): Promise<boolean> {
  const now = parseBoolean(given.skipPermissions ?? "false");
  const initial = "value" in now && now.value;
  const skips = await ask({ kind: "confirm", message: `${QUESTIONS.skipPermissions}?`, initial });
  if (skips === undefined) throw new GaveUp();
  if (skips) print(`! ${NOT_ASKED}`);
  return skips;
}

interface CheckedQuestion<T, R> {
  /** Undefined when the person gives up. */
  readonly ask: (message: string, judge: Judge) => Promise<string | undefined>;
  readonly parse: (text: string) => Parsed<T>;
  readonly check: (value: T) => Promise<Check<R>>;
}

/** Asks until the answer is one that parses and passes its check. */
async function askUntilValid<T, R>(
  key: keyof typeof QUESTIONS,
  print: WizardOptions["print"],
  { ask, parse, check }: CheckedQuestion<T, R>,
): Promise<{ readonly value: T; readonly result: R }> {
  interface Accepted {
    readonly value: T;
    readonly result: R;
    readonly hints: readonly string[];
  }
  let accepted = undefined as Accepted | undefined;
  const judge: Judge = async (answer) => {
    const parsed = parse(answer.trim());
    if ("problem" in parsed) return `${QUESTIONS[key]}: ${parsed.problem}. ${parsed.mend}.`;
    const checked = await check(parsed.value);
    if (!checked.ok) return inQuestionWords(checked.text);
    accepted = { value: parsed.value, result: checked.value, hints: checked.hints };
    return undefined;
  };
  if ((await ask(`${QUESTIONS[key]}:`, judge)) === undefined || accepted === undefined) throw new GaveUp();
  for (const hint of accepted.hints) print(`! ${hint}`);
  return accepted;
}

/** Those the bot is in; none when the list can't be had. */
async function channelsOf(
  api: MattermostApi,
  account: User,
  print: WizardOptions["print"],
): Promise<Channel[]> {
  try {
    const channels = (await api.myChannels()).filter((channel) => !channel.isArchived);
    if (channels.length === 0) {
      const invite = `write "/invite @${account.username}" in the one you want`;
      print(`! @${account.username} is in no channel yet: ${invite}.`);
    }
    return channels;
  } catch (error) {
    if (!(error instanceof MattermostError)) throw error;
    print(`! There is no list to choose a channel from. ${error.message}`);
    return [];
  }
}

const OTHER = "";

/** Chosen from the list, or typed: the list may be long, empty, or not to be had. */
async function askChannel(
  ask: Ask,
  message: string,
  judge: Judge,
  channels: readonly Channel[],
  given: string | undefined,
): Promise<string | undefined> {
  const typed = () => ask({ kind: "text", message, initial: given, judge });
  if (channels.length === 0) return typed();
  const choices = channels.map((channel) => ({
    title: printable(`${channel.displayName} (${channel.id})`),
    value: `${channel.id}`,
  }));
  const other = { title: "Another channel, by its ID", value: OTHER };
  const isListed = given === undefined || channels.some((channel) => channel.id === given);
  const chosen = await ask({
    kind: "select",
    message,
    choices: [...choices, other],
    initial: isListed ? given : OTHER,
    judge: async (answer) => (answer === OTHER ? undefined : judge(answer)),
  });
  return chosen === OTHER ? typed() : chosen;
}

async function offerToStart(options: WizardOptions): Promise<WizardResult["next"]> {
  const { ask, offerService } = options;
  if (offerService === undefined) return "start";
  const message = "Start mm-claude as a service, at each boot?";
  const wants = await ask({ kind: "confirm", message, initial: false });
  if (wants === undefined) return "end";
  return wants && (await offerService()) ? "end" : "start";
}
