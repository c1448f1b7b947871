// The data of a session: its state, and what a step may cause (Effect).

import type { AuditEntry } from "../audit/record.ts";
import type { ClaudeRequest } from "../claude/requests.ts";
import type {
  BackgroundTask,
  MessageBlock,
  PermissionAnswer,
  RequestId,
  SlashCommand,
  ToolInput,
  ToolUseId,
} from "../claude/types.ts";
import type { Attachment, FileId, PostId, UserId } from "../mattermost/types.ts";
import type { Task } from "../render/tasks.ts";
import type { Transcript } from "../render/transcript.ts";
import type { IfFrozen, PostFile, PostKey, ReactionTarget } from "../thread/writes.ts";
import type { Ask, ToolWithCard } from "./ask-types.ts";
import type { Person } from "./authorization.ts";
import type { SessionContext } from "./context.ts";
import type { Hear } from "./listeners.ts";
import type { OutputRequest } from "./output-files.ts";
import type { ToolRequest } from "./own-tools.ts";
import type { Phase } from "./phases.ts";
import type { Message, Signal, TimerName } from "./signals.ts";
import type { Callee, CallReason } from "./steering/calling.ts";
import type { FoldedTools } from "./steering/folding.ts";
import type { ForkRequest } from "./steering/origin.ts";
import type { CostChange, Spent } from "./steering/spending.ts";
import type { Thinking } from "./steering/thinking.ts";
import type { KeptRule, SteeringState } from "./steering/types.ts";
import type { SessionWorktree, WorktreeRequest } from "./worktree-state.ts";

export type Effect =
  /**
   * `attachment`: what is shown below the text, in a form that only mm-claude can produce. `about`: short words for it,
   * if it has to be in a post of its own. `file`: is posted together with the new post. `isFinal`: the post will not
   * change again. `isProgress`: the post is growing, and more important writes go first when the server is short of
   * slots. `ifFrozen`: what is done if the post can't be edited any more.
   */
  | {
      readonly type: "put";
      readonly key: PostKey;
      readonly markdown: string;
      readonly attachment?: Attachment | undefined;
      readonly about?: string | undefined;
      readonly file?: PostFile | undefined;
      /** Files that are on the server already. */
      readonly fileIds?: readonly FileId[];
      readonly isFinal?: boolean;
      readonly isProgress?: boolean;
      readonly ifFrozen?: IfFrozen;
    }
  | { readonly type: "repost"; readonly key: PostKey }
  | { readonly type: "forget"; readonly keys: readonly PostKey[] }
  /** These posts have stopped growing, so what is not written of them yet is urgent. */
  | { readonly type: "prioritize"; readonly keys: readonly PostKey[] }
  | { readonly type: "react" | "unreact"; readonly target: ReactionTarget; readonly emojiName: string }
  | { readonly type: "typing"; readonly isOn: boolean }
  | { readonly type: "worktree"; readonly request: WorktreeRequest }
  | { readonly type: "tool"; readonly request: ToolRequest }
  | { readonly type: "output"; readonly request: OutputRequest }
  /** For the project's sum. */
  | { readonly type: "costs"; readonly change: CostChange }
  | { readonly type: "acquireSlot" }
  | { readonly type: "releaseSlot" }
  | { readonly type: "startClaude"; readonly generation: number; readonly resume: boolean }
  /** Fetches what goes along with a message: the thread before it, its files. */
  | {
      readonly type: "prepare";
      readonly generation: number;
      readonly message: Message;
      readonly text: string;
    }
  | { readonly type: "send"; readonly uuid: string; readonly content: readonly MessageBlock[] }
  /** Of a reply that decides once they are there: `filesSaved`. */
  | { readonly type: "saveFiles"; readonly message: Message }
  | { readonly type: "audit"; readonly entry: Omit<AuditEntry, "threadId"> }
  | { readonly type: "answer"; readonly requestId: RequestId; readonly answer: PermissionAnswer }
  | { readonly type: "interruptClaude" }
  /** What new sessions of the project begin with from now on. */
  | { readonly type: "keepRules"; readonly rules: readonly KeptRule[] }
  | { readonly type: "fork"; readonly request: ForkRequest }
  /** The reply comes as `replied`. `by`: for whom; undefined where nobody has asked. */
  | { readonly type: "request"; readonly request: ClaudeRequest; readonly by: Person | undefined }
  /** Whom of them a mention would reach now without disturbing; comes as `availability`. */
  | { readonly type: "findAvailable"; readonly reason: CallReason; readonly callees: readonly Callee[] }
  /** Whether that person is called, in whatever session. */
  | { readonly type: "setNotified"; readonly by: Person; readonly isOn: boolean }
  /** `now`: a turn that runs is cut off instead of being waited for. */
  | { readonly type: "closeClaude"; readonly now: boolean }
  /** `isPatient`: later, while many other sessions have the same to do. */
  | { readonly type: "setTimer"; readonly name: TimerName; readonly ms: number; readonly isPatient?: boolean }
  | { readonly type: "clearTimer"; readonly name: TimerName }
  /** The session is over; nothing may be asked of it any more. */
  | { readonly type: "ended" };

/** What one turn of Claude's needs to know about itself. */
export interface Turn {
  /** The message it answers; undefined for work Claude took up by itself. */
  readonly messageUuid: string | undefined;
  /** Who wrote it. */
  readonly by: Person | undefined;
  /** Gone once somebody was called about its end, or does not have to be. */
  beganAt?: number;
  readonly transcript: Transcript;
  /** The message being streamed and the text of its blocks, to recognise the blocks that confirm them. */
  streaming:
    | { readonly messageId: string; readonly blocks: { index: number; text: string }[]; confirmed: number }
    | undefined;
  /** The last message before the one being streamed: of an earlier turn, or found again in what Claude saved. */
  previousMessageId?: string | undefined;
  /** How many text blocks of each message are known to be whole. */
  readonly confirmed: Map<string, number>;
  readonly tools: Map<ToolUseId, { readonly name: string; readonly input: ToolInput }>;
  /** Tools that one line stands for. */
  folded?: FoldedTools;
  thinking?: Thinking;
  lastText: string;
  /** How often the thread has grown since something else happened. */
  growth: number;
  /** When it was last written. */
  flushedAt: number | undefined;
  interruptedBy: Person | undefined;
  /** People have been shown something of it, or will be soon. */
  hasShown: boolean;
  /** Claude may have begun it by itself, while a message was on its way to it. */
  mayBeOwn?: boolean;
}

/** What a process of Claude's takes up. */
export interface Conversation {
  /** Claude's name for it. */
  id: string;
  /**
   * `begun`: Claude has begun a turn in it, so it can be resumed. With `lostDirectory` it can't, because its directory
   * is gone: people are told when a new conversation starts in another directory.
   */
  progress: "new" | "begun" | { readonly lostDirectory: string };
  /** It began with a clearing: what the thread said before is no part of it. */
  isCleared: boolean;
  /** A new one begins as a copy of that one, up to that line of it. */
  fork?: { readonly from: string; readonly at: string } | undefined;
  /** A process that failed to find (or to make) it is replaced once. */
  hasRetriedStart: boolean;
}

/** The offer to go on with a turn that was cut off. */
export interface CutOff {
  readonly key: PostKey;
  /** Known once it is posted. */
  postId: PostId | undefined;
  /** When the message was written that went first instead, on the server's clock: what is pressed later is too late. */
  until: number | undefined;
}

export interface SessionState {
  readonly owner: Person;
  readonly phase: Phase;
  /** Counts the processes of this session, and the times it has left one. */
  generation: number;
  readonly conversation: Conversation;
  /** Tools run unasked; `grantedBy` is undefined when the settings let them. */
  auto: { readonly grantedBy: Person | undefined } | undefined;
  isPlanApproved: boolean;
  /** Invited people: id to username. */
  readonly participants: Map<UserId, string>;
  /** Whose messages Claude got: id to username. */
  readonly speakers: Map<UserId, string>;
  /** Who was told lately that something is not for them, and when. */
  readonly toldAt: Map<string, number>;
  /** The newest posts taken, so that none is taken twice. */
  taken: readonly PostId[];
  /** Waiting for Claude, in order. */
  readonly queue: Message[];
  /** Posts that carry 👀. */
  readonly waiting: Set<PostId>;
  asks: Ask[];
  readonly toolsWithCards: Map<ToolUseId, ToolWithCard>;
  /** Reactions on posts of this thread whose key is not known yet: a card's create may still be in flight. */
  earlyReactions: (Signal & { readonly type: "reaction" })[];
  cutOff: CutOff | undefined;
  readonly subagents: Map<ToolUseId, { readonly key: PostKey; readonly label: string }>;
  /** What runs beside the turns, as Claude tells it. */
  background: readonly BackgroundTask[];
  /** How often something threw since a turn last came to its end. */
  faults: number;
  worktree: SessionWorktree | undefined;
  readonly steering: SteeringState;
  taskList: { readonly key: PostKey; readonly tasks: readonly Task[] } | undefined;
  turn: Turn;
  /** Claude's slash commands; undefined until it has told them. */
  commands: readonly SlashCommand[] | undefined;
  lastActivityAt: number;
  postsMade: number;
}

/** One step: the state to change in place, what to cause, and the time. Nothing else is reachable. */
export interface Step {
  readonly state: SessionState;
  readonly context: SessionContext;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly emit: (effect: Effect) => void;
  /** What was used by the turn that has just ended: the project's sum has it after this step. */
  spent?: Spent;
  /** Undefined: nobody listens. */
  readonly hear?: Hear | undefined;
}
