// The projects of a channel, as those see them who speak there: which one a message means, and who may begin there.

import type { ThreadId, UserId } from "../mattermost/types.ts";
import { authorize, type Person, type RightsOf } from "../session/authorization.ts";
import type { SessionManager } from "../session/manager.ts";
import type { ProjectCards, ProjectCommand } from "../session/project-commands.ts";
import type { RemovalTold } from "../session/worktree-work.ts";
import type { Later } from "../util/later.ts";
import type { Facts, Reading } from "./route.ts";
import { isSameName } from "./session-place.ts";

/** What begins a session somewhere, and for whom. */
export interface RoutedProject {
  readonly name: string;
  readonly rightsOf: RightsOf;
  readonly maxSessions: number;
  readonly sessions: Pick<SessionManager, "open" | "find">;
  /** Takes up a conversation that was begun in a terminal; why not, in a sentence or two. */
  readonly adopt: (threadId: ThreadId, by: Person, conversationId: string) => Later<string | undefined>;
  /** Checks whether they may, and replies. */
  readonly command: (command: ProjectCommand) => void;
  readonly cards: ProjectCards;
  /** Of a session that is over. Gives what to say; undefined when the project has no such worktree. */
  readonly removeWorktree: (
    branch: string,
    how: { readonly isConfirmed: boolean },
  ) => Promise<RemovalTold | undefined>;
}

/** The one that is named, or else the first. */
export function projectFor(
  { place }: Reading,
  by: UserId,
  projects: readonly RoutedProject[],
): Facts["project"] {
  const named = place.project;
  const project = named === undefined ? projects[0] : projects.find(({ name }) => isSameName(name, named));
  return project && { name: project.name, mayStart: mayStartIn(project, by) };
}

/** In one of them. */
export function isListedIn(projects: readonly RoutedProject[], by: UserId): boolean {
  return projects.some((project) => mayStartIn(project, by));
}

/** A bot account that may ask in one of them. */
export function isBotIn(projects: readonly Pick<RoutedProject, "rightsOf">[], by: UserId): boolean {
  return projects.some(({ rightsOf }) => rightsOf(by)?.isBot === true);
}

/** Whether they may decide there about more than their own words. */
export function maySteerIn({ rightsOf }: RoutedProject, by: UserId): boolean {
  return authorize("steer", by, undefined, rightsOf);
}

function mayStartIn({ rightsOf }: RoutedProject, by: UserId): boolean {
  return authorize("start", by, undefined, rightsOf);
}
