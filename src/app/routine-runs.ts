// Does what is noted of a routine: begins a run in a thread of its own, or says why there is none. Whatever of it was done
// before a crash is found, and not done again.

import { isTransient } from "../mattermost/error.ts";
import type { Post, ThreadId, User, UserId } from "../mattermost/types.ts";
import type { Pending, Routine } from "../routines/book.ts";
import { LATEST_MS, windowAfter } from "../routines/due.ts";
import type { Outcome } from "../routines/steps.ts";
import {
  CUT_OFF,
  missedRoot,
  notRunNotice,
  type Place,
  runRoot,
  skipNotice,
  stoppedRoot,
} from "../routines/words.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Log } from "../util/log.ts";
import type { RoutinePosts } from "./routine-posts.ts";
import type { ThreadStart, ThreadStarted } from "./thread-start.ts";

export interface RoutineRunsOptions {
  readonly posts: RoutinePosts;
  /** Asks the server where nothing fresh is known. */
  readonly userById: (id: UserId) => Promise<User | undefined>;
  readonly mayStart: (id: UserId) => boolean;
  readonly sessions: Pick<SessionManager, "find">;
  readonly start: (start: ThreadStart) => Promise<ThreadStarted>;
  readonly place: () => Place;
  readonly log: Log;
  /** Somebody has taken it out, or mm-claude ends. */
  readonly isOver: (routine: Routine) => boolean;
}

export async function perform(
  routine: Routine,
  pending: Pending,
  options: RoutineRunsOptions,
): Promise<Outcome> {
  try {
    return pending.what === "run"
      ? await run(routine, pending, options)
      : await tell(routine, pending, options);
  } catch (error) {
    const { log } = options;
    const isPassing = isTransient(error);
    if (pending.what === "skip" && !isPassing) {
      // The thread is gone. The next run says how many were skipped.
      log.debug("a skipped run could not be told in the thread of the one before", error);
      return { kind: "told" };
    }
    const words = `Routine ${routine.number} could not be begun, and is tried again`;
    isPassing ? log.debug(words, error) : log.warn(words, error);
    return { kind: "later" };
  }
}

async function run(routine: Routine, pending: Pending, options: RoutineRunsOptions): Promise<Outcome> {
  const { posts, userById, mayStart, start, place, isOver } = options;
  const key = posts.key(routine, pending);
  const { post, isUncertain } = await posts.find(key, pending);
  if (post) {
    return takenUp(routine, pending, post, options);
  }
  if (isUncertain || isTooLate(routine, pending, place().now)) {
    return { kind: "tooLate" };
  }
  const named = await asNamedNow(routine, userById);
  if (!mayStart(routine.by.id)) {
    return { kind: "noRight" };
  }
  if (isOver(routine)) {
    return { kind: "later" };
  }
  return begun(routine, pending, await start(startOf(named, pending, options)), options);
}

/** Or the next one has come already. */
function isTooLate({ schedule, handledUntil }: Routine, { isByHand, window }: Pending, now: number): boolean {
  const next = isByHand ? undefined : windowAfter(schedule, handledUntil);
  return now - window >= LATEST_MS || (next !== undefined && next <= now);
}

/** Its thread is there: perhaps its session as well. */
async function takenUp(
  routine: Routine,
  pending: Pending,
  root: Post,
  options: RoutineRunsOptions,
): Promise<Outcome> {
  const { posts, sessions, userById, mayStart, start, place, isOver } = options;
  const thread = root.id;
  if (sessions.find(thread) || (await posts.isAnswered(thread))) {
    return { kind: "ran", thread };
  }
  if (isTooLate(routine, pending, place().now)) {
    return saidWhy(routine, pending, thread, CUT_OFF, options);
  }
  const named = await asNamedNow(routine, userById);
  if (!mayStart(routine.by.id)) {
    return { kind: "noRight", hasThread: true };
  }
  if (isOver(routine)) {
    return { kind: "later" };
  }
  return begun(routine, pending, await start({ ...startOf(named, pending, options), root }), options);
}

/** Its maker may have another name by now. */
async function asNamedNow(routine: Routine, userById: RoutineRunsOptions["userById"]): Promise<Routine> {
  const maker = await userById(routine.by.id);
  return maker ? { ...routine, by: { id: maker.id, name: maker.username } } : routine;
}

function startOf(routine: Routine, pending: Pending, { posts, place }: RoutineRunsOptions): ThreadStart {
  return {
    key: posts.key(routine, pending),
    by: routine.by,
    root: runRoot(routine, pending, place()),
    text: routine.text,
  };
}

async function begun(
  routine: Routine,
  pending: Pending,
  { thread, problem }: ThreadStarted,
  options: RoutineRunsOptions,
): Promise<Outcome> {
  if (problem === undefined) {
    // A session that was to begin while all end begins at the next start.
    return options.isOver(routine) && !options.sessions.find(thread)
      ? { kind: "later" }
      : { kind: "ran", thread };
  }
  if (thread === undefined) {
    return { kind: "noRight" };
  }
  return saidWhy(routine, pending, thread, problem, options);
}

async function saidWhy(
  routine: Routine,
  pending: Pending,
  thread: ThreadId,
  why: string,
  { posts, place }: RoutineRunsOptions,
): Promise<Outcome> {
  await posts.reply(`${posts.key(routine, pending)}-why`, thread, notRunNotice(routine, why, place()));
  return { kind: "notRun", thread };
}

async function tell(routine: Routine, pending: Pending, options: RoutineRunsOptions): Promise<Outcome> {
  const { posts, place } = options;
  const key = posts.key(routine, pending);
  const found = await posts.find(key, pending);
  if (found.isUncertain) {
    return { kind: "told" };
  }
  const { what } = pending;
  const make = (): Promise<Post> =>
    what === "skip" && routine.last
      ? posts.reply(key, routine.last.thread, skipNotice(routine, pending, place()))
      : posts.root(
          key,
          what === "stop" ? stoppedRoot(routine, pending, place()) : missedRoot(routine, pending, place()),
        );
  const { threadId } = found.post ?? (await make());
  return { kind: "told", thread: threadId };
}
