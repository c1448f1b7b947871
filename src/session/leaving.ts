import { inlineCode } from "../render/markdown.ts";
import { voidAsks } from "./asks.ts";
import { sleep, takeInFlight } from "./phases.ts";
import type { SavedTurn } from "./signals.ts";
import { commandsOf, say, writePages } from "./state.ts";
import { takeAsides } from "./steering/heard.ts";
import { abandonTasks } from "./steering/tasks.ts";
import { abandonSubagents } from "./subagents.ts";
import { recoverTexts } from "./texts.ts";
import { forgetVerdicts } from "./tool-decisions.ts";
import type { Step } from "./types.ts";
import { leaveWorktree } from "./worktree-state.ts";

/** What was said is written, what was asked is void, the slot is free; later events of the process are not ours. */
export function leaveProcess(step: Step, why: string): void {
  const { state } = step;
  writePages(step, true);
  state.turn.transcript.breakPage();
  endBackground(step, why);
  step.emit({ type: "clearTimer", name: "flush" });
  step.emit({ type: "clearTimer", name: "idle" });
  step.emit({ type: "clearTimer", name: "watchdog" });
  step.emit({ type: "typing", isOn: false });
  voidAsks(step, why);
  abandonSubagents(step);
  abandonTasks(step);
  forgetVerdicts(step);
  const message = takeInFlight(state);
  if (message) {
    // Claude has not taken it: it goes first when there is a process again.
    state.queue.unshift(message);
  }
  takeAsides(state);
  leaveWorktree(state);
  sleep(step);
}

/** What it had still said is in its conversation now, and shown, unless another turn has begun or mm-claude stops. */
export function leftProcessEnded(step: Step, saved: SavedTurn | undefined): void {
  const { phase, turn } = step.state;
  if (phase.name === "asleep" && !phase.isMarkedStopped) {
    recoverTexts(step, saved);
    writePages(step, true);
    turn.transcript.breakPage();
  }
}

/** What ran beside the turns ended with its process, and nobody else will say so. */
function endBackground(step: Step, why: string): void {
  const { state } = step;
  const tasks = commandsOf(state.background);
  state.background = [];
  if (tasks.length > 0) {
    const named = tasks.slice(0, 5).map(({ description }) => inlineCode(description, 100));
    const more = tasks.length > named.length ? ` and ${tasks.length - named.length} more` : "";
    say(step, `⚪ **No longer running**, because ${why}: ${named.join(", ")}${more}`);
  }
}
