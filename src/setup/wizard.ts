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

async function askAll({ ask, print, connect, given }: WizardOptions): Promise<EnvValues> {
  /** Asks until the answer is one that parses and passes its check. */
  const settle = async <T, R>(
    question: (previous: string | undefined) => Promise<string | undefined>,
    initial: string | undefined,
    parse: (text: string) => Parsed<T>,
    check: (value: T) => Promise<Check<R>>,
  ): Promise<{ readonly value: T; readonly result: R }> => {
    for (let previous = initial; ; ) {
      const text = (await question(previous))?.trim();
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
  };
  const text = (message: string) => (initial: string | undefined) => ask({ kind: "text", message, initial });

  const { value: url } = await settle(text("Mattermost URL:"), given.url, parseUrl, (value) =>
    // No token is known yet; a server that refuses this one properly is the one we look for.
    checkServer(connect(value, "none"), value),
  );
  const { value: token, result: account } = await settle(
    (initial) => ask({ kind: "password", message: "Bot token:", initial }),
    given.token,
    parseToken,
    (value) => checkAccount(connect(url, value)),
  );
  const api = connect(url, token);
  const { value: channelId } = await settle(
    (previous) => askChannel(ask, print, api, account, previous),
    given.channelId,
    parseChannelId,
    (value) => checkChannel(api, value, account),
  );
  const { value: botName } = await settle(
    text("Bot mention name:"),
    given.botName ?? account.username,
    parseUsername,
    (value) => checkBotName(api, value, account),
  );
  const { value: allowedUsers } = await settle(
    text("Allowed usernames:"),
    given.allowedUsers,
    parseUsernames,
    (value) => checkUsers(api, value),
  );
  const skipsNow = parseBoolean(given.skipPermissions ?? "false");
  const skipPermissions = await ask({
    kind: "confirm",
    message: "Skip permission prompts?",
    initial: "value" in skipsNow && skipsNow.value,
  });
  if (skipPermissions === undefined) throw new GaveUp();
  return {
    [SETTINGS.url.variable]: url,
    [SETTINGS.token.variable]: token,
    [SETTINGS.channelId.variable]: channelId,
    [SETTINGS.botName.variable]: botName,
    [SETTINGS.allowedUsers.variable]: allowedUsers.join(","),
    [SETTINGS.skipPermissions.variable]: String(skipPermissions),
  };
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
