// The command line: reads what was asked for, starts it, and turns its outcome into an exit code. The only file
// that ends the process. Loads nothing but the settings' names until it knows what is wanted.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { type Command, CommanderError } from "commander";
import type { DaemonOptions } from "./app/daemon-bridge.ts";
import type { Offer } from "./app/other-daemon.ts";
import { EXIT, type Output } from "./cli/output.ts";
import { type Commands, createProgram, type DemoFlags, type GlobalOptions } from "./cli/program.ts";
import { ConfigError, StartError } from "./config/error.ts";
import type { ConfigInput, Loaded, OptionValues } from "./config/load.ts";
import { type Config, SETTINGS } from "./config/settings.ts";
import type { LogFormat } from "./terminal/daemon-output.ts";
import { loadWrapping } from "./terminal/wrapping.ts";
import { allTaken, lineWriter, type Print } from "./util/output.ts";
import { createRedact } from "./util/redact.ts";

/** Of the 10 s that a signal gives. */
const LAST_MOMENT_MS = 800;

/** Of what is installed; this file is one level below it in `src` and in `dist`, which other modules are not. */
const packageRoot = new URL("..", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8")) as {
  readonly name: string;
  readonly version: string;
};

/** Kept out of everything that is printed. */
const secrets = new Set<string>();
const printTo = async (stream: NodeJS.WriteStream): Promise<Print> => {
  const write = lineWriter(stream);
  const wrap = await loadWrapping(stream);
  return (line) => write(wrap(createRedact([...secrets])(line)));
};
const [print, printError] = await Promise.all([printTo(process.stdout), printTo(process.stderr)]);
const output: Output = { print, printError, secrets };

/** The exit code of what was asked for. */
async function run(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram({
    version: manifest.version,
    documentation: fileURLToPath(new URL("docs", packageRoot)),
    commands: commandsOf,
    print,
    printError,
    onExit: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has said it already. Its own code for wrong usage is that of a failure.
    return error.exitCode === 0 ? EXIT.ok : EXIT.badSettings;
  }
  return exitCode;
}

function commandsOf(program: Command): Commands {
  const options = () => program.opts<GlobalOptions>();
  const input = (): ConfigInput => inputOf(options());
  const setup = () => import("./cli/setup.ts");
  const operations = () => import("./cli/operations.ts");
  return {
    start: () => start(input(), options().logFormat),
    setup: async () => (await setup()).setup(input(), output),
    doctor: async (flags) => (await setup()).doctor(input(), flags, manifest, output),
    status: async (flags) => (await operations()).status(flags, output),
    logs: async (flags) => (await operations()).logs(flags, output),
    send: async (words, flags) => (await import("./cli/send.ts")).send(words, flags, output),
    service: async (request) => (await operations()).service(request, input(), output),
    project: async (request) => {
      const { project } = await import("./cli/project.ts");
      // Here --channel is the new project's, and not a setting.
      const { channel: _, ...others } = options();
      return project(request, inputOf(request.action === "add" ? others : options()), output);
    },
    demo: (flags) => demo(input(), options().logFormat, flags),
    audit: async (request) => (await operations()).audit(request, output),
    async completion(shell) {
      const { completionScript } = await import("./cli/completion.ts");
      print(completionScript(shell, program).trimEnd());
      return EXIT.ok;
    },
  };
}

function inputOf({ channel, logFormat: _, ...rest }: GlobalOptions): ConfigInput {
  for (const token of [rest.token, process.env[SETTINGS.token.variable]]) secrets.add(token ?? "");
  if (rest.token !== undefined) {
    printError(
      "warning: every user of this machine could see --token in ps; better set MATTERMOST_TOKEN in a file",
    );
    // Claude could see it as well, for as long as mm-claude runs: the arguments are overwritten.
    process.title = "mm-claude";
  }
  const options: OptionValues = { ...rest, channelId: channel };
  return {
    options,
    env: process.env,
    cwd: workingDirectory(),
    home: homedir(),
    configHome: process.env["XDG_CONFIG_HOME"],
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    throw new StartError([
      "The directory it is started in does not exist any more. Change to the one where Claude shall work.",
    ]);
  }
}

async function start(input: ConfigInput, logFormat: LogFormat | undefined): Promise<number> {
  const { givenTexts, loadConfig, unknownSettingWarnings } = await import("./config/load.ts");
  // Known before anything is told about the settings, wherever it stands.
  secrets.add(givenTexts(input).token ?? "");
  let given = input;
  let loaded: Loaded = loadConfig(given);
  if ("missing" in loaded) {
    if (!process.stdin.isTTY) {
      throw new ConfigError(
        loaded.missing,
        "mm-claude needs these settings (in a terminal, mm-claude setup asks for all of them)",
      );
    }
    const { wizard } = await import("./cli/setup.ts");
    const saved = await wizard(input, true, output);
    if (saved === undefined) return EXIT.cancelled;
    if (saved.next === "end") return EXIT.ok;
    print("Starting mm-claude...");
    print("");
    // What was saved is used as the loader would read it from the file, also where another file hides that one.
    given = { ...input, env: { ...saved.values, ...withoutEmpty(input.env) } };
    loaded = loadConfig(given);
    if ("missing" in loaded) throw new Error("the wizard left settings out");
  }
  secrets.add(loaded.config.token);
  const { secrecyWarnings } = await import("./setup/token-exposure.ts");
  const warnings = [...unknownSettingWarnings(input), ...secrecyWarnings(input, loaded.source.file)];
  for (const warning of warnings) printError(`warning: ${warning}`);
  const { config } = loaded;
  const { projectsSource } = await import("./cli/projects-source.ts");
  const projects = projectsSource(config, input, process.env["XDG_STATE_HOME"]);
  // Nobody is asked where a program reads the lines.
  const isAsked = process.stdin.isTTY && logFormat !== "json";
  const takeOffer = async ({ channel }: Offer): Promise<number> =>
    (await import("./cli/offer-project.ts")).offerProject(channel, given, output);
  return bridge(config, { home: input.home, projects, logFormat }, isAsked ? takeOffer : undefined);
}

async function bridge(
  config: Config,
  options: Omit<DaemonOptions, "version">,
  takeOffer?: (offer: Offer) => Promise<number>,
): Promise<number> {
  const { runDaemon } = await import("./app/daemon.ts");
  // From here on the last words are the bridge's: it has more to end than itself.
  process.off("uncaughtException", fall);
  // Nor is a line that nobody could take its failure.
  process.stdout.off("error", noteLostOutput);
  lostOutput = undefined;
  const { exitCode, offer } = await runDaemon(config, { version: manifest.version, ...options });
  const code = offer && takeOffer ? await takeOffer(offer) : exitCode;
  // Nobody waits longer for a reader that sleeps, nor for what is still to be cleared away.
  setTimeout(() => process.exit(code), LAST_MOMENT_MS);
  return code;
}

async function demo(
  input: ConfigInput,
  logFormat: LogFormat | undefined,
  { port, scripted, open }: DemoFlags,
): Promise<number> {
  // The daemon's modules are read before the sandbox works, and not beside it.
  const [{ runDemo }] = await Promise.all([import("./app/demo.ts"), import("./app/daemon.ts")]);
  const { cwd, home, env } = input;
  return runDemo(
    { port, isScripted: scripted === true, opensBrowser: open },
    {
      directory: cwd,
      environment: env,
      logFormat,
      sandbox: new URL("sandbox/dist/index.js", packageRoot).href,
      run: (config, environment, stateHome, links, projects) =>
        bridge(config, { home, environment, stateHome, links, projects, logFormat }),
    },
  );
}

function withoutEmpty(env: ConfigInput["env"]): ConfigInput["env"] {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ""));
}

/** One line for what went wrong; the stack only for those who asked for it. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof ConfigError || error instanceof StartError) {
    printError(error.message);
    return EXIT.badSettings;
  }
  const { createLog } = await import("./util/log.ts");
  const debug = process.argv.includes("--debug");
  const log = createLog({ debug, write: printError, secrets: [...secrets] });
  log.error("mm-claude ended", error);
  return EXIT.failed;
}

function fall(error: unknown): void {
  void explain(error).then((code) => process.exit(code));
}

/** What a command prints is its work: an export to a full disk has failed. A reader that has had enough (`| head`) hasn't. */
let lostOutput: Error | undefined;
function noteLostOutput(error: Error): void {
  if (!("code" in error && error.code === "EPIPE")) lostOutput ??= error;
}

process.on("uncaughtException", fall);
process.stdout.on("error", noteLostOutput);

const exitCode = await run(process.argv.slice(2)).catch(explain);
await allTaken([process.stdout, process.stderr]);
process.exit(lostOutput === undefined ? exitCode : await explain(lostOutput));
