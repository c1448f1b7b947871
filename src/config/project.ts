// A project: a directory that Claude works in, the channel it is reached from, and what holds for the sessions there.

import { basename } from "node:path";
import { remoteOf } from "../remote/runner.ts";
import type { Config } from "./settings.ts";

export const WORKTREE_MODES = ["off", "ask", "always"] as const;
/** Whether a session gets a git worktree of its own when nobody asks for one. */
export type WorktreeMode = (typeof WORKTREE_MODES)[number];

/** What Claude does unasked: the modes that the CLI's `--permission-mode` takes and that don't skip permissions. */
export const PERMISSION_MODES = ["default", "acceptEdits", "plan"] as const;
export type PermissionMode = (typeof PERMISSION_MODES)[number];

/**
 * Where a project is set: in the settings of one channel, as a project of projects.yaml, or as its `directMessages`.
 */
export type ProjectOrigin = "settings" | "file" | "direct";

export interface Project {
  /** What people call it, as in `in NAME:`. Unique among those of projects.yaml. */
  readonly name: string;
  readonly origin: ProjectOrigin;
  /** An id, or `team/channel` by the names that stand in addresses; undefined for direct messages. */
  readonly channel: string | undefined;
  /** Absolute; behind a runner it may begin with `~/`. */
  readonly directory: string;
  /** Lower case, without @; empty means everyone, which direct messages don't allow. */
  readonly allowedUsers: readonly string[];
  /** As `allowedUsers`; empty means everyone who is listed. */
  readonly approvers: readonly string[];
  /** Bot accounts that may ask, as `allowedUsers`; empty means none. */
  readonly bots: readonly string[];
  readonly skipPermissions: boolean;
  readonly maxSessions: number;
  readonly sessionTimeoutMs: number;
  readonly prewarm: number;
  /** The command that reaches the machine where Claude works; undefined: this machine. */
  readonly runner: readonly string[] | undefined;
  /** Behind a runner, where only that machine knows what its directory is: it may be the home there, or all of it. */
  readonly isUnsafeAllowed?: boolean | undefined;
  readonly claudePath: string;
  readonly worktree: WorktreeMode;
  /** Undefined: what Claude's own settings say. */
  readonly mode: PermissionMode | undefined;
  /** As the CLI's `--model` takes it; undefined: Claude's own choice. */
  readonly model: string | undefined;
  /** Undefined: Claude's own choice, as for `thinking`. */
  readonly effort: string | undefined;
  /** Tokens, 0 for none. */
  readonly thinking: number | undefined;
  /** In dollars; undefined: no limit. */
  readonly maxCostPerDay: number | undefined;
}

/** What people call the machine where it is; undefined: this one. */
export const machineOf = ({ runner }: Pick<Project, "runner">): string | undefined =>
  runner && remoteOf(runner).name;

/** What projects.yaml asks for. */
export interface ProjectsFile {
  readonly path: string;
  /** In the file's order. */
  readonly projects: readonly Project[];
  readonly directMessages: Project | undefined;
}

/** The one project that the settings of one channel make; undefined where they name no channel. */
export function settingsProject(config: Config): Project | undefined {
  const { channelId, directory } = config;
  return channelId === undefined
    ? undefined
    : {
        ...projectDefaults(config),
        name: basename(directory) || "root",
        origin: "settings",
        channel: channelId,
        directory,
      };
}

/** What holds in a project that says nothing else. */
export function projectDefaults(
  config: Pick<
    Config,
    | "allowedUsers"
    | "approvers"
    | "skipPermissions"
    | "maxSessions"
    | "sessionTimeoutMs"
    | "prewarm"
    | "claudePath"
  >,
): Omit<Project, "name" | "origin" | "channel" | "directory"> {
  const { allowedUsers, approvers, skipPermissions, maxSessions, sessionTimeoutMs, prewarm, claudePath } =
    config;
  return {
    allowedUsers,
    approvers,
    bots: [],
    skipPermissions,
    maxSessions,
    sessionTimeoutMs,
    prewarm,
    runner: undefined,
    claudePath,
    worktree: "off",
    mode: undefined,
    model: undefined,
    effort: undefined,
    thinking: undefined,
    maxCostPerDay: undefined,
  };
}
