// What a session works with, given to it from outside.

import type { AuditTrail } from "../audit/trail.ts";
import type { ChatTools } from "../chat-tools/types.ts";
import type { ConversationsThere } from "../claude/conversations-there.ts";
import type { NewPrompts } from "../claude/other-programs.ts";
import type { SavedConversation } from "../claude/saved-conversation.ts";
import type { ReadSavedResults } from "../claude/saved-results.ts";
import type { StartClaude } from "../claude/types.ts";
import type { WarmPool } from "../claude/warm-pool.ts";
import type { ChannelId, MattermostApi, PostId, ThreadId, UserId } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import type { RemoteShell } from "../remote/types.ts";
import type { Clock } from "../util/clock.ts";
import type { Later } from "../util/later.ts";
import type { Log } from "../util/log.ts";
import type { Redact } from "../util/redact.ts";
import type { Person } from "./authorization.ts";
import type { Calling } from "./calling.ts";
import type { SessionContext } from "./context.ts";
import type { GrowthPace } from "./growth-pace.ts";
import type { SessionListeners } from "./listeners.ts";
import type { Signal } from "./signals.ts";
import type { SessionSnapshot } from "./snapshot.ts";
import type { Origin } from "./steering/origin.ts";
import type { ProjectCosts } from "./steering/spending.ts";
import type { KeptRule } from "./steering/types.ts";
import type { ClaudesEnd, SessionView } from "./view.ts";
import type { ProjectWorktrees } from "./worktree-work.ts";

export interface SessionDependencies {
  readonly api: MattermostApi;
  readonly users: Pick<Users, "byId">;
  readonly clock: Clock;
  /** Shared by all sessions; undefined: each goes its own. */
  readonly growthPace?: Pick<GrowthPace, "delay"> | undefined;
  readonly log: Log;
  readonly startClaude: StartClaude;
  /** The machine where Claude works; undefined: this one. */
  readonly shell?: RemoteShell | undefined;
  /** Processes that wait for a new conversation. */
  readonly warm: Pick<WarmPool, "take">;
  readonly newConversationId: () => string;
  readonly sendTyping: (channelId: ChannelId, threadId: ThreadId) => void;
  readonly context: SessionContext;
  readonly claudePath: string;
  /** What Claude's file tools may not touch when it works in that directory: mm-claude's own settings and state. */
  readonly deniedPathsIn: (directory: string) => readonly string[];
  /** What new sessions of the project begin with from now on; undefined where none can be kept. */
  readonly keepRules?: ((rules: readonly KeptRule[]) => void) | undefined;
  /** Takes the bot's token out of a text. */
  readonly redact: Redact;
  readonly botId: UserId;
  readonly channelId: ChannelId;
  readonly audit: Pick<AuditTrail, "append">;
  /** What the project has used; undefined: nobody counts. */
  readonly costs?: Pick<ProjectCosts, "change"> | undefined;
  /** It is known by which post somebody is asked: there may be reactions to it that nobody has heard. */
  readonly onCardPosted: (threadId: ThreadId, postId: PostId) => void;
  /** Where sessions are kept while mm-claude does not run; a document each. */
  readonly documents: SessionDocuments;
  /** What is kept of that session; undefined when it can't be used, which people are told. Left out: all stay in memory. */
  readonly readSnapshot?: ((threadId: ThreadId) => SessionSnapshot | undefined) | undefined;
  /** Who listens to single sessions; undefined: nobody does. */
  readonly listeners?: Pick<SessionListeners, "of"> | undefined;
  /** For who watches: a session is another one after a step. `end`: of its Claude, which nobody wanted. */
  readonly onChanged?: ((view: SessionView, end: ClaudesEnd | undefined) => void) | undefined;
  /** A session is forgotten after it has slept for long. */
  readonly onForgotten?: ((threadId: ThreadId) => void) | undefined;
  /** From when a write to a thread was asked for until it was done; milliseconds. */
  readonly onWritten?: ((ms: number) => void) | undefined;
  /** Whom to call, and who wants to be; undefined: everybody can be called. */
  readonly calling?: Calling | undefined;
  /** Claude's tools in the chat; undefined: it has none. */
  readonly chatTools?: ChatTools | undefined;
  /** The project's git worktrees; undefined where there can be none. */
  readonly worktrees?: ProjectWorktrees | undefined;
  /** Who else writes a conversation, as far as that can be seen; undefined: that is not looked for. */
  readonly others?: OtherPrograms | undefined;
  /** The version of the claude that is started; undefined: it is not known. */
  readonly claudeVersion?: (() => Promise<string | undefined>) | undefined;
  /** What Claude has saved of a conversation; undefined when nothing is. */
  readonly readSaved: (conversationId: string) => Later<SavedConversation | undefined>;
  /** Where Claude works on another machine: in place of `readSaved` and `others`. */
  readonly there?: Pick<ConversationsThere, "look"> | undefined;
  /** What tools gave, as far as Claude has saved it. */
  readonly readResults: ReadSavedResults;
}

export interface OtherPrograms {
  promptsSince(conversationId: string, bytes: number | undefined): NewPrompts | undefined;
  /** The process of somebody else that has it open. */
  runsElsewhere(conversationId: string, own: number | undefined): number | undefined;
}

export interface SessionDocuments {
  /** From now on it says what `json` gives when it is written. */
  change(name: string, json: () => string): void;
  /** Resolves when the changes made so far are safe, or can't be made safe; undefined when they are. */
  saved(name: string): Promise<void> | undefined;
  remove(name: string): void;
}

/** A session that starts now. */
export interface Opening {
  readonly owner: Person;
  /** Undefined: it begins asleep. */
  readonly slot?: number;
  readonly origin?: Origin;
}

/** What the names of the documents begin with that hold a channel's sessions: other channels have other daemons. */
export function sessionPrefix(channelId: ChannelId): string {
  return `session-${channelId}-`;
}

/** Where a session gets a place to run in, and gives it back; both may be asked for again. */
export interface Slots<Session> {
  /** To the thread's session: who has found it may be holding one that was put away since. */
  deliver(threadId: ThreadId, signal: Signal): void;
  acquire(session: Session): number | undefined;
  /** mm-claude stops: nothing is given any more, and what waits is kept. */
  readonly isClosing: boolean;
  release(session: Session): void;
  ended(session: Session): void;
  /** A session that begins asleep, with a conversation. */
  begin(threadId: ThreadId, opening: Required<Pick<Opening, "owner" | "origin">>): void;
}
