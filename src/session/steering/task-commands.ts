// What people do about what runs beside Claude's turns: `!tasks` lists it, `!tasks stop N` stops one, and so does 🛑 or ❌
// on its post, which stops the session on any other.

import type { ClaudeReply, RequestOf } from "../../claude/requests.ts";
import { taskInSentence, taskList } from "../../render/running-tasks.ts";
import { isRecent } from "../../util/clock.ts";
import type { Person } from "../authorization.ts";
import { refuse } from "../refusal.ts";
import type { Signal } from "../signals.ts";
import { audit, may, say, tryTakeNotice } from "../state.ts";
import type { Step } from "../types.ts";
import { tellUnanswered } from "./refusals.ts";
import type { SessionTask } from "./task-types.ts";
import { runningTasks, taskOfPost } from "./tasks.ts";

type Reaction = Signal & { readonly type: "reaction" };

const STOP = /^stop(?:\s+#?(\d{1,9}))?$/i;

export function onTasksCommand(step: Step, by: Person, argument: string): void {
  const running = runningTasks(step.state);
  if (argument === "") {
    say(step, running.length === 0 ? NOTHING : `${listed(step, running)}\n${HOW_TO_STOP}`);
    return;
  }
  const stop = STOP.exec(argument);
  if (!stop) {
    say(step, "ℹ️ `!tasks` lists what runs in the background; `!tasks stop 2` stops number 2 of it.");
    return;
  }
  if (!may(step, "stop", by)) {
    refuse(step, "stop", by);
    return;
  }
  const number = stop[1];
  const [first, second] = running;
  const task =
    number === undefined
      ? second
        ? undefined
        : first
      : running.find((one) => one.number === Number(number));
  if (task) {
    stopTask(step, task, by);
  } else if (running.length === 0) {
    say(step, NOTHING);
  } else {
    const why = number === undefined ? "Which one?" : `No task ${Number(number)} is running.`;
    say(step, `ℹ️ ${why} ${HOW_TO_STOP}\n${listed(step, running)}`);
  }
}

const NOTHING = "ℹ️ Nothing runs in the background.";
const HOW_TO_STOP = "`!tasks stop N` stops one, and so does 🛑 on its post.";

function listed({ now }: Step, running: readonly SessionTask[]): string {
  return taskList(running.map((task) => ({ ...task, ms: now - task.since })));
}

function stopTask(step: Step, task: SessionTask, by: Person): void {
  if (task.id === undefined) {
    tellUnanswered(step, { type: "unknown" }, "stop a single subagent");
    return;
  }
  task.stoppedBy = by;
  step.emit({ type: "request", request: { kind: "stopTask", taskId: task.id }, by });
}

/** Of a task that was running, its end has been told by now, by whom it was stopped as well (2.1.330). */
export function stopReplied(
  step: Step,
  reply: ClaudeReply<"stopTask">,
  { taskId }: RequestOf<"stopTask">,
  by: Person | undefined,
): void {
  const task = step.state.steering.tasks.list.findLast(({ id }) => id === taskId);
  if (reply.type !== "answered") {
    tellUnanswered(step, reply, "stop a single task");
    return;
  }
  if (by && task) {
    audit(step, "task-stopped", by, { task: task.what, number: task.number });
  }
  if (task && !task.end) {
    say(step, `🛑 Claude was asked to stop ${taskInSentence(task)}, and has not said that it ended.`);
  }
}

const STOPPING = ["octagonal_sign", "x"];

/** True when the reaction is one to a task's post, or may turn out to be. */
export function takeTaskReaction(step: Step, reaction: Reaction): boolean {
  const { state } = step;
  const { by, postId, emojiName, isRemoval } = reaction;
  if (isRemoval || !STOPPING.includes(emojiName) || !may(step, "stop", by)) {
    return false;
  }
  const task = taskOfPost(state, postId);
  if (!task) {
    if (!mayBeOnItsWay(step, reaction)) {
      return false;
    }
    state.earlyReactions = [...state.earlyReactions, reaction];
    return true;
  }
  if (task.end) {
    if (tryTakeNotice(step, "ended-task", by)) {
      say(
        step,
        `ℹ️ ${taskInSentence(task)} has ended already. To end the session: 🛑 on any other message, or \`!stop\`.`,
      );
    }
  } else if (!task.stoppedBy) {
    stopTask(step, task, by);
  }
  return true;
}

/** A post of which the server has not told us yet is known to people sooner than to us. */
const ON_ITS_WAY_MS = 10_000;

function mayBeOnItsWay({ state, now }: Step, { postId }: Reaction): boolean {
  const isOnItsWay = state.steering.tasks.list.some(
    (task) => task.key !== undefined && task.postId === undefined && isRecent(task.since, ON_ITS_WAY_MS, now),
  );
  // What a person wrote is no post of ours.
  return isOnItsWay && !state.taken.includes(postId);
}

/** Those that were held until it is known whose post they are on. */
export function takeHeldStops({ state }: Step): readonly Reaction[] {
  const isStop = ({ emojiName }: Reaction): boolean => STOPPING.includes(emojiName);
  const held = state.earlyReactions.filter(isStop);
  if (held.length > 0) {
    state.earlyReactions = state.earlyReactions.filter((reaction) => !isStop(reaction));
  }
  return held;
}
