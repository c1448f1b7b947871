// What runs beside Claude's turns, from its beginning to its end: numbered, shown in a post of its own, told of when it
// ends. How it goes in between is task-progress.ts's, what people do about it task-commands.ts's.

import type { BackgroundTask, ClaudeEvent } from "../../claude/types.ts";
import { endedCommand, endLine, runningCommand, type TaskEnd } from "../../render/running-tasks.ts";
import { scheduleLines } from "../flush-schedule.ts";
import { claudeOf } from "../phases.ts";
import { breakPage, commandsOf, newKey, say, updateHeader } from "../state.ts";
import type { SessionState, Step } from "../types.ts";
import type { SessionTask } from "./task-types.ts";

type EventOf<Type extends ClaudeEvent["type"]> = ClaudeEvent & { readonly type: Type };
type NewTask = Pick<SessionTask, "kind" | "what" | "key"> & Partial<SessionTask>;

/** More at once have no posts of their own; the list names them all. */
const MAX_POSTS = 10;
/** How many that have ended are remembered, so that a late 🛑 on a post of theirs ends nothing else. */
const MAX_ENDED = 50;
/** How soon the end of a task is told if Claude does not take it up. */
const TELL_AFTER_MS = 1_000;
/** Between two looks at what runs: no post of theirs is edited more often. */
export const PROGRESS_MS = 5_000;

export const runningTasks = ({ steering }: SessionState): SessionTask[] =>
  steering.tasks.list.filter(({ end }) => end === undefined);

export const taskOfPost = ({ steering }: SessionState, postId: string): SessionTask | undefined =>
  steering.tasks.list.find((task) => task.postId === postId);

export function addTask(step: Step, task: NewTask): SessionTask {
  const { tasks } = step.state.steering;
  const added: SessionTask = {
    number: ++tasks.count,
    id: undefined,
    toolUseId: undefined,
    postId: undefined,
    since: step.now,
    isInBackground: false,
    mayQuote: false,
    usage: undefined,
    isUnreadable: false,
    printed: "",
    shown: "",
    checkedAt: step.now,
    stoppedBy: undefined,
    end: undefined,
    ...task,
  };
  const ended = tasks.list.filter(({ end }) => end !== undefined);
  const forgotten = ended.slice(0, Math.max(0, ended.length - MAX_ENDED));
  tasks.list = [...tasks.list.filter((one) => !forgotten.includes(one)), added];
  if (forgotten.length > 0) {
    step.emit({ type: "forget", keys: keysOf(forgotten) });
  }
  if (runningTasks(step.state).length === 1) {
    step.emit({ type: "setTimer", name: "tasks", ms: PROGRESS_MS });
  }
  return added;
}

const keysOf = (tasks: readonly SessionTask[]): string[] => tasks.flatMap(({ key }) => key ?? []);

/** Everything that runs in the background now: what is new gets a post, what is missing has ended. */
export function backgroundChanged(step: Step, background: readonly BackgroundTask[]): void {
  const { state } = step;
  const before = commandsOf(state.background).length;
  state.background = background;
  const commands = commandsOf(background);
  const running = runningTasks(state).filter(({ kind }) => kind === "command");
  for (const task of running) {
    if (!commands.some(({ id }) => id === task.id)) {
      endTask(step, task, undefined, "");
    }
  }
  for (const { id, description } of commands) {
    if (!running.some((task) => task.id === id)) {
      beginCommand(step, id, description);
    }
  }
  if (commands.length !== before) {
    updateHeader(step);
  }
}

function beginCommand(step: Step, id: string, what: string): void {
  const hasPost = runningTasks(step.state).filter(({ key }) => key !== undefined).length < MAX_POSTS;
  if (hasPost) {
    breakPage(step);
  }
  const key = hasPost ? newKey(step, "task") : undefined;
  showCommand(step, addTask(step, { kind: "command", id, what, key, isInBackground: true }));
}

/** Its post, if it says anything else than before. */
export function showCommand(step: Step, task: SessionTask): void {
  const { key, end, since, printed } = task;
  if (key === undefined) {
    return;
  }
  const { timeZone } = step.context;
  const markdown = end
    ? endedCommand(task, endOf(task), end.at - since, printed)
    : runningCommand(task, since, timeZone, printed, " · 🛑 stops it");
  if (markdown !== task.shown) {
    task.shown = markdown;
    step.emit({ type: "put", key, markdown, isProgress: !end, ifFrozen: "drop" });
  }
}

const endOf = ({ end, stoppedBy }: SessionTask): TaskEnd => ({
  status: end?.status,
  summary: end?.summary ?? "",
  by: end?.status === "stopped" ? stoppedBy?.name : undefined,
});

/** What the list of all that runs does not tell. */
export function taskStarted(step: Step, event: EventOf<"taskStarted">): void {
  const { state } = step;
  const { taskId, toolUseId, isAgent, isInBackground } = event;
  const task = runningTasks(state).find((one) =>
    isAgent ? toolUseId !== undefined && one.toolUseId === toolUseId : one.id === taskId,
  );
  if (task) {
    task.id = taskId;
    task.isInBackground ||= isInBackground;
    task.mayQuote ||= toolUseId !== undefined && state.toolsWithCards.has(toolUseId);
  }
}

/** A subagent's end is subagents.ts's to tell. */
export function commandEnded(step: Step, { taskId, status, summary }: EventOf<"taskEnded">): void {
  const task = runningTasks(step.state).find(({ id, kind }) => id === taskId && kind === "command");
  if (task) {
    endTask(step, task, status, summary);
  }
}

/** Its end is shown on its post, and told in the thread if Claude did not wait for it. */
export function endTask(step: Step, task: SessionTask, status: string | undefined, summary: string): void {
  const { tasks } = step.state.steering;
  task.end = { at: step.now, status, summary };
  if (task.kind === "command") {
    showCommand(step, task);
    if (status !== undefined && task.id !== undefined) {
      // Its last words. If they can't be read any more, the post stays as it is.
      step.emit({ type: "request", request: { kind: "taskOutput", taskId: task.id }, by: undefined });
    }
  }
  const line = endLine(task, endOf(task));
  const isAnswer = isStoppedByPerson(task) && (task.kind === "command" || !task.isInBackground);
  if (isAnswer) {
    say(step, line);
  } else if (!task.isInBackground) {
    // Claude has waited for it, and goes on with the turn.
  } else if (step.state.phase.name === "working") {
    tell(step, [line]);
  } else {
    tasks.untold.push(line);
    step.emit({ type: "setTimer", name: "tasks", ms: TELL_AFTER_MS });
  }
}

const isStoppedByPerson = ({ end, stoppedBy }: SessionTask): boolean =>
  end?.status === "stopped" && stoppedBy !== undefined;

/**
 * Claude begins no turn about a command that people have stopped: it hears of it with the next message. About a subagent
 * it does (2.1.330).
 */
export const isTakenUp = ({ steering }: SessionState, { taskId }: EventOf<"taskEnded">): boolean =>
  !steering.tasks.list.some(
    (task) => task.id === taskId && task.kind === "command" && isStoppedByPerson(task),
  );

/** A turn begins that nobody has asked for: what it is about comes first. */
export function tellCause(step: Step, isOwn: boolean, hasNotification: boolean): void {
  const untold = step.state.steering.tasks.untold.splice(0);
  if (untold.length > 0) {
    tell(step, untold);
  } else if (isOwn) {
    tell(step, [
      hasNotification
        ? "🔔 **Claude goes on by itself**: something that it had in the background has ended"
        : "🔔 **Claude goes on by itself**: nobody has written to it",
    ]);
  }
}

/** As lines of the turn. */
function tell(step: Step, lines: readonly string[]): void {
  const { transcript } = step.state.turn;
  for (const line of lines) {
    transcript.notice(`ended.${step.state.postsMade++}`, line);
  }
  scheduleLines(step);
}

/** Claude has not taken them up. */
export function tellUntold(step: Step): void {
  const untold = step.state.steering.tasks.untold.splice(0);
  if (untold.length > 0) {
    say(step, untold.join("\n"));
  }
}

/** The process is gone, and with it what it ran; that, people are told together. */
export function abandonTasks(step: Step): void {
  tellUntold(step);
  for (const task of runningTasks(step.state)) {
    task.end = { at: step.now, status: undefined, summary: "" };
    if (task.kind === "command") {
      showCommand(step, task);
    }
  }
  step.emit({ type: "forget", keys: keysOf(step.state.steering.tasks.list) });
  step.emit({ type: "clearTimer", name: "tasks" });
}

/** Its post is made. */
export function taskPosted({ steering }: SessionState, key: string, postId: SessionTask["postId"]): boolean {
  const task = steering.tasks.list.find((one) => one.key === key);
  if (task) {
    task.postId = postId;
  }
  return task !== undefined;
}

/** Whether the timer is needed. */
export const isWatching = (state: SessionState): boolean =>
  claudeOf(state) !== undefined && (runningTasks(state).length > 0 || state.steering.tasks.untold.length > 0);
