// What a post in the channel means to mm-claude. Pure: the facts contain everything that has to be looked up.

import type { Post, ThreadId, User } from "../mattermost/types.ts";
import type { Person } from "../session/authorization.ts";
import { isCommandSentence, slashText } from "../session/commands.ts";
import { isProjectCommand, type ProjectCommand } from "../session/project-commands.ts";
import type { Command, Message, Signal } from "../session/signals.ts";
import { mentions, withoutLeadingMention } from "./mention.ts";
import { type ParsedCommand, parseCommand } from "./parse-command.ts";
import { type SessionPlace, sessionPlaceIn } from "./session-place.ts";

export type Route =
  | { readonly kind: "ignore"; readonly reason: string }
  | {
      readonly kind: "open";
      readonly threadId: ThreadId;
      readonly by: Person;
      readonly message: Message;
      /** As it is called, not as somebody wrote it. */
      readonly project: string;
      readonly branch: string | undefined;
    }
  | { readonly kind: "deliver"; readonly threadId: ThreadId; readonly signal: Signal }
  /** Not on the allow list; told so once in a while. */
  | { readonly kind: "refuse"; readonly threadId: ThreadId; readonly by: Person }
  | {
      readonly kind: "reply";
      readonly threadId: ThreadId;
      readonly reply: "empty" | "help" | "noSession" | "projects" | "resume";
    }
  /** A conversation that was begun in a terminal is to go on in that thread. */
  | {
      readonly kind: "adopt";
      readonly threadId: ThreadId;
      readonly by: Person;
      readonly project: string;
      readonly conversationId: string;
    }
  | { readonly kind: "listSessions"; readonly threadId: ThreadId; readonly by: Person }
  | {
      readonly kind: "projectCommand";
      readonly threadId: ThreadId;
      readonly by: Person;
      /** Undefined: that of the thread's session. */
      readonly project: string | undefined;
      readonly command: ProjectCommand;
    }
  /** Of a session that is over. */
  | {
      readonly kind: "removeWorktree";
      readonly threadId: ThreadId;
      readonly by: Person;
      readonly branch: string;
      readonly isConfirmed: boolean;
    }
  /** There is no project of that name in the channel. */
  | { readonly kind: "unknownProject"; readonly threadId: ThreadId; readonly named: string };

export interface Facts {
  /** Undefined when the author is unknown or deactivated, or the post is not its author's own. */
  readonly by: Person | undefined;
  /** The author is a bot account that may ask in one of the projects. */
  readonly isListedBot: boolean;
  /** The project that a session would be of, and whether the author may start one there; undefined: there is none such. */
  readonly project: { readonly name: string; readonly mayStart: boolean } | undefined;
  /** The author may start a session in one of the projects: who may in none is not told which there are. */
  readonly mayStartSomewhere: boolean;
  readonly hasSession: boolean;
  /** The person the post begins by mentioning, when that is not the bot. */
  readonly addressee: User | undefined;
  /** The person a command names. */
  readonly commandUser: User | undefined;
  readonly uuid: string;
  /** Its time is none that it can have been written at. */
  readonly isDatedAhead: boolean;
}

/** What a post says once the mention of the bot is taken off; shared by the look-ups and the route. */
export interface Reading {
  readonly isMention: boolean;
  readonly text: string;
  readonly command: ParsedCommand | undefined;
  /** What it says about where a session is to begin. */
  readonly place: SessionPlace;
}

/** `projects`: the names of those of the channel. `isMentionTold`: what the server says of it, where it does. */
export function read(
  post: Post,
  botName: string,
  projects: readonly string[],
  isMentionTold?: boolean,
): Reading {
  const isMention = isMentionTold ?? mentions(post.message, botName);
  const text = withoutLeadingMention(post.message, botName);
  return { isMention, text, command: parseCommand(text, isMention), place: sessionPlaceIn(text, projects) };
}

export function route(post: Post, reading: Reading, facts: Facts): Route {
  const { by, hasSession } = facts;
  const { threadId } = post;
  if (!by || !(post.isFromPerson || (facts.isListedBot && reading.isMention))) {
    return { kind: "ignore", reason: "not written by a person of this server, or a bot that may ask" };
  }
  if (!hasSession && !reading.isMention) {
    return { kind: "ignore", reason: "no session in this thread" };
  }
  if (facts.addressee) {
    return { kind: "ignore", reason: "a side conversation" };
  }
  const message: Message = {
    uuid: facts.uuid,
    postId: post.id,
    by,
    text: reading.text,
    files: post.files,
    isSlashCommand: false,
    withThread: !hasSession && post.id !== threadId,
    ...(facts.isDatedAhead ? {} : { at: post.createdAt }),
  };
  const decided = (hasSession ? inSession : outside)(reading, facts, message, by, threadId);
  return post.isFromPerson || isPlainMessage(decided)
    ? decided
    : { kind: "ignore", reason: "a bot may do no more than ask" };
}

function isPlainMessage(decided: Route): boolean {
  return decided.kind === "open" || (decided.kind === "deliver" && decided.signal.type === "message");
}

function inSession(reading: Reading, facts: Facts, message: Message, by: Person, threadId: ThreadId): Route {
  const ofProject = projectCommand(reading.command, message, threadId);
  if (ofProject) {
    return { kind: "projectCommand", threadId, by, project: undefined, command: ofProject };
  }
  if (reading.command && !isOfProject(reading.command)) {
    const command = completed(reading.command, facts, message);
    return { kind: "deliver", threadId, signal: { type: "command", by, postId: message.postId, command } };
  }
  if (isEmpty(message)) {
    return reading.isMention
      ? { kind: "reply", threadId, reply: "empty" }
      : { kind: "ignore", reason: "nothing in it" };
  }
  return { kind: "deliver", threadId, signal: { type: "message", message } };
}

function outside(reading: Reading, facts: Facts, message: Message, by: Person, threadId: ThreadId): Route {
  const { project, place } = { ...facts, ...reading };
  if (!(project ? project.mayStart : facts.mayStartSomewhere)) {
    return { kind: "refuse", threadId, by };
  }
  if (!project) {
    return { kind: "unknownProject", threadId, named: place.project ?? "" };
  }
  if (reading.command?.name === "worktree" && reading.command.branch !== undefined) {
    const { act, branch } = reading.command;
    return { kind: "removeWorktree", threadId, by, branch, isConfirmed: act === "removeConfirmed" };
  }
  if (reading.command?.name === "sessions") {
    return { kind: "listSessions", threadId, by };
  }
  // Where a project is named, the command stands behind it.
  const command = parseCommand(place.text, true);
  const ofProject = projectCommand(command, message, threadId);
  if (ofProject) {
    return { kind: "projectCommand", threadId, by, project: project.name, command: ofProject };
  }
  if (command?.name === "resume" && isCommandSentence("resume", command.argument)) {
    return {
      kind: "adopt",
      threadId,
      by,
      project: project.name,
      conversationId: command.argument.toLowerCase(),
    };
  }
  if (reading.command && reading.command.name !== "slash") {
    return { kind: "reply", threadId, reply: OUTSIDE[reading.command.name] ?? "noSession" };
  }
  const first = { ...message, text: place.text };
  if (isEmpty(first)) {
    return { kind: "reply", threadId, reply: "empty" };
  }
  return { kind: "open", threadId, by, message: first, project: project.name, branch: place.branch };
}

/** Commands that say something where there is no session. */
const OUTSIDE: Partial<Readonly<Record<ParsedCommand["name"], (Route & { kind: "reply" })["reply"]>>> = {
  help: "help",
  project: "projects",
  resume: "resume",
};

type OfProject = ParsedCommand & { readonly name: ProjectCommand["name"] };

const isOfProject = (parsed: ParsedCommand): parsed is OfProject => isProjectCommand(parsed.name);

function projectCommand(
  parsed: ParsedCommand | undefined,
  { by, postId }: Message,
  threadId: ThreadId,
): ProjectCommand | undefined {
  return parsed && isOfProject(parsed) ? { ...parsed, by, threadId, postId } : undefined;
}

function isEmpty(message: Message): boolean {
  return message.text.trim() === "" && message.files.length === 0;
}

function completed(
  parsed: Exclude<ParsedCommand, OfProject>,
  { commandUser }: Facts,
  message: Message,
): Command {
  switch (parsed.name) {
    case "invite":
    case "kick":
      return { ...parsed, user: commandUser };
    case "btw":
      return { name: "btw", message: { ...message, text: parsed.argument } };
    case "slash": {
      const command = { ...message, text: slashText(message.text), isSlashCommand: true };
      return {
        name: "slash",
        slash: parsed.slash,
        message: command,
        orElse: parsed.isCertain ? undefined : message,
      };
    }
    default:
      return "argument" in parsed ? { ...parsed, postId: message.postId } : parsed;
  }
}
