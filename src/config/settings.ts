// The one list of the settings. --help, .env.example, the table in docs/settings.md, the loader and the wizard are all
// made from it.
import {
  type ParseContext,
  type Parsed,
  parseBoolean,
  parseChannelId,
  parseCount,
  parseFew,
  parseFile,
  parseMegabytes,
  parseMilliseconds,
  parseProgram,
  parseToken,
  parseUrl,
  parseUsername,
  parseUsernames,
} from "./parse.ts";

/** What the whole program goes by; made by loadConfig, frozen. */
export interface Config {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** Undefined where projects.yaml says which channels there are. */
  readonly channelId: string | undefined;
  /** The name people mention; undefined means the bot account's own. */
  readonly botName: string | undefined;
  /** Lower case, without @; empty means everyone. */
  readonly allowedUsers: readonly string[];
  /** As `allowedUsers`; empty means everyone who is listed. */
  readonly approvers: readonly string[];
  readonly skipPermissions: boolean;
  readonly maxSessions: number;
  readonly sessionTimeoutMs: number;
  /** How long a turn takes before its end is worth a mention. */
  readonly notifyAfterMs: number;
  /** Claude processes that wait for the next new session. */
  readonly prewarm: number;
  readonly claudePath: string;
  /** The audit trail goes on in another file before one grows larger. */
  readonly auditFileMb: number;
  /** How many files of it are kept. */
  readonly auditFiles: number;
  /** Whose messages `mm-claude send` sends unless told; lower case, without @. */
  readonly sendAs: string | undefined;
  /** Gets figures for Prometheus: absolute; undefined for none. */
  readonly metricsFile: string | undefined;
  /** Where Claude works: absolute. */
  readonly directory: string;
  readonly debug: boolean;
}

/** The fields of Config that a variable sets. */
export type SettingKey = Exclude<keyof Config, "directory" | "debug">;

export interface Setting<T> {
  readonly variable: string;
  /** The option's long name, for those that have one. */
  readonly option?: `--${string}`;
  /** The placeholder of the option's value in --help. */
  readonly placeholder?: string;
  /** `required`: there is no default. */
  readonly fallback: { readonly value: T } | "required";
  /** The default as people read it. */
  readonly defaultText: string;
  readonly description: string;
  readonly parse: (text: string, context: ParseContext) => Parsed<T>;
}

export const SETTINGS: { readonly [K in SettingKey]: Setting<Config[K]> } = {
  url: {
    variable: "MATTERMOST_URL",
    option: "--url",
    placeholder: "url",
    fallback: "required",
    defaultText: "required",
    description: "the Mattermost server; a trailing / and a sub-path are fine",
    parse: parseUrl,
  },
  token: {
    variable: "MATTERMOST_TOKEN",
    option: "--token",
    placeholder: "token",
    fallback: "required",
    defaultText: "required",
    description: "the bot account's access token",
    parse: parseToken,
  },
  channelId: {
    variable: "MATTERMOST_CHANNEL_ID",
    option: "--channel",
    placeholder: "id",
    fallback: "required",
    defaultText: "required",
    description: "the channel the bot listens in, unless projects.yaml has some",
    parse: parseChannelId,
  },
  botName: {
    variable: "MATTERMOST_BOT_NAME",
    option: "--bot-name",
    placeholder: "name",
    fallback: { value: undefined },
    defaultText: "the bot's own username",
    description: "the name people mention, such as claude-code",
    parse: parseUsername,
  },
  allowedUsers: {
    variable: "ALLOWED_USERS",
    option: "--allowed-users",
    placeholder: "names",
    fallback: { value: [] },
    defaultText: "empty = everyone",
    description: "who may start sessions: comma-separated usernames",
    parse: parseUsernames,
  },
  approvers: {
    variable: "APPROVERS",
    fallback: { value: [] },
    defaultText: "empty = all of them",
    description: "who of them may approve tools and plans",
    parse: parseUsernames,
  },
  skipPermissions: {
    variable: "SKIP_PERMISSIONS",
    option: "--skip-permissions",
    fallback: { value: false },
    defaultText: "false",
    description: "true answers every permission request with allow",
    parse: parseBoolean,
  },
  maxSessions: {
    variable: "MAX_SESSIONS",
    fallback: { value: 5 },
    defaultText: "5",
    description: "sessions with a live Claude process",
    parse: parseCount,
  },
  sessionTimeoutMs: {
    variable: "SESSION_TIMEOUT_MS",
    fallback: { value: 1_800_000 },
    defaultText: "1800000",
    description: "idle time in milliseconds before a session sleeps",
    parse: parseMilliseconds,
  },
  notifyAfterMs: {
    variable: "NOTIFY_AFTER_MS",
    fallback: { value: 120_000 },
    defaultText: "120000",
    description: "a turn that takes longer, in milliseconds, ends with a mention",
    parse: parseMilliseconds,
  },
  prewarm: {
    variable: "PREWARM",
    fallback: { value: 1 },
    defaultText: "1",
    description: "Claude processes that wait for a new session",
    parse: parseFew,
  },
  claudePath: {
    variable: "CLAUDE_PATH",
    fallback: { value: "claude" },
    defaultText: "claude",
    description: "the Claude Code CLI to run",
    parse: parseProgram,
  },
  auditFileMb: {
    variable: "AUDIT_FILE_MB",
    fallback: { value: 10 },
    defaultText: "10",
    description: "megabytes before the audit trail goes on in a new file",
    parse: parseMegabytes,
  },
  auditFiles: {
    variable: "AUDIT_FILES",
    fallback: { value: 10 },
    defaultText: "10",
    description: "files of the audit trail that are kept",
    parse: parseCount,
  },
  sendAs: {
    variable: "SEND_AS",
    fallback: { value: undefined },
    defaultText: "the only one of ALLOWED_USERS",
    description: "whose messages mm-claude send sends: a username",
    parse: parseUsername,
  },
  metricsFile: {
    variable: "METRICS_FILE",
    fallback: { value: undefined },
    defaultText: "none",
    description: "a file that gets figures for Prometheus, written every 15 s",
    parse: parseFile,
  },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

type Required = "url" | "token" | "channelId";

/** What holds where nothing is set. */
export function defaultSettings(): Pick<Config, Exclude<SettingKey, Required>> {
  const values = SETTING_KEYS.flatMap((key) => {
    const { fallback }: Setting<unknown> = SETTINGS[key];
    return fallback === "required" ? [] : [[key, fallback.value]];
  });
  return Object.fromEntries(values) as Pick<Config, Exclude<SettingKey, Required>>;
}

/**
 * The files settings may stand in, as people write their names: the first that exists is read, and no other. With
 * XDG_CONFIG_HOME set, there is one in that folder before the second.
 */
export const FILE_ORDER = ["./.env", "~/.config/mm-claude/.env", "~/.mm-claude.env"] as const;
