// The data of a session: its state, what can enter its mailbox (Signal) and what a step may cause (Effect).

import type { AuditEntry } from "../audit/record.ts";
import type { ClaudeReply, ClaudeRequest } from "../claude/requests.ts";
import type {
  BackgroundTask,
  ClaudeEvent,
  MessageBlock,
  PermissionAnswer,
  RequestId,
  SlashCommand,
  ToolInput,
  ToolUseId,
} from "../claude/types.ts";
import type { Attachment, FileId, FileInfo, PostId, User, UserId } from "../mattermost/types.ts";
import type { Task } from "../render/tasks.ts";
import type { Transcript } from "../render/transcript.ts";
import type { IfFrozen, PostFile, PostKey, ReactionTarget } from "../thread/writes.ts";
import type { Ask, ToolWithCard } from "./ask-types.ts";
import type { Person } from "./authorization.ts";
import type { SessionContext } from "./context.ts";
import type { Hear } from "./listeners.ts";
import type { OutputOutcome, OutputRequest } from "./output-files.ts";
import type { ToolReport, ToolRequest } from "./own-tools.ts";
import type { Phase } from "./phases.ts";
import type { Availability, Callee, CallReason } from "./steering/calling.ts";
import type { FoldedTools } from "./steering/folding.ts";
import type { Elsewhere, ForkOutcome, ForkRequest, Origin } from "./steering/origin.ts";
import type { CostChange } from "./steering/spending.ts";
import type { Thinking } from "./steering/thinking.ts";
import type { KeptRule, SteeringCommand, SteeringState } from "./steering/types.ts";
import type { SessionWorktree, WantedWorktree, WorktreeOutcome, WorktreeRequest } from "./worktree-state.ts";

/** A person's words on their way to Claude. */
export interface Message {
  /** Names the message to Claude, which replays it once it is in the transcript. */
  readonly uuid: string;
  readonly postId: PostId;
  readonly by: Person;
  readonly text: string;
  readonly files: readonly FileInfo[];
  /** A slash command of Claude's, sent on purpose: the text goes out as it is. */
  readonly isSlashCommand: boolean;
  /** Claude is given what was said in the thread before this message. */
  readonly withThread: boolean;
  /** When it was written, on the server's clock. */
  readonly at?: number;
  /** Who approved it, when it is a guest's. */
  readonly approvedBy?: Person;
  /** When the turn began that it lets go on. */
  readonly begunAt?: number;
}

export type Command =
  | { readonly name: "invite" | "kick"; readonly username: string; readonly user: User | undefined }
  | { readonly name: "permissions"; readonly mode: "interactive" | "auto" }
  | { readonly name: "stop" | "interrupt" | "help" | "project" }
  | { readonly name: "diff" | "merge" }
  /** A question to be answered beside the work. */
  | { readonly name: "btw"; readonly message: Message }
  /** What stands behind the name is the command's own to read. */
  | { readonly name: SteeringCommand; readonly argument: string; readonly postId: PostId }
  | {
      readonly name: "worktree";
      readonly act: "show" | "remove" | "removeConfirmed";
      /** Whose it is, where somebody has named it. */
      readonly branch?: string;
    }
  /** A `!name` that is not ours: perhaps Claude knows it. */
  | {
      readonly name: "slash";
      readonly slash: string;
      /** With the slash, as Claude takes it. */
      readonly message: Message;
      /** What it is when Claude knows no such command; undefined when it can only be meant as one. */
      readonly orElse: Message | undefined;
    }
  /** One of ours without what it needs. */
  | { readonly name: "incomplete"; readonly usage: string };

export type Signal =
  /** The session begins; it has the slot it was made with. */
  | {
      readonly type: "opened";
      readonly worktree?: WantedWorktree | undefined;
      /** It begins with a conversation, and not with a message. */
      readonly origin?: Origin | undefined;
    }
  | { readonly type: "worktree"; readonly outcome: WorktreeOutcome }
  | { readonly type: "tool"; readonly report: ToolReport }
  /** What tools gave is on the server, or can't be. */
  | { readonly type: "output"; readonly outcome: OutputOutcome }
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "command"; readonly by: Person; readonly postId: PostId; readonly command: Command }
  | {
      readonly type: "reaction";
      readonly by: Person;
      readonly postId: PostId;
      /** Canonical: aliases and skin tones are gone. */
      readonly emojiName: string;
      readonly isRemoval: boolean;
      /** Names the message it may stand for. */
      readonly uuid: string;
      /** When it was put there, on the server's clock. */
      readonly at?: number;
    }
  | { readonly type: "postDeleted"; readonly postId: PostId }
  /** A person changed their words; `text` as a new message's would be read. */
  | { readonly type: "postEdited"; readonly postId: PostId; readonly text: string }
  /** `generation` tells the events of an earlier process from those of the present one. */
  | {
      readonly type: "claude";
      readonly generation: number;
      readonly event: ClaudeEvent;
      readonly fileBefore?: string;
      /** With `exited`: what Claude has saved of the turn. */
      readonly saved?: SavedTurn;
      /** With `turnEnded`, and with the end of a process on another machine. */
      readonly elsewhere?: Elsewhere | undefined;
    }
  /** What has become of a request of ours to Claude. */
  | ({ readonly type: "replied"; readonly generation: number } & Replied)
  /** Who can be called now. */
  | { readonly type: "availability"; readonly availability: Availability }
  /** mm-claude was started again: whatever ran is gone. */
  | {
      readonly type: "restored";
      readonly saved: SavedTurn;
      /** Where the conversation was, when that is no more. */
      readonly lostDirectory?: string | undefined;
    }
  /** `at`: when, on the server's clock. */
  | { readonly type: "posted"; readonly key: PostKey; readonly postId: PostId; readonly at?: number }
  /** The server does not accept the file that was to go with a post. The post was not made, and has to be put again. */
  | { readonly type: "fileRefused"; readonly key: PostKey }
  /** Another post goes on for one that stood there; what is kept of the thread says so from now on. */
  | { readonly type: "replaced"; readonly key: PostKey }
  /** The server takes no such text: a marker stands in the place of what the post was to say. */
  | { readonly type: "quarantined"; readonly key: PostKey }
  /** Nobody can write there until somebody unarchives it. */
  | { readonly type: "channelArchived" }
  | { readonly type: "threadLost"; readonly reason: string }
  | {
      readonly type: "slotGranted";
      readonly slot: number;
      readonly saved?: SavedTurn;
      readonly elsewhere?: Elsewhere | undefined;
    }
  /** A thread was made that begins with this conversation, or why not. */
  | { readonly type: "forked"; readonly by: Person; readonly outcome: ForkOutcome }
  | { readonly type: "slotRefused" }
  /** Claude's machine gave no answer when it was to be started there. `said`: the runner's own words. */
  | { readonly type: "unreached"; readonly said: string }
  /** The manager needs the slot for somebody else. */
  | { readonly type: "slotWithdrawn" }
  | { readonly type: "timer"; readonly name: TimerName }
  | { readonly type: "fileProblem"; readonly detail: string }
  /** What a message needs besides its words has been fetched. */
  | { readonly type: "prepared"; readonly uuid: string; readonly content: readonly MessageBlock[] }
  /** The files of a reply, where Claude can read them; those that could not be saved are missing. */
  | { readonly type: "filesSaved"; readonly uuid: string; readonly paths: readonly string[] }
  /** Something of this session's threw. `what` it was doing, for people; `detail` as the error says it. */
  | { readonly type: "fault"; readonly what: string; readonly detail: string }
  /** What rules rest on has changed: who may decide, or which are kept. */
  | { readonly type: "judgeRules" }
  | { readonly type: "shutdown" };

export interface Replied {
  readonly request: ClaudeRequest;
  /** For whom it was made; undefined where nobody has asked. */
  readonly by: Person | undefined;
  readonly reply: ClaudeReply;
}

/** What is left of a turn whose process is gone. */
export interface SavedTurn {
  /** The message under way, or the first that waits, has reached the saved conversation; undefined when that can't be told. */
  readonly holdsMessage: boolean | undefined;
  /** What Claude said in the turn, block by block. */
  readonly texts: readonly { readonly messageId: string; readonly text: string }[];
}

export type TimerName = "flush" | "idle" | "watchdog" | "limit" | "tasks" | "call" | "machine";

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
  | { readonly type: "prepare"; readonly message: Message; readonly text: string }
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
  | { readonly type: "setTimer"; readonly name: TimerName; readonly ms: number }
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
  /** Undefined: nobody listens. */
  readonly hear?: Hear | undefined;
}
