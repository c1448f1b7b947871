// Asks for the settings one by one, each answer checked against the real server before the next question.
// Writes nothing until the last answer is in, so giving up leaves nothing behind.
import {
  type Parsed,
  parseBoolean,
  parseChannelId,
  parseToken,
  parseUrl,
  parseUsername,
  parseUsernames,
} from "../config/parse.ts";
import { SETTINGS, type SettingKey } from "../config/settings.ts";
import type { MattermostApi, User } from "../mattermost/types.ts";
import { type Check, checkAccount, checkBotName, checkChannel, checkServer, checkUsers } from "./checks.ts";
import { type EnvValues, readEnvFile, writeEnvFile } from "./env-file.ts";
import type { Ask } from "./prompt.ts";

export interface WizardOptions {
  readonly ask: Ask;
  readonly print: (line: string) => void;
  readonly connect: (url: string, token: string) => MattermostApi;
  /** What is set already, as text: offered as answers. */
  readonly given: Partial<Record<SettingKey, string>>;
  /** The file to write. */
  readonly file: string;
  /** Its name for people. */
  readonly fileName: string;
  /** Started because settings are missing, not because somebody asked for it. */
  readonly isFirstStart: boolean;
}

/** What was saved, by variable; undefined when the person gave up. */
export async function runWizard(options: WizardOptions): Promise<EnvValues | undefined> {
  const { print, file, fileName } = options;
  for (const line of welcome(options.isFirstStart)) print(line);
  const answers = await askAll(options).catch((error: unknown) => {
    if (error instanceof GaveUp) return undefined;
    throw error;
  });
  if (answers === undefined) {
    print("");
    print("Setup cancelled, nothing was saved. Run mm-claude setup to start again.");
    return undefined;
  }
  // Settings the wizard doesn't ask for stay as they are.
  const values = { ...readEnvFile(file), ...answers };
  await writeEnvFile(file, values);
  print("");
  print("✓ Configuration saved!");
  print(`  ${fileName}`);
  print("");
  return values;
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

async function askAll(options: WizardOptions): Promise<EnvValues> {
  const access = await askAccess(options);
  const { channelId, botName, allowedUsers } = await askPlace(options, access);
  const skipPermissions = await askSkipping(options);
  return {
    [SETTINGS.url.variable]: access.url,
    [SETTINGS.token.variable]: access.token,
    [SETTINGS.channelId.variable]: channelId,
    [SETTINGS.botName.variable]: botName,
    [SETTINGS.allowedUsers.variable]: allowedUsers.join(","),
    [SETTINGS.skipPermissions.variable]: String(skipPermissions),
  };
}

interface Access {
  readonly url: string;
  readonly token: string;
  readonly api: MattermostApi;
  readonly account: User;
}

async function askAccess({ ask, print, connect, given }: WizardOptions): Promise<Access> {
  const { value: url } = await askUntilValid(print, {
    ask: (initial) => ask({ kind: "text", message: "Mattermost URL:", initial }),
    initial: given.url,
    parse: parseUrl,
    // No token is known yet; a server that refuses this one properly is the one we look for.
    check: (value) => checkServer(connect(value, "none"), value),
  });
  const { value: token, result: account } = await askUntilValid(print, {
    ask: (initial) => ask({ kind: "password", message: "Bot token:", initial }),
    initial: given.token,
    parse: parseToken,
    check: (value) => checkAccount(connect(url, value)),
  });
  return { url, token, api: connect(url, token), account };
}

/** Where the bot listens, to what name, and to whom. */
async function askPlace({ ask, print, given }: WizardOptions, { api, account }: Access) {
  const { value: channelId } = await askUntilValid(print, {
    ask: (previous) => askChannel(ask, print, api, account, previous),
    initial: given.channelId,
    parse: parseChannelId,
    check: (value) => checkChannel(api, value, account),
  });
  const { value: botName } = await askUntilValid(print, {
    ask: (initial) => ask({ kind: "text", message: "Bot mention name:", initial }),
    initial: given.botName ?? account.username,
    parse: parseUsername,
    check: (value) => checkBotName(api, value, account),
  });
  const { value: allowedUsers } = await askUntilValid(print, {
    ask: (initial) => ask({ kind: "text", message: "Allowed usernames:", initial }),
    initial: given.allowedUsers,
    parse: parseUsernames,
    check: (value) => checkUsers(api, value),
  });
  return { channelId, botName, allowedUsers };
}

async function askSkipping({ ask, given }: WizardOptions): Promise<boolean> {
  const now = parseBoolean(given.skipPermissions ?? "false");
  const initial = "value" in now && now.value;
  const skips = await ask({ kind: "confirm", message: "Skip permission prompts?", initial });
  if (skips === undefined) throw new GaveUp();
  return skips;
}

interface Question<T, R> {
  /** Asks once, offering the previous answer; undefined when the person gives up. */
  readonly ask: (previous: string | undefined) => Promise<string | undefined>;
  readonly initial: string | undefined;
  readonly parse: (text: string) => Parsed<T>;
  readonly check: (value: T) => Promise<Check<R>>;
}

/** Asks until the answer is one that parses and passes its check. */
async function askUntilValid<T, R>(
  print: WizardOptions["print"],
  { ask, initial, parse, check }: Question<T, R>,
): Promise<{ readonly value: T; readonly result: R }> {
  for (let previous = initial; ; ) {
    const text = (await ask(previous))?.trim();
    if (text === undefined) throw new GaveUp();
    const parsed = parse(text);
    if ("problem" in parsed) {
      print(`✗ ${parsed.problem}. ${parsed.mend}.`);
    } else {
      const checked = await check(parsed.value);
      if (checked.ok) {
        for (const hint of checked.hints) print(`! ${hint}`);
        return { value: parsed.value, result: checked.value };
      }
      print(`✗ ${checked.text}`);
    }
    previous = text;
  }
}

const OTHER = "";

/** From the list of the bot's channels, or typed: the list may be long, empty, or not to be had. */
async function askChannel(
  ask: Ask,
  print: (line: string) => void,
  api: MattermostApi,
  account: User,
  previous: string | undefined,
): Promise<string | undefined> {
  const message = "Channel ID:";
  const channels = await api.myChannels().catch(() => []);
  const open = channels.filter((channel) => !channel.isArchived);
  if (open.length === 0) {
    print(
      `! @${account.username} is in no channel yet: write "/invite @${account.username}" in the one you want.`,
    );
    return ask({ kind: "text", message, initial: previous });
  }
  const choices = open.map((channel) => ({
    title: `${channel.displayName} (${channel.id})`,
    value: `${channel.id}`,
  }));
  const other = { title: "Another channel, by its ID", value: OTHER };
  const isListed = open.some((channel) => channel.id === previous);
  const initial = isListed || previous === undefined ? previous : OTHER;
  const chosen = await ask({ kind: "select", message, choices: [...choices, other], initial });
  return chosen === OTHER ? ask({ kind: "text", message, initial: previous }) : chosen;
}
