// What can enter a session's mailbox: what people say and do, what Claude tells, and what became of what was caused.

import type { ClaudeReply, ClaudeRequest } from "../claude/requests.ts";
import type { ClaudeEvent, MessageBlock } from "../claude/types.ts";
import type { FileInfo, PostId, User } from "../mattermost/types.ts";
import type { PostKey } from "../thread/writes.ts";
import type { Person } from "./authorization.ts";
import type { OutputOutcome } from "./output-files.ts";
import type { ToolReport } from "./own-tools.ts";
import type { Availability } from "./steering/calling.ts";
import type { Elsewhere, ForkOutcome, Origin } from "./steering/origin.ts";
import type { SteeringCommand } from "./steering/types.ts";
import type { WantedWorktree, WorktreeOutcome } from "./worktree-state.ts";

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
  | {
      readonly type: "prepared";
      readonly uuid: string;
      /** Of the process that it is for. */
      readonly generation: number;
      readonly content: readonly MessageBlock[];
      /** What could not be fetched, a sentence each. */
      readonly problems?: readonly string[];
    }
  /** The connection to Claude's machine was lost over its files. */
  | {
      readonly type: "unprepared";
      readonly uuid: string;
      readonly generation: number;
      readonly lost: "unreached" | "cut";
      /** The runner's own words. */
      readonly said: string;
    }
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
