// Commands that are about a project and not about one of its sessions: in a thread with a session they mean that one's
// project.

import type { PostId, ThreadId } from "../mattermost/types.ts";
import type { Person } from "./authorization.ts";

export const PROJECT_COMMANDS = ["routine", "routines", "remember", "memory", "forget"] as const;
export type ProjectCommandName = (typeof PROJECT_COMMANDS)[number];

export interface ProjectCommand {
  readonly name: ProjectCommandName;
  /** What stands behind the name. */
  readonly argument: string;
  readonly by: Person;
  /** Where it was written. */
  readonly threadId: ThreadId;
  readonly postId: PostId;
}

/** A reaction to a post that is no session's. */
export interface CardReaction {
  readonly by: Person;
  readonly postId: PostId;
  readonly emojiName: string;
  readonly isRemoval: boolean;
}

/** Posts of a project, in no session, on which somebody's decision is waited for. */
export interface ProjectCards {
  readonly open: () => readonly { readonly threadId: ThreadId; readonly postId: PostId }[];
  /** False when it is none of these. */
  readonly take: (reaction: CardReaction) => boolean;
}

export const isProjectCommand = (name: string): name is ProjectCommandName =>
  PROJECT_COMMANDS.some((one) => one === name);
