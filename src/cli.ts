// The command line: reads what was asked for, starts it, and turns its outcome into an exit code. The only file
// that ends the process. Loads nothing but the settings' names until it knows what is wanted.
import { readFileSync, realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname } from "node:path";
import { type Command, CommanderError } from "commander";
import type { DaemonOptions } from "./app/daemon.ts";
import type { AuditRequest } from "./audit/report.ts";
import { type Commands, createProgram, type DemoFlags, type GlobalOptions } from "./cli/program.ts";
import { ConfigError, StartError } from "./config/error.ts";
import type { ConfigInput, Loaded, OptionValues } from "./config/load.ts";
import { type Config, FILE_ORDER, SETTINGS } from "./config/settings.ts";
import type { ControlCommandOptions } from "./control/command.ts";
import type { MattermostApi } from "./mattermost/types.ts";
import type { ServiceRequest } from "./service/command.ts";
import type { LogFormat } from "./terminal/daemon-output.ts";
import { loadWrapping } from "./terminal/wrapping.ts";
import { allTaken, lineWriter, type Print } from "./util/output.ts";
import { createRedact } from "./util/redact.ts";

/** Of the 10 s that a signal gives. */
const LAST_MOMENT_MS = 800;
const EXIT = { ok: 0, failed: 1, badSettings: 2, cancelled: 130 } as const;

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
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

/** The exit code of what was asked for. */
async function run(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram({
    version: manifest.version,
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
  return {
    start: () => start(input(), options().logFormat),
    setup: () => setup(input()),
    doctor: () => doctor(input()),
    status: (flags) => control(({ runStatus }, daemons) => runStatus(flags, daemons)),
    logs: (flags) => control(({ runLogs }, daemons) => runLogs(flags, daemons)),
    serviceInstall: ({ print: isShown }) => service({ action: isShown ? "print" : "install" }, input()),
    serviceStatus: () => service({ action: "status" }, input()),
    serviceLogs: ({ lines, follow = false }) => service({ action: "logs", lines, follow }, input()),
    serviceUninstall: () => service({ action: "uninstall" }, input()),
    demo: (flags) => demo(input(), options().logFormat, flags),
    audit,
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
  let loaded: Loaded = loadConfig(input);
  if ("missing" in loaded) {
    if (!process.stdin.isTTY) {
      throw new ConfigError(
        loaded.missing,
        "mm-claude needs these settings (in a terminal, mm-claude setup asks for all of them)",
      );
    }
    const saved = await wizard(input, true);
    if (saved === undefined) return EXIT.cancelled;
    print("Starting mm-claude...");
    print("");
    // What was saved is used as the loader would read it from the file, also where another file hides that one.
    loaded = loadConfig({ ...input, env: { ...saved, ...withoutEmpty(input.env) } });
    if ("missing" in loaded) throw new Error("the wizard left settings out");
  }
  secrets.add(loaded.config.token);
  const { secrecyWarnings } = await import("./setup/token-exposure.ts");
  const warnings = [...unknownSettingWarnings(input), ...secrecyWarnings(input, loaded.source.file)];
  for (const warning of warnings) printError(`warning: ${warning}`);
  return bridge(loaded.config, { home: input.home, logFormat });
}

async function bridge(config: Config, options: Omit<DaemonOptions, "version">): Promise<number> {
  const { runDaemon } = await import("./app/daemon.ts");
  // From here on the last words are the bridge's: it has more to end than itself.
  process.off("uncaughtException", fall);
  process.stdout.off("error", noteLostOutput);
  const code = await runDaemon(config, { version: manifest.version, ...options });
  // Nobody waits longer for a reader that sleeps, nor for what is still to be cleared away.
  setTimeout(() => process.exit(code), LAST_MOMENT_MS);
  return code;
}

async function setup(input: ConfigInput): Promise<number> {
  if (!process.stdin.isTTY) {
    printError(
      "error: setup asks questions, so it needs a terminal; without one, set the variables of --help",
    );
    return EXIT.failed;
  }
  const saved = await wizard(input, false);
  if (saved === undefined) return EXIT.cancelled;
  print("Start it in the directory where Claude shall work: mm-claude");
  return EXIT.ok;
}

async function wizard(input: ConfigInput, isFirstStart: boolean) {
  const [
    { runWizard },
    { askOnTerminal },
    { givenTexts },
    { settingsFiles, userFile, userFileName },
    { existsSync },
  ] = await Promise.all([
    import("./setup/wizard.ts"),
    import("./setup/prompt.ts"),
    import("./config/load.ts"),
    import("./config/files.ts"),
    import("node:fs"),
  ]);
  const saved = await runWizard({
    ask: askOnTerminal,
    print,
    connect: await connector(),
    given: givenTexts(input),
    file: userFile(input),
    fileName: userFileName(input),
    isFirstStart,
  });
  const [here] = settingsFiles(input);
  if (saved !== undefined && here !== undefined && existsSync(here)) {
    print(
      `! In this directory ${FILE_ORDER[0]} is read instead of that file: move its mm-claude settings there.`,
    );
  }
  return saved;
}

async function doctor(input: ConfigInput): Promise<number> {
  const [{ runDoctor }, { claudeVersion }, { givenTexts }] = await Promise.all([
    import("./setup/doctor.ts"),
    import("./claude/version.ts"),
    import("./config/load.ts"),
  ]);
  secrets.add(givenTexts(input).token ?? "");
  return runDoctor({
    input,
    print,
    connect: await connector(),
    claudeVersion: (path) => claudeVersion(path, { secrets: [...secrets] }),
    nodeVersion: process.versions.node,
  });
}

/** Asks every daemon of this user. */
async function control(
  ask: (commands: typeof import("./control/command.ts"), daemons: ControlCommandOptions) => Promise<number>,
): Promise<number> {
  const uid = process.getuid?.() ?? 0;
  const daemons = { environment: process.env, uid, now: Date.now(), print, printError };
  return ask(await import("./control/command.ts"), daemons);
}

async function service(request: ServiceRequest, input: ConfigInput): Promise<number> {
  const [{ runCommand, runService }, { userFile }, { loadConfig, onlyInThisShell }] = await Promise.all([
    import("./service/command.ts"),
    import("./config/files.ts"),
    import("./config/load.ts"),
  ]);
  const isInstalling = request.action === "install";
  if (isInstalling && "missing" in loadConfig(input)) {
    printError("error: settings are missing. Answer the questions of mm-claude setup first.");
    return EXIT.badSettings;
  }
  return runService(request, {
    machine: {
      platform: process.platform,
      home: input.home,
      uid: process.getuid?.() ?? 0,
      userName: userInfo().username,
      environment: process.env,
      run: runCommand,
    },
    script: realpathSync(process.argv[1] ?? ""),
    directory: input.cwd,
    configFolder: dirname(userFile(input)),
    onlyHere: isInstalling ? onlyInThisShell(input) : [],
    print,
    printError,
  });
}

async function demo(
  input: ConfigInput,
  logFormat: LogFormat | undefined,
  { port, scripted, open }: DemoFlags,
): Promise<number> {
  const { runDemo } = await import("./app/demo.ts");
  const { cwd, home, env } = input;
  return runDemo(
    { port, isScripted: scripted === true, opensBrowser: open },
    {
      directory: cwd,
      environment: env,
      print,
      run: (config, environment, stateHome, links) =>
        bridge(config, { home, environment, stateHome, links, logFormat }),
    },
  );
}

const UNKNOWN_WIDTH = 120;

async function audit(request: AuditRequest): Promise<number> {
  const [{ runAudit }, { stateRoot }, { showHidden }] = await Promise.all([
    import("./audit/report.ts"),
    import("./store/locations.ts"),
    import("./render/markdown.ts"),
  ]);
  return runAudit(request, {
    root: stateRoot({ stateHome: process.env["XDG_STATE_HOME"], home: homedir() }),
    now: Date.now(),
    isTerminal: process.stdout.isTTY,
    width: (process.stdout.isTTY && process.stdout.columns) || UNKNOWN_WIDTH,
    showHidden,
    print,
    printError,
  });
}

/** Somebody waits for the answer, so a server that is down is told after two tries. */
async function connector(): Promise<(url: string, token: string) => MattermostApi> {
  const { connectRest } = await import("./mattermost/rest.ts");
  return (url, token) => connectRest({ url, token, tries: 2 });
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
