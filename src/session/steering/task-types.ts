// What runs beside Claude's turns, as a session keeps it: commands in the background and subagents, each with its post.

import type { ToolUseId } from "../../claude/types.ts";
import type { PostId } from "../../mattermost/types.ts";
import type { TaskKind, TaskUsage } from "../../render/running-tasks.ts";
import type { PostKey } from "../../thread/writes.ts";
import type { Person } from "../authorization.ts";

export interface SessionTask {
  /** By which people name it; counted through the session. */
  readonly number: number;
  readonly kind: TaskKind;
  /** Claude's name for it, which may come again after its end; undefined until it is told, which older CLIs never do. */
  id: string | undefined;
  /** Of a subagent. */
  readonly toolUseId: ToolUseId | undefined;
  /** Undefined where too many run at once for a post each. */
  readonly key: PostKey | undefined;
  /** Known once it is posted. */
  postId: PostId | undefined;
  readonly what: string;
  readonly since: number;
  /** Claude goes on without it: people are told of its end by a line of its own. */
  isInBackground: boolean;
  /** Somebody has seen the command and allowed it: what it prints may be quoted. */
  mayQuote: boolean;
  usage: TaskUsage | undefined;
  /** What it prints can't be read: older CLIs don't tell it. */
  isUnreadable: boolean;
  /** What its post says of what a command has printed. */
  printed: string;
  /** What its post was last to say. */
  shown: string;
  checkedAt: number;
  /** Who has asked Claude to stop it. */
  stoppedBy: Person | undefined;
  end: { readonly at: number; readonly status: string | undefined; readonly summary: string } | undefined;
}

export interface TasksState {
  /** How many there have been. */
  count: number;
  /** Those that run, and the last that ended: their posts are still theirs. */
  list: SessionTask[];
  /** Lines about ends that nobody has been told of yet. */
  untold: string[];
}

export const initialTasks = (): TasksState => ({ count: 0, list: [], untold: [] });
