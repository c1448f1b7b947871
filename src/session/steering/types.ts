// What people can change about a session while it runs, as it is kept.

import type { PermissionRule } from "../../claude/permission-rules.ts";
import type { ClaudeRequest, ModelChoice, RequestOf } from "../../claude/requests.ts";
import type { PostId } from "../../mattermost/types.ts";
import type { Card } from "../../render/cards.ts";
import type { PostKey } from "../../thread/writes.ts";
import type { Person } from "../authorization.ts";
import type { Message } from "../signals.ts";
import type { Away } from "./away.ts";
import type { TurnCall } from "./calling.ts";
import { type CostState, noCosts } from "./cost-state.ts";
import { type LimitState, noLimits } from "./hold.ts";
import type { OutputsState } from "./output-state.ts";
import { initialTasks, type TasksState } from "./task-types.ts";

/** Commands whose arguments they read themselves. */
export type SteeringCommand =
  | "mode"
  | "model"
  | "effort"
  | "think"
  | "undo"
  | "rules"
  | "cost"
  | "context"
  | "usage"
  | "tasks"
  | "notify"
  | "output"
  | "show"
  | "fork"
  | "sessions"
  | "handover"
  | "resume";

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
  /** The process of that generation is doing it. Not kept: a later one has done nothing of it. */
  underWay?: number;
}
/** What somebody has let through unasked. */
export interface SessionRule {
  /** Its name in the session; stays the same. */
  readonly number: number;
  readonly rule: PermissionRule;
  /** Who has decided it; it is given to Claude as long as they may decide such a thing. */
  readonly by: Person;
  /** New sessions of the project have it as well. */
  readonly isKept?: boolean | undefined;
}

/** What new sessions of a project begin with. */
export type KeptRule = Pick<SessionRule, "rule" | "by">;

export type SettingKind = "setMode" | "setModel" | "setEffort" | "setThinking";
export type SettingRequest = { readonly [Kind in SettingKind]: RequestOf<Kind> }[SettingKind];

/** What somebody has asked of Claude, which has not answered yet. */
export interface Asked {
  readonly request: SettingRequest;
  readonly by: Person;
}
/** How much of what Claude does is shown: its answers, its tools as well, or also what it thinks. */
export type Shown = "answers" | "tools" | "all";

/** Somebody goes on with the conversation in a terminal. */
export interface Handover {
  readonly by: Person;
  /** Our Claude has not ended yet: the command is told once it has. */
  readonly isLeaving: boolean;
}

export interface SteeringState {
  /** The mode that Claude was last known to be in; undefined: as its project and Claude's own settings say. */
  mode: string | undefined;
  /** Who has let Claude do that much unasked; undefined: nobody but the settings. */
  modeBy: Person | undefined;
  /** What somebody has chosen, and Claude has taken; undefined: as its project and Claude's own settings say. */
  model: string | undefined;
  effort: string | undefined;
  /** Tokens; null: as Claude itself decides. */
  thinking: number | null | undefined;
  /** In order. What is left of a process that has ended is asked of the next one. */
  asked: readonly Asked[];
  /** As Claude tells it. */
  modelInUse: string | undefined;
  contextPercent: number | undefined;
  models: readonly ModelChoice[];
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
  /** What the Claude that runs, or ran last, does not know how to do, in words. */
  cannot: readonly string[];
  /** Asked as soon as Claude is awake. Not kept. */
  wanted: { readonly request: ClaudeRequest; readonly by: Person } | undefined;
  /** In the order in which they were made. */
  rules: readonly SessionRule[];
  /** Taken back while the process of that generation ran, which has them still. */
  revoked: Revoked | undefined;
  costs: CostState;
  readonly limits: LimitState;
  tasks: TasksState;
  /** Undefined: its tools, as in the beginning. */
  show?: Shown;
  outputs?: OutputsState;
  /** Who is still to be called about the end of their turn; each person once. */
  calls?: readonly TurnCall[];
  /** What waits can't begin: Claude's machine gives no answer. */
  away?: Away;
  /** How many of the project's notes the Claude that runs, or ran last, was given. */
  notes?: number;
}

export interface Revoked {
  readonly generation: number;
  readonly rules: readonly PermissionRule[];
  /** Claude can't be told: only another process is without them. */
  isHeld: boolean;
}

export function initialSteering(): SteeringState {
  return {
    mode: undefined,
    modeBy: undefined,
    model: undefined,
    effort: undefined,
    thinking: undefined,
    asked: [],
    modelInUse: undefined,
    contextPercent: undefined,
    models: [],
    heard: [],
    undo: undefined,
    note: undefined,
    asides: [],
    title: undefined,
    titled: undefined,
    lastModel: undefined,
    handover: undefined,
    seen: undefined,
    cannot: [],
    wanted: undefined,
    rules: [],
    revoked: undefined,
    costs: noCosts(),
    limits: noLimits(),
    tasks: initialTasks(),
  };
}
