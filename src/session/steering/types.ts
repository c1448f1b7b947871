// What people can change about a session while it runs, as it is kept.

import type { ClaudeRequest } from "../../claude/requests.ts";
import type { PostId } from "../../mattermost/types.ts";
import type { Card } from "../../render/cards.ts";
import type { PostKey } from "../../thread/writes.ts";
import type { Person } from "../authorization.ts";
import type { Message } from "../types.ts";

/** Commands whose arguments they read themselves. */
export type SteeringCommand = "mode" | "undo" | "fork" | "sessions" | "handover" | "resume";

/** A message that is in Claude's conversation. */
export interface HeardMessage {
  readonly uuid: string;
  readonly postId: PostId;
  readonly by: Person;
  /** Its beginning, in one line. */
  readonly text: string;
}

/** A card that asks whether to undo. */
export interface OpenUndo {
  readonly key: PostKey;
  /** Known once it is posted. */
  postId: PostId | undefined;
  /** Of the message before which the files were so. */
  readonly uuid: string;
  readonly card: Card;
  readonly files: readonly string[];
  readonly added: number;
  readonly removed: number;
}

/** Somebody goes on with the conversation in a terminal. */
export interface Handover {
  readonly by: Person;
  /** Our Claude has not ended yet: the command is told once it has. */
  readonly isLeaving: boolean;
}

export interface SteeringState {
  /** The mode that Claude was last known to be in; undefined: as its project and Claude's own settings say. */
  mode: string | undefined;
  /** Oldest first. */
  heard: readonly HeardMessage[];
  undo: OpenUndo | undefined;
  /** What Claude must know before it reads the next message. */
  note: string | undefined;
  /** Questions beside the work that Claude has not answered. */
  asides: readonly Message[];
  /** What the session is about: how its first message begins. */
  title: string | undefined;
  /** The conversation that Claude calls by that title. */
  titled: string | undefined;
  /** The model of the last turn, as Claude names it. */
  lastModel: string | undefined;
  handover: Handover | undefined;
  /** How far the saved conversation of that id is known, in bytes: what is written after it is somebody's. */
  seen: { readonly id: string; readonly bytes: number } | undefined;
  /** Asked as soon as Claude is awake. Not kept. */
  wanted: { readonly request: ClaudeRequest; readonly by: Person } | undefined;
}

export function initialSteering(): SteeringState {
  return {
    mode: undefined,
    heard: [],
    undo: undefined,
    note: undefined,
    asides: [],
    title: undefined,
    titled: undefined,
    lastModel: undefined,
    handover: undefined,
    seen: undefined,
    wanted: undefined,
  };
}
