// What a session is told once: where it runs, with which limits and settings, and who is who.

import { existsSync } from "node:fs";
import type { UserId } from "../mattermost/types.ts";
import type { ListedSession } from "../render/sessions.ts";
import type { RightsOf } from "./authorization.ts";
import type { ProjectCosts } from "./steering/spending.ts";
import type { KeptRule } from "./steering/types.ts";
import type { SessionState } from "./types.ts";
import { madeWorktreeOf } from "./worktree-state.ts";

/** How Claude begins in a session, where its own settings are not to decide. */
export interface SessionDefaults {
  readonly mode?: string | undefined;
  readonly model?: string | undefined;
  readonly effort?: string | undefined;
  /** Tokens. */
  readonly thinking?: number | null | undefined;
}

export interface GivenNotes {
  readonly count: number;
  /** All of them, in words for Claude. */
  readonly text: string;
}

/** What a session is told once. */
export interface SessionContext {
  readonly version: string;
  readonly botName: string;
  readonly directory: string;
  /** What people call the machine where Claude works; undefined: this one. */
  readonly machine?: string | undefined;
  /** The words of the command that reaches that machine. */
  readonly runner?: readonly string[] | undefined;
  /** The project of projects.yaml that it is of; undefined: the one of the settings, which is named by its directory. */
  readonly project?: string | undefined;
  /** The channel's other projects in which sessions can begin, as of now. */
  readonly otherProjects: () => readonly string[];
  /** Whether a session gets a git worktree of its own when nobody names a branch. */
  readonly worktree?: "off" | "ask" | "always" | undefined;
  readonly defaults?: SessionDefaults | undefined;
  readonly home: string;
  readonly maxSessions: number;
  readonly idleMs: number;
  /** Sessions begin with permissions skipped. */
  readonly isAuto: boolean;
  /** The longest post in code points. */
  readonly postLimit: number;
  /** What an account is here, as of now. */
  readonly rightsOf: RightsOf;
  /** Names to call, as of now, when a tool or a plan is to be approved and the owner may not; none when all who are listed may. */
  readonly approvers: () => readonly string[];
  /** Names of all who are listed, as of now; none when everyone is. */
  readonly listed?: () => readonly string[];
  /** What sessions of the project begin with, as of now; undefined where none can be kept. */
  readonly keptRules?: (() => readonly KeptRule[]) | undefined;
  /** Of the project, as its Claudes are given them now; undefined where there are none. */
  readonly notes?: (() => GivenNotes | undefined) | undefined;
  /** Of the project; undefined: nothing is counted but for the session itself. */
  readonly costs?: Omit<ProjectCosts, "change"> | undefined;
  /** How long a turn takes before its end is worth a mention. */
  readonly notifyAfterMs?: number | undefined;
  /** Whether that account is called besides by cards, as of now. */
  readonly isNotified?: (id: UserId) => boolean;
  /** As the terminal calls it. */
  readonly claudePath?: string;
  /** Where a post is in a browser. */
  readonly linkTo?: (postId: string) => string;
  /** The channel's sessions that they may take part in, as of now. */
  readonly sessionsFor?: (by: UserId) => readonly ListedSession[];
  /** Of this machine, as an IANA name: in it times are told. */
  readonly timeZone: string;
}

export interface SessionPlace {
  readonly context: SessionContext;
  /** Where it has worked, when that is no more. */
  readonly lostDirectory: string | undefined;
}

/**
 * A conversation belongs to its directory, wherever mm-claude is started the next time; as long as there is that
 * directory. A worktree is looked for, and made again, before Claude starts there.
 */
export function placeOf(
  saved: { readonly directory: string; readonly state: Pick<SessionState, "worktree"> } | undefined,
  context: SessionContext,
): SessionPlace {
  if (saved === undefined) {
    return { context, lostDirectory: undefined };
  }
  const { directory, state } = saved;
  const made = madeWorktreeOf(state);
  if (made) {
    return { context: { ...context, directory: made.path }, lostDirectory: undefined };
  }
  return context.machine !== undefined || existsSync(directory)
    ? { context: { ...context, directory }, lostDirectory: undefined }
    : { context, lostDirectory: directory };
}
