// The command line: reads what was asked for, starts it, and turns its outcome into an exit code. The only file
// that ends the process. Loads nothing but the settings' names until it knows what is wanted.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { DaemonOptions } from "./app/daemon.ts";
import type { AuditRequest } from "./audit/report.ts";
import { ConfigError, StartError } from "./config/error.ts";
import { settingsHelp } from "./config/help.ts";
import type { ConfigInput, Loaded, OptionValues } from "./config/load.ts";
import { type Config, FILE_ORDER, SETTINGS, type Setting } from "./config/settings.ts";
import type { RestClient } from "./mattermost/rest.ts";
import { allTaken, lineWriter, type Print } from "./util/output.ts";
import { createRedact } from "./util/redact.ts";

/** Of the 10 s that a signal gives. */
const LAST_MOMENT_MS = 800;
const EXIT = { ok: 0, failed: 1, badSettings: 2, cancelled: 130 } as const;

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly name: string;
  readonly version: string;
};

interface Options {
  readonly url?: string;
  readonly token?: string;
  readonly channel?: string;
  readonly botName?: string;
  readonly allowedUsers?: string;
  readonly skipPermissions?: boolean;
  readonly debug?: boolean;
}

/** Kept out of everything that is printed. */
const secrets = new Set<string>();
const redacted =
  (write: Print): Print =>
  (line) =>
    write(createRedact([...secrets])(line));
const print = redacted(lineWriter(process.stdout));
const printError = redacted(lineWriter(process.stderr));

/** The exit code of what was asked for. */
async function run(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = withOptions(new Command("mm-claude"));
  const input = (): ConfigInput => inputOf(program.opts<Options>());
  const giving =
    <Given extends unknown[]>(act: (...given: Given) => Promise<number>) =>
    async (...given: Given): Promise<void> => {
      exitCode = await act(...given);
    };
  program.action(giving(() => start(input())));
  program
    .command("setup")
    .description("ask for the settings and write them to a file")
    .action(giving(() => setup(input())));
  program
    .command("doctor")
    .description("check everything and change nothing")
    .option("--json", "print one JSON document")
    .action(giving((flags: DoctorFlags) => doctor(input(), flags)));
  withDemoOptions(program.command("demo")).action(giving((flags: DemoFlags) => demo(input(), flags)));
  withAuditOptions(program.command("audit")).action(giving(audit));
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has said it already. Its own code for wrong usage is that of a failure.
    return error.exitCode === 0 ? EXIT.ok : EXIT.badSettings;
  }
  return exitCode;
}

function withOptions(program: Command): Command {
  return program
    .description("Claude Code in Mattermost threads: mention the bot, watch it work, steer it.")
    .version(manifest.version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .option(flags(SETTINGS.url), SETTINGS.url.description)
    .option(flags(SETTINGS.token), `${SETTINGS.token.description} (visible in ps: better in a file)`)
    .option(flags(SETTINGS.channelId), SETTINGS.channelId.description)
    .option(flags(SETTINGS.botName), SETTINGS.botName.description)
    .option(flags(SETTINGS.allowedUsers), SETTINGS.allowedUsers.description)
    .option("--skip-permissions", "answer every permission request with allow")
    .option("--no-skip-permissions", "let people decide, whatever the environment or the file says")
    .option("--debug", "tell more, and show stack traces")
    .addHelpText("after", () => `\n${settingsHelp()}`);
}

function withDemoOptions(command: Command): Command {
  return command
    .description("try it in a sandbox, without a Mattermost")
    .option("--port <n>", "the port to listen on, or the next free one (default: 8065)", parsePort)
    .option("--scripted", "answers come from a script, without a Claude account")
    .option("--no-open", "don't open a browser");
}

function withAuditOptions(command: Command): Command {
  const rows = ["json", "by", "action", "thread", "since"];
  return command
    .description("show who decided what, from this machine's audit trails")
    .addOption(new Option("--verify", "check that no record was changed or taken out").conflicts(rows))
    .option("--json", "print the records as they stand, in full, one a line")
    .option("--by <name>", "only what this person did")
    .option("--action <name>", "only this, such as tool-allowed")
    .option("--thread <id>", "only this thread")
    .option("--since <time>", "only what is newer than a date, or than a duration such as 2h or 7d");
}

function flags({ option, placeholder }: Setting<unknown>): string {
  return `${option} <${placeholder}>`;
}

function inputOf({ channel, ...rest }: Options): ConfigInput {
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

async function start(input: ConfigInput): Promise<number> {
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
    if (saved.next === "end") return EXIT.ok;
    print("Starting mm-claude...");
    print("");
    // What was saved is used as the loader would read it from the file, also where another file hides that one.
    loaded = loadConfig({ ...input, env: { ...saved.values, ...withoutEmpty(input.env) } });
    if ("missing" in loaded) throw new Error("the wizard left settings out");
  }
  secrets.add(loaded.config.token);
  const { secrecyWarnings } = await import("./setup/token-exposure.ts");
  const warnings = [...unknownSettingWarnings(input), ...secrecyWarnings(input, loaded.source.file)];
  for (const warning of warnings) printError(`warning: ${warning}`);
  return bridge(loaded.config, { home: input.home });
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
  if (saved.next === "start") print("Start it in the directory where Claude shall work: mm-claude");
  return EXIT.ok;
}

async function wizard(input: ConfigInput, isFirstStart: boolean) {
  const [
    { runWizard },
    { askOnTerminal },
    { claudePathOf, givenTexts },
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
    ask: askOnTerminal({ print }),
    print,
    connect: await connector(),
    claudePath: claudePathOf(input),
    ...(await claudeQuestions()),
    platform: process.platform,
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

interface DoctorFlags {
  readonly json?: boolean;
}

async function doctor(input: ConfigInput, { json }: DoctorFlags): Promise<number> {
  const [{ runDoctor }, { runQuietly }, { freeBytesAt }, { newestVersion }, { givenTexts }, { loadColours }] =
    await Promise.all([
      import("./setup/doctor/doctor.ts"),
      import("./setup/doctor/directory.ts"),
      import("./setup/doctor/state.ts"),
      import("./setup/doctor/newest.ts"),
      import("./config/load.ts"),
      import("./app/colours.ts"),
    ]);
  secrets.add(givenTexts(input).token ?? "");
  return runDoctor({
    input,
    version: manifest.version,
    packageName: manifest.name,
    nodeVersion: process.versions.node,
    connect: await connector(),
    ...(await claudeQuestions()),
    newestVersion: newestVersion(input.env["npm_config_registry"]),
    run: runQuietly,
    freeBytes: freeBytesAt,
    print,
    paint: await loadColours(process.stdout, process.env),
    isJson: json === true,
  });
}

/** What is asked of the claude program itself, which gets no secret of ours. */
async function claudeQuestions() {
  const [{ claudeVersion }, { claudeLogin }] = await Promise.all([
    import("./claude/version.ts"),
    import("./claude/login.ts"),
  ]);
  return {
    claudeVersion: (path: string) => claudeVersion(path, { secrets: [...secrets] }),
    claudeLogin: (path: string, version: string) => claudeLogin(path, version, { secrets: [...secrets] }),
  };
}

interface DemoFlags {
  readonly port?: number;
  readonly scripted?: boolean;
  readonly open: boolean;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("Give a number from 0 to 65535.");
  return port;
}

async function demo(input: ConfigInput, { port, scripted, open }: DemoFlags): Promise<number> {
  const { runDemo } = await import("./app/demo.ts");
  const { cwd, home, env } = input;
  return runDemo(
    { port, isScripted: scripted === true, opensBrowser: open },
    {
      directory: cwd,
      environment: env,
      print,
      run: (config, environment, stateHome) => bridge(config, { home, environment, stateHome }),
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
async function connector(): Promise<(url: string, token: string) => RestClient> {
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
