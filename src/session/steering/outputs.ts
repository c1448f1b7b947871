// `!output`, and 📎 on a post with tool lines: what those tools gave is attached, for who may approve, because it may hold
// what nobody else is to see. It is found again in what Claude has saved: nothing of it is kept here.

import type { ClaudeEvent } from "../../claude/types.ts";
import { notice } from "../../render/attachments.ts";
import { inlineCode } from "../../render/markdown.ts";
import { isLongOutput, OFFER } from "../../render/outputs.ts";
import { plainToolName, toolOutcome } from "../../render/tools.ts";
import type { PostKey } from "../../thread/writes.ts";
import { isRecent } from "../../util/clock.ts";
import type { Person } from "../authorization.ts";
import type { OutputOutcome } from "../output-files.ts";
import { refuse } from "../refusal.ts";
import type { Signal } from "../signals.ts";
import { audit, breakPage, may, newKey, say } from "../state.ts";
import type { Step } from "../types.ts";
import { addOutput, lastOutput, outputPostOf, outputsOn, type ToolOutput } from "./output-state.ts";

type Reaction = Signal & { readonly type: "reaction" };

const SHOW = "paperclip";
/** Two people may want the same at once. */
const AGAIN_MS = 30_000;
/** As many as a post takes (servers of all versions). */
const MOST_FILES = 10;

/** How a tool went, in words for its line; with 📎 when it gave more than the line says. */
export function outcomeOf(
  { state }: Step,
  name: string,
  result: ClaudeEvent & { readonly type: "toolResult" },
  wasAsked: boolean,
): { readonly outcome: string; readonly output: ToolOutput | undefined } {
  const outcome = toolOutcome(name, result, wasAsked);
  return isLongOutput(name, result.text)
    ? { outcome: `${outcome}${OFFER}`, output: addOutput(state, result.id, name) }
    : { outcome, output: undefined };
}

export function onOutputCommand(step: Step, by: Person): void {
  const last = lastOutput(step.state);
  if (last) {
    ask(step, by, [last], undefined);
  } else {
    say(step, "ℹ️ There is nothing to attach: no tool has given more than its line says.");
  }
}

/** True when it was about a post that offers something. */
export function takeOutputReaction(step: Step, { by, postId, emojiName, isRemoval }: Reaction): boolean {
  const { state, now } = step;
  const offered = emojiName === SHOW && !isRemoval ? outputsOn(state, postId) : undefined;
  if (!offered) {
    return false;
  }
  const { post, tools } = offered;
  if (!may(step, "approve", by)) {
    // Others are told nothing, as everywhere.
    if (may(step, "message", by)) {
      refuse(step, "approve", by);
    }
  } else if (post.shownAt === undefined || !isRecent(post.shownAt, AGAIN_MS, now)) {
    post.shownAt = now;
    ask(step, by, tools, post.key);
  }
  return true;
}

function ask(step: Step, by: Person, tools: readonly ToolOutput[], key: PostKey | undefined): void {
  step.emit({
    type: "output",
    request: { by, key, tools: tools.slice(-MOST_FILES), leftOut: Math.max(0, tools.length - MOST_FILES) },
  });
}

export function onOutputs(step: Step, { request, files, fileIds, problems }: OutputOutcome): void {
  const { by, key, tools, leftOut } = request;
  const post = key === undefined ? undefined : outputPostOf(step.state, key);
  if (post && files.length === 0) {
    post.shownAt = undefined;
  }
  if (!may(step, "approve", by)) {
    // No longer.
    return;
  }
  if (files.length === 0) {
    say(step, `⚠️ ${problems.join(" ")}`);
    return;
  }
  const names = [...new Set(tools.map(({ name }) => plainToolName(name)))].join(", ");
  const earlier = leftOut === 0 ? [] : [`The ${leftOut} before them are left out.`];
  const rest = [...earlier, ...problems].map((problem) => ` ${problem}`).join("");
  audit(step, "output-shown", by, { tools: tools.map(({ name, id }) => ({ name, id })), files });
  breakPage(step);
  step.emit({
    type: "put",
    key: newKey(step, "output"),
    ...notice(`📎 **Output** of ${names}, shown by ${inlineCode(`@${by.name}`)}.${rest}`),
    fileIds,
    isFinal: true,
  });
}
