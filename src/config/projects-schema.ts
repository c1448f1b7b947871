// The one schema of projects.yaml: the reader, the writer, its messages and the table in docs/projects.md go by it. Every
// plain value comes as a text; looks at no disk.

import { z } from "zod";
import { runnerFlaw } from "../remote/runner.ts";
import { shellWords } from "../remote/words.ts";
import {
  type Parsed,
  parseBoolean,
  parseCount,
  parseFew,
  parseMilliseconds,
  parseUsernames,
  quote,
} from "./parse.ts";
import { PERMISSION_MODES, type PermissionMode, WORKTREE_MODES, type WorktreeMode } from "./project.ts";

/** What people read of a key. */
interface KeyDocument {
  readonly defaultText: string;
  readonly description: string;
}

const DOCUMENTS = z.registry<KeyDocument>();

/** A value whose problem says what is wrong with it, and in its `mend` what would be right. */
const parsing = <T>(parse: (value: unknown) => Parsed<T>) =>
  z.unknown().transform((value, context): T => {
    const parsed = parse(value);
    if ("value" in parsed) return parsed.value;
    context.addIssue({ code: "custom", message: parsed.problem, params: { mend: parsed.mend } });
    return z.NEVER;
  });

const NO_VALUE = { problem: "it has no value", mend: "Write one, or take the line out" };

const text = <T>(parse: (value: string) => Parsed<T>) =>
  parsing((value) => {
    if (typeof value !== "string") {
      return { problem: "it is a list or has keys, and takes one value", mend: "Write the value behind it" };
    }
    return value.trim() === "" ? NO_VALUE : parse(value.trim());
  });

const people = parsing((value): Parsed<readonly string[]> => {
  if (typeof value === "string") return value.trim() === "" ? NO_VALUE : parseUsernames(value);
  const isList = Array.isArray(value) && value.every((one) => typeof one === "string" && one.trim() !== "");
  if (isList) return value.length === 0 ? { value: [] } : parseUsernames(value.join(","));
  return { problem: "it is no list of usernames", mend: "Write it as [alice, bob]" };
});

/** A command's words, as a list or as a shell would take them apart. */
export function parseRunner(value: unknown): Parsed<readonly string[]> {
  const isList = Array.isArray(value) && value.every((one) => typeof one === "string");
  const words = isList ? { value: value as string[] } : shellWords(typeof value === "string" ? value : "");
  const mend = "Write it such as ssh dev@build1 or [docker, exec, -i, shop-dev]";
  if ("problem" in words) return { problem: words.problem, mend };
  if ((words.value[0] ?? "") === "") return { problem: "it names no command", mend };
  return runnerFlaw(words.value) ?? { value: words.value };
}

const fromSettings = (variable: string): string => `\`${variable}\` of the settings`;

const project = z.strictObject({
  channel: text(parseChannel).register(DOCUMENTS, {
    defaultText: "required",
    description: "the channel it is reached from: `team/channel` as in its address, or its id",
  }),
  directory: text(parseDirectory).register(DOCUMENTS, {
    defaultText: "required",
    description: "where Claude works: an absolute path, or one that begins with `~/`",
  }),
  runner: parsing(parseRunner).optional().register(DOCUMENTS, {
    defaultText: "this machine",
    description: "the command that reaches the machine where Claude works, such as `ssh dev@build1`",
  }),
  allowedUsers: people.optional().register(DOCUMENTS, {
    defaultText: fromSettings("ALLOWED_USERS"),
    description: "who may start sessions; `[]` is everyone who can write there",
  }),
  approvers: people.optional().register(DOCUMENTS, {
    defaultText: fromSettings("APPROVERS"),
    description: "who of them may approve tools and plans; `[]` is all of them",
  }),
  bots: people.optional().register(DOCUMENTS, {
    defaultText: "none",
    description: "bot accounts that may ask, by their usernames",
  }),
  skipPermissions: text(parseBoolean)
    .optional()
    .register(DOCUMENTS, {
      defaultText: fromSettings("SKIP_PERMISSIONS"),
      description: "`true` answers every permission request with allow",
    }),
  maxSessions: text(parseCount)
    .optional()
    .register(DOCUMENTS, {
      defaultText: fromSettings("MAX_SESSIONS"),
      description: "sessions with a live Claude process",
    }),
  sessionTimeoutMs: text(parseDuration)
    .optional()
    .register(DOCUMENTS, {
      defaultText: fromSettings("SESSION_TIMEOUT_MS"),
      description: "idle time before a session sleeps: milliseconds, or such as `30m` or `2h`",
    }),
  prewarm: text(parseFew).optional().register(DOCUMENTS, {
    defaultText: "`0`; `1` with a `runner`",
    description:
      "Claude processes that wait for a new session; `PREWARM` of the settings does not count here",
  }),
  claudePath: text((value) => ({ value }))
    .optional()
    .register(DOCUMENTS, {
      defaultText: fromSettings("CLAUDE_PATH"),
      description: "the Claude Code CLI to run",
    }),
  worktree: text(parseWorktree).optional().register(DOCUMENTS, {
    defaultText: "`off`",
    description: "whether a session gets a git worktree of its own: `off`, `ask` or `always`",
  }),
  mode: text(parseMode).optional().register(DOCUMENTS, {
    defaultText: "Claude's own settings",
    description: "what Claude does unasked: `default`, `acceptEdits` or `plan`",
  }),
  model: text(parseModel).optional().register(DOCUMENTS, {
    defaultText: "Claude's own settings",
    description: "the model, as `claude --model` takes it",
  }),
  effort: text(parseEffort).optional().register(DOCUMENTS, {
    defaultText: "Claude's own settings",
    description: "how much effort the model makes: such as `low`, `medium` or `high`",
  }),
  thinking: text(parseThinking).optional().register(DOCUMENTS, {
    defaultText: "as Claude itself decides",
    description: "`off`, or how many tokens it thinks at most, for models that don't decide that themselves",
  }),
  maxCostPerDay: text(parseMoney).optional().register(DOCUMENTS, {
    defaultText: "no limit",
    description: "dollars a day, as Claude counts them, above which somebody who may approve is asked",
  }),
  allowUnsafeDirectory: text(parseBoolean).optional().register(DOCUMENTS, {
    defaultText: "`false`",
    description: "`true` confirms a directory that is refused otherwise",
  }),
});

export const SCHEMAS = {
  file: z.strictObject({ projects: z.unknown().optional(), directMessages: z.unknown().optional() }),
  project,
  directMessages: project.omit({ channel: true, bots: true }),
};

/** By key, in the schema's order. */
export function projectKeyDocuments(): readonly (KeyDocument & { readonly key: string })[] {
  return Object.entries(project.shape).map(([key, schema]) => {
    const document = DOCUMENTS.get(schema);
    if (document === undefined) throw new Error(`${key} is not documented`);
    return { key, ...document };
  });
}

export function parseProjectName(name: string): Parsed<string> {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) return { value: name };
  return {
    problem: `${quote(name)} is no name of a project`,
    mend: "Use lower-case letters, digits, '.', '-' and '_', 64 at most",
  };
}

export const CHANNEL_ID = /^[a-z0-9]{26}$/;

function parseChannel(value: string): Parsed<string> {
  if (CHANNEL_ID.test(value) || /^[a-z0-9._-]{1,64}\/[a-z0-9._-]{1,64}$/.test(value)) return { value };
  return {
    problem: `${quote(value)} is neither team/channel nor an id`,
    mend: "Write the two names as in the channel's address, such as dev/shop-claude, or the id from its View Info",
  };
}

export function parseDirectory(value: string): Parsed<string> {
  if (/\p{Cc}/u.test(value)) return { problem: "it holds a control character", mend: "Write another path" };
  if (/^(?:\/|~(?:\/|$))/.test(value)) return { value };
  return {
    problem: `${quote(value)} is not an absolute path`,
    mend: "Begin it with / or ~/",
  };
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds. */
function parseDuration(value: string): Parsed<number> {
  const [, count, unit = ""] = /^(\d{1,12}) ?(s|m|min|h|d)$/.exec(value) ?? [];
  if (count !== undefined) return parseMilliseconds(String(Number(count) * (UNITS[unit] ?? 1)));
  const parsed = parseMilliseconds(value);
  return "value" in parsed ? parsed : { ...parsed, mend: `${parsed.mend}, or write such as 30m or 2h` };
}

function parseWorktree(value: string): Parsed<WorktreeMode> {
  const parsed = parseBoolean(value);
  return oneOf(WORKTREE_MODES, "value" in parsed && !parsed.value ? "off" : value);
}

function parseMode(value: string): Parsed<PermissionMode> {
  return oneOf(PERMISSION_MODES, value);
}

function oneOf<T extends string>(words: readonly T[], value: string): Parsed<T> {
  const found = words.find((word) => word === value);
  if (found !== undefined) return { value: found };
  const last = words.at(-1) ?? "";
  return {
    problem: `${quote(value)} is none of its values`,
    mend: `Use ${words.slice(0, -1).join(", ")} or ${last}`,
  };
}

/** Dollars, in whole cents. */
function parseMoney(value: string): Parsed<number> {
  const [, amount] = /^\$? ?(\d{1,6}(?:\.\d{1,2})?)$/.exec(value) ?? [];
  if (amount !== undefined && Number(amount) > 0) return { value: Number(amount) };
  return {
    problem: `${quote(value)} is no amount of dollars`,
    mend: "Write it as 20 or 12.50; without a limit, take the line out",
  };
}

/** Goes into Claude's arguments: nothing that could be an option. */
function parseModel(value: string): Parsed<string> {
  if (/^[A-Za-z0-9][\x21-\x7e]{0,199}$/.test(value)) return { value };
  return { problem: `${quote(value)} is no model`, mend: "Write it as for claude --model, such as opus" };
}

function parseEffort(value: string): Parsed<string> {
  if (/^[a-z]{1,20}$/.test(value)) return { value };
  return { problem: `${quote(value)} is no effort`, mend: "Write such as low, medium or high" };
}

/** Tokens. */
function parseThinking(value: string): Parsed<number> {
  const parsed = parseBoolean(value);
  if ("value" in parsed && !parsed.value) return { value: 0 };
  if (/^[1-9]\d{0,6}$/.test(value)) return { value: Number(value) };
  return { problem: `${quote(value)} is no number of tokens`, mend: "Write off, or such as 8000" };
}
