// A person's text → one of mm-claude's commands, in any of its three spellings, or undefined when it is a message.
// Pure: the caller looks up whom a name belongs to.

import { COMMANDS, commandNamed, isCommandSentence } from "../session/commands.ts";
import type { ProjectCommandName } from "../session/project-commands.ts";
import type { SteeringCommand } from "../session/steering/types.ts";
import { withoutEnd } from "../util/without-end.ts";

export type ParsedCommand =
  | { readonly name: "invite" | "kick"; readonly username: string }
  | { readonly name: "permissions"; readonly mode: "interactive" | "auto" }
  | { readonly name: "stop" | "interrupt" | "help" | "project" | "diff" | "merge" }
  /** `branch`: whose, where no session's own is meant. */
  | {
      readonly name: "worktree";
      readonly act: "show" | "remove" | "removeConfirmed";
      readonly branch?: string;
    }
  | { readonly name: SteeringCommand; readonly argument: string }
  | { readonly name: ProjectCommandName; readonly argument: string }
  | { readonly name: "btw"; readonly argument: string }
  /** Perhaps one of Claude's; `isCertain` when the spelling can mean nothing else. */
  | { readonly name: "slash"; readonly slash: string; readonly isCertain: boolean }
  | { readonly name: "incomplete"; readonly usage: string };

const SPELLED = /^([!/])([a-z][\w:-]*)(?:\s+([\s\S]*))?$/i;
const USERNAME = /^@?([\p{L}\p{N}][\p{L}\p{N}._-]*)[,;:!?)]*$/u;

/** `isMention`: the text stood after a mention of the bot. */
export function parseCommand(text: string, isMention: boolean): ParsedCommand | undefined {
  const trimmed = text.trim();
  const [, sign, word = "", rest = ""] = SPELLED.exec(trimmed) ?? [];
  if (sign) {
    const command = commandNamed(word);
    return command
      ? withArguments(command, rest.trim())
      : { name: "slash", slash: word, isCertain: sign === "!" };
  }
  if (/^(stop|cancel)[.!]*$/i.test(trimmed)) {
    return { name: "stop" };
  }
  return isMention ? wholeSentence(trimmed) : undefined;
}

function withArguments(name: keyof typeof COMMANDS, rest: string): ParsedCommand {
  switch (name) {
    case "invite":
    case "kick": {
      const username = USERNAME.exec(rest)?.[1];
      return username ? { name, username } : usage(name);
    }
    case "permissions": {
      const mode = rest.toLowerCase();
      return mode === "interactive" || mode === "auto" ? { name, mode } : usage(name);
    }
    case "worktree":
      return worktreeCommand(rest) ?? usage(name);
    case "mode":
    case "undo":
    case "rules":
    case "model":
    case "effort":
    case "think":
    case "cost":
    case "context":
    case "usage":
    case "tasks":
    case "show":
    case "notify":
    case "fork":
    case "sessions":
    case "handover":
    case "resume":
    case "output":
    case "routine":
    case "routines":
    case "remember":
    case "memory":
    case "forget":
      return { name, argument: rest };
    case "btw":
      return { name, argument: rest };
    default:
      return { name };
  }
}

/** `worktree`, `worktree remove`, with a branch or without, and `confirm` behind it. */
function worktreeCommand(rest: string): ParsedCommand | undefined {
  const [verb = "", ...more] = rest.split(/\s+/).filter((word) => word !== "");
  if (verb === "") {
    return { name: "worktree", act: "show" };
  }
  const isConfirmed = more.at(-1)?.toLowerCase() === "confirm";
  const branches = isConfirmed ? more.slice(0, -1) : more;
  const [branch, ...others] = branches;
  if (verb.toLowerCase() !== "remove" || others.length > 0) {
    return undefined;
  }
  const act = isConfirmed ? "removeConfirmed" : "remove";
  return { name: "worktree", act, ...(branch === undefined ? {} : { branch }) };
}

function usage(name: keyof typeof COMMANDS): ParsedCommand {
  return { name: "incomplete", usage: `Write it as \`!${COMMANDS[name].usage}\`` };
}

/** After a mention only a command that is the whole message is one: "stop using tabs" is for Claude. */
function wholeSentence(text: string): ParsedCommand | undefined {
  const [word = "", ...rest] = text.split(/\s+/);
  const name = commandNamed(withoutEnd(word, ".!"));
  if (!name) {
    return undefined;
  }
  if (rest.length === 0) {
    return withArguments(name, "");
  }
  const argument = rest.join(" ");
  const command = withArguments(name, argument);
  if (command.name === "worktree") {
    return /^remove$/i.test(rest[0] ?? "") ? command : undefined;
  }
  if ("argument" in command) {
    return isCommandSentence(name, argument) ? command : undefined;
  }
  const takesArgument = "username" in command ? rest[0]?.startsWith("@") : "mode" in command;
  return takesArgument && rest.length === 1 ? command : undefined;
}
