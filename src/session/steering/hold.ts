// Why nothing goes to Claude for now: the day's money is used up, or the plan's limit is. What waits is kept, and goes on
// once somebody lets it, or by itself. Here is what is kept of that, and whether it holds; what people see of it is in
// limits.ts.

import type { PostId } from "../../mattermost/types.ts";
import type { PostKey } from "../../thread/writes.ts";
import type { Person } from "../authorization.ts";
import type { SessionState, Step } from "../types.ts";
import { isOverLimit } from "./spending.ts";

/** 🔄 on what offers to go on. */
export const GO_ON = "arrows_counterclockwise";

interface HoldPost {
  readonly key: PostKey;
  /** Known once it is posted. */
  postId: PostId | undefined;
}

export type Hold =
  /** `post` undefined: it is put as soon as this step is over. `about`: what it said. */
  | { readonly kind: "cost"; post: HoldPost | undefined; about: string }
  | {
      readonly kind: "plan";
      readonly post: HoldPost;
      /** As Claude names it. */
      readonly window: string;
      /** Milliseconds since the epoch; undefined: Claude has not said. */
      readonly resetsAt: number | undefined;
      /** Whose turn was refused, and goes on then; undefined once it is forgotten. */
      owedTo: Person | undefined;
      /** When that turn began. */
      readonly begunAt?: number;
    };

export interface PlanLimit {
  readonly window: string;
  readonly resetsAt: number | undefined;
}

export interface LimitState {
  hold: Hold | undefined;
  /** What Claude last said it is refused by. */
  rejectedBy: PlanLimit | undefined;
  /** Of which limits people were told that they are nearly used up. */
  warned: readonly PlanLimit[];
  /** What waited goes on by itself, and is not lost when there is no place to run in; `told`: people know that. */
  goesOn: "no" | "soon" | "told";
  /** The last post about a limit of the plan that nobody has to decide about any more. */
  settled?: PostId;
}

export const noLimits = (): LimitState => ({
  hold: undefined,
  rejectedBy: undefined,
  warned: [],
  goesOn: "no",
});

/** Asked before anything goes to Claude; what people are shown of it follows. */
export function isHeld({ state, context, now, emit, spent }: Step): boolean {
  const { limits } = state.steering;
  const day = context.costs?.dayOf(now);
  if (limits.hold === undefined && day !== undefined && isOverLimit(day, spent)) {
    limits.hold = { kind: "cost", post: undefined, about: "" };
  }
  if (limits.hold === undefined) {
    return false;
  }
  emit({ type: "setTimer", name: "limit", ms: 0 });
  return true;
}

/** What waits does not keep its place to run in. */
export const isWaitingForLimit = ({ steering }: SessionState): boolean => steering.limits.hold !== undefined;

/** The post of a hold, on which somebody can decide. */
export function holdPostOf({ steering }: Pick<SessionState, "steering">): HoldPost | undefined {
  return steering.limits.hold?.post;
}

/** It is known by which post it is told. */
export function setHoldPostId(state: SessionState, postId: PostId): void {
  const post = holdPostOf(state);
  if (post) {
    post.postId = postId;
  }
}
