// The one registry of mm-claude's commands: their names, who may use them, the words of the help. Pure.

import { editDistance } from "../util/edit-distance.ts";
import type { Action } from "./authorization.ts";
import type { ProjectCommandName } from "./project-commands.ts";
import type { Command } from "./signals.ts";

type CommandName = Exclude<Command["name"], "slash" | "incomplete"> | ProjectCommandName;

interface CommandInfo {
  readonly usage: string;
  readonly aliases: readonly string[];
  readonly action: Action;
  readonly help: string;
  /** After a mention, where what stands behind the name is of this form, the sentence is the command. */
  readonly inSentence?: RegExp;
}

export const COMMANDS = {
  invite: {
    usage: "invite @user",
    aliases: [],
    action: "steer",
    help: "Let a person take part in this session",
  },
  kick: { usage: "kick @user", aliases: [], action: "steer", help: "Take that back" },
  permissions: {
    usage: "permissions interactive",
    aliases: [],
    action: "steer",
    help: "From the very next tool on, people decide",
  },
  stop: {
    usage: "stop",
    aliases: ["cancel"],
    action: "stop",
    help: "End the session (also ❌ or 🛑 on any message)",
  },
  interrupt: {
    usage: "interrupt",
    aliases: [],
    action: "stop",
    help: "Stop the turn, keep the session (also ⏸️ on any message)",
  },
  diff: { usage: "diff", aliases: [], action: "message", help: "What has changed on this session's branch" },
  merge: {
    usage: "merge",
    aliases: [],
    action: "approve",
    help: "Merge this session's branch into the one it came from",
  },
  worktree: {
    usage: "worktree remove",
    aliases: [],
    action: "steer",
    help: "Remove this session's worktree; `!worktree` tells where it is",
  },
  project: {
    usage: "project",
    aliases: [],
    action: "message",
    help: "Where this session works, and which projects the channel has",
  },
  mode: {
    usage: "mode",
    aliases: [],
    action: "message",
    help: "What Claude may do unasked; `!mode plan` and others change it",
    inSentence: /^(?:plan|default|acceptedits|auto)$/i,
  },
  model: {
    usage: "model",
    aliases: [],
    action: "message",
    help: "The model, and which there are; `!model opus` and others change it",
    inSentence: /^(?:default|opus|sonnet|haiku|fable|opusplan|claude-[\w.-]+)$/i,
  },
  effort: {
    usage: "effort",
    aliases: [],
    action: "message",
    help: "How much effort the model makes; `!effort high` and others change it",
    inSentence: /^(?:default|low|medium|high|xhigh|max)$/i,
  },
  think: {
    usage: "think",
    aliases: [],
    action: "message",
    help: "Whether the model thinks first; `!think off`, `!think on` and `!think 8000` change it",
    inSentence: /^(?:off|on|\d{1,7})$/i,
  },
  undo: {
    usage: "undo",
    aliases: [],
    action: "approve",
    help: "Put back what Claude changed in files, after a look at it (also ↩️ on your own message)",
  },
  btw: {
    usage: "btw question",
    aliases: [],
    action: "message",
    help: "Ask Claude something beside its work, which goes on",
  },
  fork: {
    usage: "fork",
    aliases: [],
    action: "message",
    help: "Begin a new thread with this conversation; for those who may start a session",
  },
  sessions: {
    usage: "sessions",
    aliases: [],
    action: "message",
    help: "The channel's sessions, and what each waits for",
  },
  handover: {
    usage: "handover",
    aliases: [],
    action: "approve",
    help: "Go on in a terminal; a reply takes the conversation back",
  },
  resume: {
    usage: "resume id",
    aliases: [],
    action: "approve",
    help: "In a new thread, with a mention: take up a conversation that was begun in a terminal",
    inSentence: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  },
  rules: {
    usage: "rules",
    aliases: [],
    action: "message",
    help: "What runs unasked here; `!rules remove 2` takes a rule back, `!rules keep 2` keeps it for new sessions",
    inSentence: /^(?:remove|keep) \d+$/i,
  },
  cost: {
    usage: "cost",
    aliases: [],
    action: "message",
    help: "What this session, the project and the channel have used",
  },
  context: { usage: "context", aliases: [], action: "message", help: "How full Claude's context is" },
  usage: {
    usage: "usage",
    aliases: [],
    action: "message",
    help: "How much of the limits of Claude's plan is used",
  },
  tasks: {
    usage: "tasks",
    aliases: [],
    action: "message",
    help: "What runs in the background; `!tasks stop 2` stops one (also 🛑 on its post)",
    inSentence: /^stop(?:\s+#?\d{1,9})?$/i,
  },
  show: {
    usage: "show",
    aliases: [],
    action: "message",
    help: "How much is shown; `!show answers`, `tools` or `all` changes it",
    inSentence: /^(?:answers|tools|all)$/i,
  },
  output: {
    usage: "output",
    aliases: [],
    action: "approve",
    help: "Attach the last long result of a tool, for all to read (📎 on a post with tools: what those gave)",
  },
  notify: {
    usage: "notify",
    aliases: [],
    action: "message",
    help: "Whether the end of a long turn mentions you; `!notify off` or `on` changes it",
    inSentence: /^(?:on|off)$/i,
  },
  routine: {
    usage: "routine when: task",
    aliases: [],
    action: "start",
    help: "Claude begins this task by itself: `!routine every weekday at 9:00: summarise yesterday's commits`",
    inSentence: /^(?:every|at|on|in|tomorrow)\s/i,
  },
  routines: {
    usage: "routines",
    aliases: [],
    action: "start",
    help: "The project's routines; `!routines pause 2`, `resume 2`, `run 2` and `remove 2`",
    inSentence: /^(?:pause|resume|run|remove) \d{1,4}$/i,
  },
  remember: {
    usage: "remember note",
    aliases: [],
    action: "start",
    help: "Keep a note that each new session of the project is given",
  },
  memory: { usage: "memory", aliases: [], action: "start", help: "What is kept so, by whom and since when" },
  forget: {
    usage: "forget 2",
    aliases: [],
    action: "start",
    help: "Take a note out again",
    inSentence: /^\d{1,4}$/,
  },
  help: { usage: "help", aliases: [], action: "message", help: "This table" },
} as const satisfies Record<CommandName, CommandInfo>;

const INFOS: Readonly<Record<CommandName, CommandInfo>> = COMMANDS;

/** Whether that command and what stands behind it are a command also in a sentence after a mention. */
export const isCommandSentence = (name: CommandName, argument: string): boolean =>
  INFOS[name].inSentence?.test(argument) === true;

/** The command of that name or alias, in any case. */
export function commandNamed(word: string): CommandName | undefined {
  const name = word.toLowerCase();
  const entries = Object.entries(COMMANDS) as [CommandName, CommandInfo][];
  return entries.find(([command, { aliases }]) => command === name || aliases.includes(name))?.[0];
}

/** What Claude gets of one of its own commands: `!compact`, which Mattermost lets through, is its `/compact`. */
export function slashText(written: string): string {
  return written.trim().replace(/^!/, "/");
}

/** The question in what is written as `!btw question`; other words as they are. */
export function withoutAside(written: string): string {
  return written.replace(/^\s*[!/]btw(?:\s+|$)/i, "");
}

const GROUPS: Readonly<Record<string, readonly CommandName[]>> = {
  "Stop and ask": ["stop", "interrupt", "btw", "tasks"],
  "People and permissions": ["invite", "kick", "permissions", "rules", "mode"],
  "Model and cost": ["model", "effort", "think", "cost", "context", "usage"],
  "Files and branches": ["undo", "output", "diff", "merge", "worktree"],
  "Threads and terminals": ["fork", "sessions", "handover", "resume"],
  "By itself": ["routine", "routines", "remember", "memory", "forget"],
  "What you see": ["show", "notify", "project", "help"],
};

/** `cannot`: what the Claude that runs was found not to be able to do. */
export function helpText(cannot: readonly string[] = []): string {
  const rows = Object.entries(GROUPS).flatMap(([group, names]) => [
    `| **${group}** | |`,
    ...names.map((name) => helpRow(INFOS[name])),
  ]);
  const lacks =
    cannot.length === 0
      ? []
      : ["", `This version of Claude Code can't ${cannot.join(", or ")}; 2.1.330 can.`];
  return [
    "| Command | Does |",
    "|:--|:--|",
    ...rows,
    "| `!name` | Any of Claude's own slash commands, such as `!compact` or `!clear` |",
    ...lacks,
    "",
    "Each also works as a mention (`@bot stop`) or with a slash, but Mattermost itself takes what begins with `/`: " +
      "its own `/invite` adds a person to the channel and its own `/kick` **removes them from the channel**. Use `!`.",
  ].join("\n");
}

function helpRow({ usage, aliases, help }: CommandInfo): string {
  const spellings = [usage, ...aliases].map((spelling) => `\`!${spelling}\``);
  return `| ${spellings.join(" ")} | ${help} |`;
}

/** The known name closest to `name`, when it is close. */
export function nearestCommand(name: string, others: readonly string[]): string | undefined {
  const known = [
    ...Object.entries(COMMANDS).flatMap(([command, { aliases }]) => [command, ...aliases]),
    ...others,
  ];
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const most = Math.max(1, Math.floor(candidate.length / 3));
    if (Math.abs(name.length - candidate.length) > most) {
      continue;
    }
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && distance < (best?.distance ?? Infinity)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}
