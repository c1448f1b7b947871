// What people do: messages, commands, reactions. Messages for Claude come from here, so here it is decided who may send
// them.

import type { User } from "../mattermost/types.ts";
import { placeText } from "../render/header.ts";
import { inlineCode } from "../render/markdown.ts";
import type { Action, Person } from "./authorization.ts";
import { COMMANDS, helpText, nearestCommand } from "./commands.ts";
import { enqueue, letInAll, notTaken, reactToAsk } from "./decisions.ts";
import { askGuest } from "./guests.ts";
import { stop } from "./lifecycle.ts";
import { isCardOnItsWay } from "./open-cards.ts";
import { takeOffer } from "./recovery.ts";
import { refuse } from "./refusal.ts";
import { answerInWords, answersQuestion, tellWhatWaits } from "./replies.ts";
import { takeUpWork } from "./sending.ts";
import type { Command, Message, Signal } from "./signals.ts";
import { audit, may, say, tryTakeNotice, updateHeader } from "./state.ts";
import { onAside } from "./steering/aside.ts";
import { onSteeringCommand } from "./steering/commands.ts";
import { takeHoldChoice } from "./steering/limit-choices.ts";
import { endUnasked } from "./steering/mode.ts";
import { takeOutputReaction } from "./steering/outputs.ts";
import { revokeAll } from "./steering/rules.ts";
import { changesSettings } from "./steering/slash-rights.ts";
import { takeTaskReaction } from "./steering/task-commands.ts";
import { takeUndoReaction } from "./steering/undo.ts";
import type { Step } from "./types.ts";
import { withdrawUnsent } from "./waiting.ts";
import { takePlaceChoice } from "./worktree.ts";
import { onWorktreeCommand } from "./worktree-commands.ts";

/** Reactions kept for a card whose id is not known yet. */
const MAX_EARLY = 20;
/** A Claude that has not stopped by then will not. */
const INTERRUPT_MS = 15_000;

export function onMessage(step: Step, message: Message): void {
  const { state } = step;
  if (!may(step, "message", message.by)) {
    requestAdmission(step, message);
    return;
  }
  state.lastActivityAt = step.now;
  if (!answerInWords(step, message)) {
    enqueue(step, message);
  }
}

/** How many messages of guests wait for somebody's decision: of one, and of all. */
const MAX_OF_GUEST = 3;
const MAX_OF_GUESTS = 10;

/**
 * A guest's message is shown to who may let it in, unless enough of them wait already. Bots, and who is nobody here, are
 * nobody's guests.
 */
function requestAdmission(step: Step, message: Message): void {
  const standing = step.context.rightsOf(message.by.id);
  if (standing === undefined || standing.isBot) {
    return;
  }
  const waiting = step.state.asks.filter((ask) => ask.kind === "guest");
  const own = waiting.filter((ask) => ask.message.by.id === message.by.id);
  if (own.length >= MAX_OF_GUEST || waiting.length >= MAX_OF_GUESTS) {
    const whose =
      own.length >= MAX_OF_GUEST ? `${own.length} messages of yours` : `${waiting.length} messages`;
    notTaken(step, message, "guest", `${whose} wait for approval already`);
  } else {
    askGuest(step, message);
  }
}

export function onCommand(step: Step, by: Person, command: Command): void {
  const { state } = step;
  const action =
    command.name === "slash" || command.name === "incomplete" ? "message" : COMMANDS[command.name].action;
  if (!may(step, action, by)) {
    if (command.name === "slash") {
      // To who may let it in it is a message as any other, and so it is to Claude.
      requestAdmission(step, command.orElse ?? asWritten(command.message));
    } else if (command.name === "btw") {
      requestAdmission(step, command.message);
    } else if (command.name === "help" && tryTakeNotice(step, "help", by)) {
      say(step, "Write them in this thread.", helpText(state.steering.cannot));
    } else if (isToldNo(action)) {
      refuse(step, action, by);
    }
    return;
  }
  switch (command.name) {
    case "stop":
      stop(step, by);
      break;
    case "interrupt":
      if (state.phase.name === "working") {
        interrupt(step, by);
      } else {
        say(step, "ℹ️ There is nothing to interrupt: Claude waits for the next message.");
      }
      break;
    case "help":
      say(step, "Write them in this thread.", helpText(state.steering.cannot));
      break;
    case "project":
      tellProject(step);
      break;
    case "diff":
    case "merge":
    case "worktree":
      onWorktreeCommand(step, by, command);
      break;
    case "invite":
      invite(step, by, command.username, command.user);
      break;
    case "kick":
      kick(step, by, command.username, command.user);
      break;
    case "permissions":
      setPermissions(step, by, command.mode);
      break;
    case "btw":
      onAside(step, command.message);
      break;
    case "slash":
      slashCommand(step, command);
      break;
    case "incomplete":
      say(step, `ℹ️ ${command.usage}`);
      break;
    default:
      onSteeringCommand(step, by, command);
  }
}

const isToldNo = (action: Action): boolean => action === "steer" || action === "approve";

/** A `!name` is kept as `/name`. */
function asWritten(message: Message): Message {
  return { ...message, text: message.text.replace(/^\//, "!"), isSlashCommand: false };
}

export function onReaction(step: Step, reaction: Signal & { readonly type: "reaction" }): void {
  const { state } = step;
  const takers = [reactToAsk, takePlaceChoice, takeHoldChoice, takeUndoReaction, takeOutputReaction];
  if (takers.some((take) => take(step, reaction))) {
    return;
  }
  const goOn = takeOffer(step, reaction);
  if (goOn) {
    enqueue(step, goOn);
    return;
  }
  if (takeTaskReaction(step, reaction)) {
    return;
  }
  const canStop = !reaction.isRemoval && may(step, "stop", reaction.by);
  if (canStop && (reaction.emojiName === "x" || reaction.emojiName === "octagonal_sign")) {
    stop(step, reaction.by);
  } else if (canStop && reaction.emojiName === "double_vertical_bar") {
    interrupt(step, reaction.by);
  } else if (may(step, "message", reaction.by) && isCardOnItsWay(state)) {
    state.earlyReactions = [...state.earlyReactions, reaction].slice(-MAX_EARLY);
  }
}

function interrupt(step: Step, by: Person): void {
  const { state } = step;
  if (state.phase.name !== "working") {
    return;
  }
  audit(step, "interrupted", by);
  if (withdrawUnsent(step)) {
    say(step, `⏸️ **Interrupted** by @${by.name}: Claude did not get the message`);
    takeUpWork(step);
    return;
  }
  state.turn.interruptedBy ??= by;
  step.emit({ type: "interruptClaude" });
  step.emit({ type: "setTimer", name: "watchdog", ms: INTERRUPT_MS });
}

function invite(step: Step, by: Person, username: string, user: User | undefined): void {
  const { state } = step;
  if (!user) {
    say(step, noSuchUser(username));
    return;
  }
  if (user.isBot || !user.isActive) {
    say(
      step,
      `⚠️ ${inlineCode(`@${user.username}`)} is ${user.isBot ? "a bot" : "deactivated"} and can't take part`,
    );
    return;
  }
  if (user.id === state.owner.id || state.participants.has(user.id)) {
    say(step, `ℹ️ @${user.username} can already take part in this session`);
    return;
  }
  state.participants.set(user.id, user.username);
  audit(step, "invited", by, { user: { id: user.id, name: user.username } });
  updateHeader(step);
  say(step, `✅ @${user.username} can now participate in this session (invited by @${by.name})`);
  letInAll(step, { id: user.id, name: user.username }, by);
}

function tellProject(step: Step): void {
  const { project, otherProjects } = step.context;
  const here = `📂 This session works in ${placeText(step.context)}`;
  const others = otherProjects();
  const list = others.map((name) => inlineCode(name)).join(", ");
  const more =
    others.length === 0 ? "" : ` The channel also has ${list}: \`in ${others[0]}: …\` begins there.`;
  say(step, `${project === undefined ? here : `${here}, project ${inlineCode(project)}`}.${more}`);
}

function kick(step: Step, by: Person, username: string, user: User | undefined): void {
  const { state } = step;
  if (!user) {
    say(step, noSuchUser(username));
  } else if (user.id === state.owner.id) {
    say(step, `⚠️ ${inlineCode(`@${user.username}`)} started this session and can't be removed`);
  } else if (state.participants.delete(user.id)) {
    audit(step, "removed", by, { user: { id: user.id, name: user.username } });
    updateHeader(step);
    say(step, `🚫 @${user.username} removed from this session by @${by.name}`);
  } else {
    say(step, `⚠️ @${user.username} was not in this session`);
  }
}

function noSuchUser(username: string): string {
  return `⚠️ There is no user ${inlineCode(`@${username}`)} on this server`;
}

function setPermissions(step: Step, by: Person, mode: "interactive" | "auto"): void {
  const { state } = step;
  if (mode === "auto") {
    say(step, "⚠️ Cannot upgrade to auto permissions - can only downgrade to interactive");
    return;
  }
  const wasUnasked = endUnasked(step, by);
  if (!state.auto && state.steering.rules.length === 0) {
    if (!wasUnasked) {
      say(step, "ℹ️ Permissions are already interactive in this session");
    }
  } else {
    state.auto = undefined;
    revokeAll(step);
    audit(step, "made-interactive", by);
    updateHeader(step);
    say(step, `🔐 Interactive permissions enabled for this session by @${by.name}`);
  }
}

/** A name Claude knows is passed on; before Claude has told its names it is asked itself. */
function slashCommand(
  step: Step,
  { slash: name, message, orElse }: Command & { readonly name: "slash" },
): void {
  const { commands } = step.state;
  const names = commands?.flatMap((command) => [command.name, ...command.aliases]);
  if (orElse && answersQuestion(step, orElse)) {
    return;
  }
  if (names ? names.includes(name) : !orElse) {
    if (changesSettings(name, commands) && !may(step, "approve", message.by)) {
      refuse(step, "approve", message.by);
      return;
    }
    enqueue(step, message);
    tellWhatWaits(step, message);
    return;
  }
  if (orElse) {
    onMessage(step, orElse);
    return;
  }
  const near = nearestCommand(name, names ?? []);
  const hint = near ? ` Did you mean ${inlineCode(`!${near}`)}?` : "";
  say(step, `ℹ️ There is no command ${inlineCode(`!${name}`, 80)}.${hint} ${inlineCode("!help")} lists them.`);
}
