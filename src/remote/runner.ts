// What is added to a runner's words so that a shell starts behind them: what ssh, docker and kubectl need of their own.

import { basename } from "node:path";
import { quoted, SHELL_WORDS } from "./script.ts";
import type { Remote } from "./types.ts";

/** `words`: at least the program. `socket`: where ssh may share a connection. */
export function remoteOf(words: readonly string[], socket?: string): Remote {
  const [program = "", ...given] = words;
  switch (basename(program)) {
    case "ssh":
      return ssh(program, given, socket);
    case "docker":
    case "podman":
    case "nerdctl":
      return exec(words, withStdin(given));
    case "kubectl":
    case "oc":
      return exec(words, withSeparator(withStdin(given)));
    default:
      return exec(words, given);
  }
}

function exec(words: readonly string[], given: readonly string[]): Remote {
  const [path = ""] = words;
  return { name: words.join(" "), path, arguments: [...given, ...SHELL_WORDS] };
}

/** The options of OpenSSH 9.2 that take a value, which may be the next word. */
const SSH_VALUES = "BbcDEeFIiJLlmOopQRSWw";

/**
 * No terminal, no question that nobody would see, and a connection that is dead is known to be within a minute. The user's
 * own options come first, and the first of each kind counts.
 */
const SSH_OPTIONS = [
  "-T",
  ...["BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=10", "ServerAliveCountMax=3"].flatMap(
    (option) => ["-o", option],
  ),
];

/** Who shares connections already does it in a way of his own. */
const SHARES = /^-[46AaCfGgKkNnqsTtVvXxYy]*[MS]|[Cc]ontrol(?:[Mm]aster|[Pp]ath)/;

function ssh(path: string, given: readonly string[], socket: string | undefined): Remote {
  const at = hostAt(given);
  const isShared = socket !== undefined && !given.slice(0, at).some((word) => SHARES.test(word));
  const control = (master: "yes" | "no"): string[] =>
    isShared ? ["-o", `ControlMaster=${master}`, "-o", `ControlPath=${socket}`] : [];
  const host = given[at];
  const rest = given.slice(at + 1);
  // What is behind the host is run there: ssh makes one text of it, which the login shell reads.
  const command = [...rest, ...SHELL_WORDS.map((word) => (/^[\w-]+$/.test(word) ? word : quoted(word)))];
  const call = (master: "yes" | "no"): string[] => [
    ...given.slice(0, at),
    ...SSH_OPTIONS,
    ...control(master),
    ...(host === undefined ? [] : [host]),
    command.join(" "),
  ];
  return {
    name: host ?? [path, ...given].join(" "),
    path,
    // Without such a connection, or when it has no room, ssh opens one of its own (9.2).
    arguments: call("no"),
    sharing: isShared ? call("yes") : undefined,
  };
}

function hostAt(given: readonly string[]): number {
  for (let at = 0; at < given.length; at++) {
    const word = given[at] ?? "";
    if (!word.startsWith("-")) {
      return at;
    }
    if (word === "--") {
      return at + 1;
    }
    // `-p 22` and `-p22`, also behind others: `-Tp 22`.
    const value = [...word.slice(1)].findIndex((letter) => SSH_VALUES.includes(letter));
    if (value === word.length - 2) {
      at++;
    }
  }
  return given.length;
}

/** `exec` passes stdin on only when it is told to. A terminal would change what goes through. */
function withStdin(given: readonly string[]): readonly string[] {
  const at = given.indexOf("exec");
  if (at < 0) {
    return given;
  }
  const options = given.slice(at + 1).filter((word) => /^-[a-z]+$/.test(word));
  const isGiven = options.some((word) => word.includes("i")) || given.includes("--stdin");
  return isGiven ? given : [...given.slice(0, at + 1), "-i", ...given.slice(at + 1)];
}

const withSeparator = (given: readonly string[]): readonly string[] =>
  given.includes("--") ? given : [...given, "--"];
