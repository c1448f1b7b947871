// The first reply of a thread: who, where, with which permissions. Pure.

import { onMachine } from "../util/machine.ts";
import { cell, harmless, inlineCode, oneLine, quietMentions } from "./markdown.ts";
import { placePath } from "./paths.ts";

export interface Header {
  readonly version: string;
  /** Undefined where there is only one. */
  readonly project?: string | undefined;
  readonly directory: string;
  /** Where that is; undefined: this machine. */
  readonly machine?: string | undefined;
  /** Its branch and changes, as Markdown; undefined for a session without a worktree. */
  readonly worktree?: string | undefined;
  readonly home: string;
  readonly owner: string;
  /** Usernames of the people invited, without `@`. */
  readonly participants: readonly string[];
  readonly status: HeaderStatus;
  readonly maxSessions: number;
  readonly isAuto: boolean;
  /** Claude's permission mode, as it names it; undefined where nobody has changed it. */
  readonly mode?: string | undefined;
  /** As Claude tells it; undefined where nothing is known of it. */
  readonly model?: string | undefined;
  /** What somebody has chosen, such as `effort high`. */
  readonly choices?: readonly string[];
  /** How full Claude's context is. */
  readonly contextPercent?: number | undefined;
  /** How many notes of its project it was given. */
  readonly notes?: number;
}

export type HeaderStatus =
  /** `background`: how many tasks run beside the turns and keep it from sleeping. */
  | { readonly kind: "live"; readonly slot: number; readonly background: number }
  | { readonly kind: "asleep" }
  /** Somebody has to say where it is to work. */
  | { readonly kind: "undecided" }
  | { readonly kind: "ended" }
  | { readonly kind: "stopped" };

/** The header's table. Its names notify nobody. */
export function renderHeader(header: Header): string {
  const name = (username: string): string => quietMentions(`@${username}`);
  const rows = [
    ...(header.project === undefined ? [] : [`| 📦 **Project** | ${cell(inlineCode(header.project))} |`]),
    `| 📂 **Directory** | ${cell(placeText(header))} |`,
    ...(header.worktree === undefined ? [] : [`| 🌿 **Worktree** | ${cell(header.worktree)} |`]),
    `| 👤 **Started by** | ${name(header.owner)} |`,
    ...(header.participants.length > 0
      ? [`| 👥 **Participants** | ${header.participants.map(name).join(", ")} |`]
      : []),
    `| 🔢 **Session** | ${statusText(header)} |`,
    `| ${header.isAuto ? "⚡" : "🔐"} **Permissions** | ${cell(permissionsText(header))} |`,
    ...modelRow(header),
    ...notesRow(header),
  ];
  return [`### 🤖 mm-claude \`v${header.version}\``, "", "| | |", "|:--|:--|", ...rows].join("\n");
}

/** As Markdown. */
export function placeText({
  directory,
  home,
  machine,
}: Pick<Header, "directory" | "home" | "machine">): string {
  const path = inlineCode(placePath(directory, home, machine));
  return onMachine(path, machine && inlineCode(machine));
}

function permissionsText({ isAuto, mode }: Header): string {
  const who = isAuto ? "Auto" : "Interactive";
  return mode === undefined ? who : `${who} · mode ${inlineCode(mode)}`;
}

function modelRow({ model, choices = [], contextPercent }: Header): string[] {
  const name = model === undefined ? [] : [harmless(oneLine(model))];
  const context = contextPercent === undefined ? [] : [`${contextPercent} % of context`];
  const parts = [...name, ...choices, ...context];
  return parts.length === 0 ? [] : [`| 🧠 **Model** | ${cell(parts.join(" · "))} |`];
}

function notesRow({ notes = 0 }: Header): string[] {
  return notes === 0 ? [] : [`| 🗒️ **Memory** | ${notes} ${notes === 1 ? "note" : "notes"} |`];
}

function backgroundText(tasks: number): string {
  return tasks === 0 ? "" : ` · ⚙️ ${tasks} ${tasks === 1 ? "task" : "tasks"} in the background`;
}

function statusText({ status, maxSessions }: Header): string {
  switch (status.kind) {
    case "live":
      return `#${status.slot} of ${maxSessions} max${backgroundText(status.background)}`;
    case "undecided":
      return "⏳ waits for a choice";
    case "asleep":
      return "💤 asleep - reply to resume";
    case "ended":
      return "🛑 ended - mention me to start again";
    case "stopped":
      return "⏹️ mm-claude is not running";
  }
}
