// What must be true before the bridge can work, one check each. Start, wizard and doctor share them. Each failure is a
// sentence that says what to do about it. Prints nothing.
import { decodeChannelId } from "../mattermost/decode.ts";
import { MattermostError } from "../mattermost/error.ts";
import { proxyFor, UnusableProxy } from "../mattermost/proxy.ts";
import type { Channel, MattermostApi, User } from "../mattermost/types.ts";

export type Check<T> =
  | { readonly ok: true; readonly value: T; readonly text: string; readonly hints: readonly string[] }
  | ({ readonly ok: false; readonly text: string } & Outlook);

/** Whether what failed may work later as it is. */
interface Outlook {
  /** The server may be back in a moment: worth trying again. */
  readonly isServerDown: boolean;
  /** Something else answered: a wrong address, or what stands before a right one for a while. */
  readonly isForeign: boolean;
  /** How long whoever answered wants to be left alone. */
  readonly retryAfterMs: number | undefined;
}

/** Rejects with an error whose message says the mend. */
export type ClaudeVersion = (path: string) => Promise<string>;

/** For the version that it told; `unknown` when that one can't tell. */
export type ClaudeLogin = (path: string, version: string) => Promise<"logged-in" | "logged-out" | "unknown">;

export const passed = <T>(value: T, text: string, hints: readonly string[] = []): Check<T> => ({
  ok: true,
  value,
  text,
  hints,
});
const LASTING: Outlook = { isServerDown: false, isForeign: false, retryAfterMs: undefined };
export const failed = (text: string, outlook = LASTING): Check<never> => ({ ok: false, text, ...outlook });

/** How the server is reached when it isn't directly; undefined when it is. */
export function checkProxy(url: string): Check<undefined> | undefined {
  try {
    const proxy = proxyFor(url);
    return (
      proxy &&
      passed(undefined, `the server is reached through the proxy ${proxy.address} (${proxy.variable})`)
    );
  } catch (error) {
    if (error instanceof UnusableProxy) return failed(`${error.message}.`);
    throw error;
  }
}

/** Node itself only warns when it can't use the file, and then trusts nobody more; undefined when none is named. */
export function checkExtraCertificates(
  path: string | undefined,
  read: (path: string) => string,
): Check<undefined> | undefined {
  if (!path) return undefined;
  const broken = (why: string) =>
    failed(`NODE_EXTRA_CA_CERTS names ${path}, ${why}. Correct the path, or unset it.`);
  try {
    return read(path).includes("-----BEGIN CERTIFICATE-----")
      ? passed(undefined, `certificates of ${path} are trusted as well (NODE_EXTRA_CA_CERTS)`)
      : broken("which holds no certificate in PEM form");
  } catch (error) {
    return broken(`which can't be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** For an `api` with any token: a server that refuses it as Mattermost does is one that can be reached. */
export async function checkServer(api: MattermostApi, url: string): Promise<Check<undefined>> {
  const reached = passed(undefined, `Mattermost answers at ${url}`);
  return guard(
    async () => {
      await api.me();
      return reached;
    },
    (error) => (error.code === "unauthorized" ? reached : undefined),
  );
}

export async function checkAccount(api: MattermostApi): Promise<Check<User>> {
  return guard(async () => {
    const account = await api.me();
    const hints = account.isBot
      ? []
      : [
          `@${account.username} is a person's account: Claude will speak in that person's name. ` +
            "A bot account (Integrations > Bot Accounts) is the better choice.",
        ];
    return passed(account, `the token is valid, the account is @${account.username}`, hints);
  });
}

export async function checkChannel(
  api: Pick<MattermostApi, "channel" | "isMember">,
  channelId: string,
  account: User,
): Promise<Check<Channel>> {
  const invite = inviting(account);
  const unknown = failed(
    `There is no channel with the id ${channelId}. Copy the id, not the name, from the channel's View Info.`,
  );
  const id = decodeChannelId(channelId);
  if (id === undefined) return unknown;
  return guard(
    async () => {
      const [channel, isMember] = await Promise.all([api.channel(id), api.isMember(id, account.id)]);
      return standingIn(channel, isMember, account);
    },
    (error) => {
      // 7.10 answers 400 to an id that isn't one of its 26 characters.
      if (error.code === "not-found" || error.code === "rejected") return unknown;
      if (error.code !== "forbidden") return undefined;
      return failed(
        `@${account.username} may not see the channel ${channelId}. ${invite}, or correct the id.`,
      );
    },
  );
}

/** What a person has to write in a channel to have the bot there. */
export const inviting = ({ username }: User): string => `Write "/invite @${username}" in that channel`;

/** Whether an account can work in a channel that it may see. */
export function standingIn(channel: Channel, isMember: boolean, account: User): Check<Channel> {
  const { displayName, isArchived } = channel;
  if (isArchived) {
    return failed(`The channel "${displayName}" is archived. Unarchive it or choose another one.`);
  }
  return isMember
    ? passed(channel, `@${account.username} is in the channel "${displayName}"`)
    : failed(`@${account.username} isn't in the channel "${displayName}". ${inviting(account)}.`);
}

export async function checkBotName(api: MattermostApi, name: string, account: User): Promise<Check<string>> {
  return guard(async () => {
    const owner = name === account.username ? account : await api.userByName(name);
    const text = `the bot is mentioned as @${name}`;
    if (owner?.id === account.id) return passed(name, text);
    const hint =
      owner === undefined
        ? `No account is called @${name}: Mattermost won't complete that name, but mentions of it work.`
        : `@${name} is somebody else's account: every mention notifies them too. The bot's own name is @${account.username}.`;
    return passed(name, text, [hint]);
  });
}

export const everyone = (setting = "ALLOWED_USERS"): string =>
  `${setting} is empty: everyone who can write in the channel can make Claude work on this machine.`;

export const NOT_ASKED = "SKIP_PERMISSIONS is on: Claude runs every tool without asking anybody.";

/** How the place where people are listed calls its lists. */
export interface ListWords {
  readonly allowedUsers: string;
  readonly approvers: string;
  readonly skipPermissions: string;
}

/** As projects.yaml calls them. */
export const WORDS_OF_FILE: ListWords = {
  allowedUsers: "allowedUsers",
  approvers: "approvers",
  skipPermissions: "skipPermissions",
};

const OF_SETTINGS: ListWords = {
  allowedUsers: "ALLOWED_USERS",
  approvers: "APPROVERS",
  skipPermissions: "SKIP_PERMISSIONS",
};

/** The accounts of the allow list; for an empty list none, and a warning. */
export async function checkUsers(
  api: Pick<MattermostApi, "usersByNames">,
  names: readonly string[],
  { allowedUsers }: ListWords = OF_SETTINGS,
): Promise<Check<readonly User[]>> {
  if (names.length > 0) {
    const botsCannot =
      allowedUsers === WORDS_OF_FILE.allowedUsers
        ? "can't start anything here. A bot that may ask is listed in bots"
        : "can't start anything";
    return checkNames(api, names, allowedUsers, "may start sessions", botsCannot);
  }
  return passed([], "everyone may start sessions", [everyone(allowedUsers)]);
}

/** The accounts that may approve; for an empty list none. `isSkipping`: nobody is asked about tools. */
export async function checkApprovers(
  api: Pick<MattermostApi, "usersByNames">,
  names: readonly string[],
  isSkipping: boolean,
  { approvers, skipPermissions }: ListWords = OF_SETTINGS,
): Promise<Check<readonly User[]>> {
  if (names.length === 0) return passed([], "everyone who is listed may approve tools and plans");
  const checked = await checkNames(api, names, approvers, "may approve tools and plans", "can't approve");
  if (!checked.ok || !isSkipping) return checked;
  const hint = `${approvers} is set, but with ${skipPermissions} nobody is asked about a tool: every one is allowed.`;
  return { ...checked, hints: [...checked.hints, hint] };
}

async function checkNames(
  api: Pick<MattermostApi, "usersByNames">,
  names: readonly string[],
  setting: string,
  right: string,
  botsCannot: string,
): Promise<Check<readonly User[]>> {
  return guard(async () => {
    const users = await api.usersByNames(names);
    const known = new Map(users.map((user) => [user.username.toLowerCase(), user]));
    const unknown = names.filter((name) => !known.has(name));
    const gone = names.filter((name) => known.get(name)?.isActive === false);
    const complaints = [
      ...(unknown.length === 0 ? [] : [`no such user: ${list(unknown)}`]),
      ...(gone.length === 0 ? [] : [`deactivated: ${list(gone)}`]),
    ];
    if (complaints.length > 0) {
      return failed(`${setting}: ${complaints.join("; ")}. Correct the list.`);
    }
    const bots = names.filter((name) => known.get(name)?.isBot === true);
    const hints =
      bots.length === 0 ? [] : [`Bots are not heard as people are, so ${list(bots)} ${botsCannot}.`];
    return passed(users, `${list(names)} ${right}`, hints);
  });
}

export async function checkPostLimit(api: MattermostApi): Promise<Check<number>> {
  return guard(async () => {
    const limit = await api.maxPostSize();
    return passed(limit, `posts may have ${limit} characters`);
  });
}

export async function checkClaude(claudeVersion: ClaudeVersion, path: string): Promise<Check<string>> {
  try {
    const version = await claudeVersion(path);
    return passed(version, `Claude Code ${version} (${path})`);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

/** Undefined when it can't be told. */
export async function checkClaudeLogin(
  claudeLogin: ClaudeLogin,
  path: string,
  version: string,
): Promise<Check<undefined> | undefined> {
  switch (await claudeLogin(path, version)) {
    case "logged-in":
      return passed(undefined, "Claude is logged in");
    case "logged-out":
      return failed(`Claude is not logged in. Run: ${path} auth login`);
    case "unknown":
      return undefined;
  }
}

/** Together they say what one of them would; `words`: how each is put. */
export function failedBy(
  failures: readonly (MattermostError | (Check<unknown> & { readonly ok: false }))[],
  words: (text: string) => string,
): Check<never> & { readonly ok: false } {
  const found = failures.map((failure) =>
    failure instanceof MattermostError ? { text: failure.message, ...outlookOf(failure) } : failure,
  );
  const asked = found.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return {
    ok: false,
    text: found.map(({ text }) => words(text)).join("\n"),
    // Waiting helps only when nothing else is wrong.
    isServerDown: found.every(({ isServerDown }) => isServerDown),
    isForeign: found.every(({ isServerDown, isForeign }) => isServerDown || isForeign),
    retryAfterMs: asked.length === 0 ? undefined : Math.max(...asked),
  };
}

function outlookOf({ code, retryAfterMs }: MattermostError): Outlook {
  return {
    isServerDown: ["unreachable", "server", "rate-limited"].includes(code),
    isForeign: ["bad-answer", "redirected"].includes(code),
    retryAfterMs,
  };
}

/** Runs a check; what the server can't do or refuses is a failed one, unless `judge` knows better. */
export async function guard<T>(
  check: () => Promise<Check<T>>,
  judge: (error: MattermostError) => Check<T> | undefined = () => undefined,
): Promise<Check<T>> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof MattermostError)) throw error;
    return judge(error) ?? failed(error.message, outlookOf(error));
  }
}

function list(names: readonly string[]): string {
  return names.map((name) => `@${name}`).join(", ");
}
