// What is added to a runner's words so that a shell starts behind them: what ssh, docker and kubectl need of their own. And
// what they must not be told.

import { basename } from "node:path";
import { isAssignment, machineName } from "./machine-name.ts";
import { type OptionRules, type Options, optionsAt } from "./options.ts";
import { quoted, SHELL_WORDS, shellWord } from "./script.ts";
import type { Remote } from "./types.ts";

/** A runner's words with what is added to them, without what is started there. */
interface Runner {
  /** Undefined where the words don't say it. */
  readonly reached: string | undefined;
  readonly words: readonly string[];
  /** As somebody at a terminal would type them. */
  readonly terminal: readonly string[];
  /** What is run there, of which ssh makes one text. */
  readonly behind?: readonly string[];
  readonly options: Options;
  /** How many of the words are its own: those behind them are another program's. */
  readonly length: number;
}

/** `problem`: a clause. */
export interface RunnerFlaw {
  readonly problem: string;
  readonly mend: string;
}

/** `words`: at least the program. `socket`: where ssh may share a connection. */
export function remoteOf(words: readonly string[], socket?: string): Remote {
  const [path = "", ...given] = startOf(words);
  const found = known(words);
  const remote = { name: machineName(words, found?.runner.reached), path };
  if (socket === undefined || found?.kind !== SSH || SHARES.test(words.join("\n"))) {
    return { ...remote, arguments: given };
  }
  // Before `--`, the host and what is run there.
  const control = (master: "yes" | "no"): string[] =>
    given.toSpliced(-3, 0, "-o", `ControlMaster=${master}`, "-o", `ControlPath=${socket}`);
  // Without such a connection, or when it has no room, ssh opens one of its own (9.2).
  return { ...remote, arguments: control("no"), sharing: control("yes") };
}

/** Who shares connections already does it in a way of his own. */
const SHARES = /^-[46AaCfGgKkNnqsTtVvXxYy]*[MS]|[Cc]ontrol(?:[Mm]aster|[Pp]ath)/m;

function startOf(words: readonly string[]): readonly string[] {
  const { runner } = known(words) ?? {};
  return [...(runner?.words ?? words), ...(runner?.behind ? [textOf(runner.behind)] : SHELL_WORDS)];
}

/** What the login shell there reads. One that begins there goes on from there: `ssh build1 docker exec shop-dev`. */
function textOf(words: readonly string[]): string {
  const own = known(words)?.runner.words ?? words;
  const added = startOf(words).slice(own.length);
  return [...own, ...added.map(shellWord)].join(" ");
}

/** What somebody types to have that command of a shell there, on a terminal. `quote`: writes one of the words. */
export function terminalCommand(words: readonly string[], command: string, quote = shellWord): string {
  const { runner } = known(words) ?? {};
  const typed = (runner?.terminal ?? words).map(quote);
  const { behind } = runner ?? {};
  if (behind === undefined) return [...typed, "sh", "-c", quoted(command)].join(" ");
  const there = behind.length === 0 ? command : terminalCommand(behind, command, (word) => word);
  return [...typed, quoted(there)].join(" ");
}

/** Why no Claude could be reached by it; undefined where nothing is known against it. */
export function runnerFlaw(words: readonly string[]): RunnerFlaw | undefined {
  if (isAssignment(words[0] ?? "")) {
    return { problem: "it begins with a variable, and goes through no shell", mend: "Begin it with env" };
  }
  const found = known(words);
  if (found === undefined) return undefined;
  const { kind, runner } = found;
  for (const [names, problem] of kind.refused) {
    const name = names.find((one) => runner.options.names.has(one));
    if (name !== undefined) {
      return { problem: `${name.length > 1 ? "--" : "-"}${name} ${problem}`, mend: "Take it out" };
    }
  }
  return runner.reached === undefined
    ? { problem: `it names no ${kind.place}`, mend: `Write it such as ${kind.example}` }
    : runner.behind && runnerFlaw(runner.behind);
}

export interface Kind {
  /** What its words name. */
  readonly place: string;
  readonly example: string;
  readonly refused: readonly (readonly [options: readonly string[], why: string])[];
  readonly rules: OptionRules;
  /** The options whose values are nothing secret. */
  readonly shown: { readonly letters: string; readonly long: readonly string[] };
  /** Undefined where it is used for something else. */
  read(words: readonly string[]): Runner | undefined;
}

interface Known {
  readonly kind: Kind;
  readonly runner: Runner;
  /** Where its program stands. */
  readonly at: number;
}

/** Also behind another program, such as sudo. */
export function known(words: readonly string[]): Known | undefined {
  for (const at of words.keys()) {
    const kind = isAssignment(words[at] ?? "") ? undefined : kindOf(words.slice(at));
    const runner = kind?.read(words.slice(at));
    if (kind && runner) {
      const before = words.slice(0, at);
      const own = { words: [...before, ...runner.words], terminal: [...before, ...runner.terminal] };
      return { kind, runner: { ...runner, ...own }, at };
    }
  }
  return undefined;
}

function kindOf([program = "", ...given]: readonly string[]): Kind | undefined {
  switch (basename(program)) {
    case "ssh":
      return SSH;
    case "docker":
    case "podman":
    case "nerdctl":
      return given.slice(0, given.indexOf("exec")).includes("compose") ? COMPOSE : DOCKER;
    case "docker-compose":
    case "podman-compose":
      return COMPOSE;
    case "kubectl":
    case "oc":
      return KUBECTL;
    default:
      return undefined;
  }
}

const UNHEARD = "keeps away from Claude what is said to it";
const TERMINAL = "asks for a terminal, which would change what Claude says";

/** No terminal, no question that nobody would see, and a dead connection is known to be one within a minute. */
const SSH_OPTIONS = [
  // Also against a `-t` before it.
  "-T",
  // The user's own options come first, and the first of each kind counts.
  ...["BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=10", "ServerAliveCountMax=3"].flatMap(
    (option) => ["-o", option],
  ),
];

/** OpenSSH's own; `-P` takes a value since 9.4. */
const SSH_RULES: OptionRules = { valued: "BbcDEeFIiJLlmOopPQRSWw", valuedLong: [], plainLong: [] };

const SSH: Kind = {
  rules: SSH_RULES,
  shown: { letters: "FiJlop", long: [] },
  place: "host",
  example: "ssh dev@build1",
  refused: [
    [["n", "f"], UNHEARD],
    [["N", "s", "W", "O", "Q", "G", "V"], "starts no shell there"],
  ],
  read(words) {
    const before = optionsAt(words, 1, SSH_RULES);
    const host = words[before.end];
    // ssh looks for more of its options behind the host: `ssh build1 -p 2222`.
    const behind = optionsAt(words, before.end + 1, SSH_RULES);
    const given = [...words.slice(0, before.end), ...words.slice(before.end + 1, behind.end)];
    return {
      reached: host,
      length: behind.end,
      terminal: [...inserted(words, 1, ["-t"]).slice(0, behind.end + 1)],
      words: [
        ...given.filter((word) => word !== "--"),
        ...SSH_OPTIONS,
        ...(host === undefined ? [] : ["--", host]),
      ],
      behind: words.slice(behind.end),
      options: { names: new Set([...before.names, ...behind.names]), end: behind.end },
    };
  },
};

/** Docker 28's and podman's. */
const DOCKER_RULES: OptionRules = {
  valued: "euw",
  valuedLong: ["detach-keys", "env", "env-file", "preserve-fd", "preserve-fds", "user", "workdir"],
  plainLong: [],
};

const DOCKER: Kind = {
  rules: DOCKER_RULES,
  shown: { letters: "cHuw", long: ["context", "host", "user", "workdir"] },
  place: "container",
  example: "docker exec -i shop-dev",
  refused: [
    [["t", "tty"], TERMINAL],
    [["d", "detach"], UNHEARD],
  ],
  read: (all) =>
    ofExec(all, (words, at) => {
      const options = optionsAt(words, at, DOCKER_RULES);
      const hasStdin = options.names.has("i") || options.names.has("interactive");
      return {
        reached: words[options.end],
        length: options.end + 1,
        words: inserted(words, at, hasStdin ? [] : ["-i"]),
        terminal: inserted(words, at, [hasStdin ? "-t" : "-it"]),
        options,
      };
    }),
};

const COMPOSE_RULES: OptionRules = { ...DOCKER_RULES, valuedLong: ["env", "index", "user", "workdir"] };

/** Compose 2's: it passes stdin on without being told to, and asks for a terminal unless it is told not to. */
const COMPOSE: Kind = {
  rules: { ...COMPOSE_RULES, valued: "cefHpuw" },
  shown: {
    letters: "cfHpuw",
    long: [...DOCKER.shown.long, "file", "index", "profile", "project-directory", "project-name"],
  },
  place: "service",
  example: "docker compose exec -T shop-dev",
  refused: [
    [["t", "tty"], TERMINAL],
    [["d", "detach"], UNHEARD],
  ],
  read: (all) =>
    ofExec(all, (words, at) => {
      const options = optionsAt(words, at, COMPOSE_RULES);
      const noTerminal = ["T", "no-tty", "no-TTY"];
      const hasNone = noTerminal.some((name) => options.names.has(name));
      return {
        reached: words[options.end],
        length: options.end + 1,
        words: inserted(words, at, hasNone ? [] : ["-T"]),
        terminal: words.filter((word) => !noTerminal.includes(word.replace(/^--?/, ""))),
        options,
      };
    }),
};

/** kubectl's 1.32; they may stand anywhere before `--`. */
const KUBECTL_RULES: OptionRules = {
  valued: "cfnsv",
  valuedLong: undefined,
  plainLong: [
    ...["stdin", "tty", "quiet", "insecure-skip-tls-verify", "match-server-version", "disable-compression"],
    "warnings-as-errors",
  ],
};

const KUBECTL: Kind = {
  rules: KUBECTL_RULES,
  shown: {
    letters: "cfnsv",
    long: ["as", "cluster", "container", "context", "filename", "kubeconfig", "namespace", "server", "user"],
  },
  place: "pod",
  example: "kubectl exec -i deploy/shop-dev --",
  refused: [[["t", "tty"], TERMINAL]],
  read: (all) =>
    ofExec(all, (words, at) => {
      const dashes = words.indexOf("--", at);
      const own = dashes < 0 ? words : words.slice(0, dashes);
      const before = optionsAt(own, at, KUBECTL_RULES);
      const behind = optionsAt(own, before.end + 1, KUBECTL_RULES);
      const options = { names: new Set([...before.names, ...behind.names]), end: before.end };
      const hasStdin = options.names.has("i") || options.names.has("stdin");
      const whole = dashes < 0 ? [...words, "--"] : words;
      return {
        reached: own[before.end],
        length: dashes < 0 ? words.length : dashes + 1,
        words: inserted(whole, at, hasStdin ? [] : ["-i"]),
        terminal: inserted(whole, at, [hasStdin ? "-t" : "-it"]),
        options,
      };
    }),
};

/** `at`: behind the word `exec`. */
function ofExec(
  words: readonly string[],
  read: (words: readonly string[], at: number) => Runner,
): Runner | undefined {
  const at = words.indexOf("exec") + 1;
  return at === 0 ? undefined : read(words, at);
}

const inserted = (words: readonly string[], at: number, more: readonly string[]): readonly string[] => [
  ...words.slice(0, at),
  ...more,
  ...words.slice(at),
];
