// What the campaign knows of a thread it has played in, and which saved conversations are the thread's.

import { type Answering, answersIn } from "./answers.ts";
import { type Conversation, type SavedLine, textOf } from "./files.ts";
import type { Place } from "./places.ts";
import type { Stage } from "./stage.ts";
import { type Request, requestIn } from "./words.ts";

export interface Problem {
  readonly kind: "lost" | "doubled" | "stuck" | "silent" | "wrong";
  readonly what: string;
}

export type Verdict = "allowed" | "denied";

/** An answer to a plan or a question, and what Claude must be told because of it. */
export interface Choice {
  readonly tool: "ExitPlanMode" | "AskUserQuestion";
  readonly isError: boolean;
  /** Stands in the tool's result. */
  readonly words: string;
  /** When its card was posted. */
  readonly at: number;
}

export interface Played {
  readonly root: string;
  readonly place: Place;
  /** Where its Claude works: the directory that its project had when the session began. */
  readonly directory: string;
  /** Marks of the messages of those who may speak, in the order of their posts. */
  readonly said: string[];
  readonly posts: Map<string, string>;
  /** When each message was posted, by mark, in the server's time. */
  readonly saidAt: Map<string, number>;
  /** A guest's messages, by mark, and what was decided about each. */
  readonly guests: Map<string, Verdict | undefined>;
  /** Decisions about tools, by the mark of the message. */
  readonly tools: Map<string, { readonly verdict: Verdict; readonly at: number }>;
  /** Decisions about plans and questions, by the mark of the message. */
  readonly choices: Map<string, Choice>;
  /** Messages that were changed while more went wrong: of these marks at least so many reach Claude, and one at most. */
  readonly loose: { readonly marks: readonly string[]; readonly least: 0 | 1 }[];
  /** `!clear` was said when so many messages had been. */
  readonly clears: { readonly at: number; readonly postedAt: number }[];
  /** Files that were shown, by the mark of their message. */
  readonly files: Map<string, { readonly name: string; readonly text: string | undefined }>;
  /** How often 🔄 was pressed where it was offered. */
  goings: number;
  /** Words people have read, so that none is taken away again. */
  readonly read: Set<string>;
}

export function newThread(root: string, place: Place, directory: string): Played {
  return {
    root,
    place,
    directory,
    said: [],
    posts: new Map(),
    saidAt: new Map(),
    guests: new Map(),
    tools: new Map(),
    choices: new Map(),
    loose: [],
    clears: [],
    files: new Map(),
    goings: 0,
    read: new Set(),
  };
}

/** Every mark that may be in the thread's conversations. */
export function marksOf({ said, guests, loose }: Played): Set<string> {
  return new Set([...said, ...guests.keys(), ...loose.flatMap(({ marks }) => marks)]);
}

interface SessionDocument {
  /** Undefined for the project of the settings. */
  readonly project?: string;
  readonly directory: string;
  readonly state: {
    readonly phase: { readonly name: string };
    readonly queue: readonly unknown[];
    readonly taken: readonly string[];
    readonly asks: readonly { readonly kind: string }[];
    readonly worktree?: { readonly made?: { readonly path: string; readonly directory: string } };
  };
}

export function documentOf(stage: Stage, { root }: Played): SessionDocument | undefined {
  return stage.documentOf(root) as SessionDocument | undefined;
}

/** As it would be if the power went now. */
export function durableDocumentOf(stage: Stage, { root }: Played): SessionDocument | undefined {
  return stage.durableDocumentOf(root) as SessionDocument | undefined;
}

export interface Heard extends Conversation {
  readonly requests: readonly (Request | "go on")[];
  /** What people wrote, and what it was taken as the answer to. */
  readonly answers: readonly Answering[];
}

const heardOf = new WeakMap<Conversation, Heard>();

/** What Claude heard in the thread's conversations, in the order in which they began. */
export function heardIn(stage: Stage, thread: Played): Heard[] {
  const marks = marksOf(thread);
  const first = ({ requests }: Heard): number => {
    const known = requests.flatMap((one) => (one === "go on" ? [] : [thread.said.indexOf(one.mark)]));
    return Math.min(...known.filter((at) => at >= 0), Number.MAX_SAFE_INTEGER);
  };
  return stage
    .conversations()
    .map((conversation) => {
      const { lines } = conversation;
      const heard = heardOf.get(conversation) ?? {
        ...conversation,
        requests: lines.flatMap(requestOf),
        answers: answersIn(lines),
      };
      heardOf.set(conversation, heard);
      return heard;
    })
    .filter(({ requests }) => requests.some((one) => one !== "go on" && marks.has(one.mark)))
    .sort((a, b) => first(a) - first(b));
}

function requestOf({ type, message, isMeta, isSidechain }: SavedLine): (Request | "go on")[] {
  if (type !== "user" || isMeta === true || isSidechain === true) {
    return [];
  }
  const request = requestIn(textOf(message?.content));
  return request === undefined ? [] : [request];
}
