// The commands and options of mm-claude, as they are parsed, completed and explained. What they do is somebody else's.

import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { AuditRequest } from "../audit/report.ts";
import { settingsHelp } from "../config/help.ts";
import { SETTINGS, type Setting } from "../config/settings.ts";
import type { ServiceRequest } from "../service/command.ts";
import { LOG_FORMATS, type LogFormat } from "../terminal/daemon-output.ts";
import { nearestWord } from "../util/edit-distance.ts";
import type { Print } from "../util/output.ts";
import { SHELLS, type Shell } from "./completion.ts";
import type { ProjectRequest } from "./project.ts";
import type { SendFlags } from "./send.ts";
import { withSendOptions } from "./send-options.ts";

/** What stands before a command's name, or alone. */
export interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly channel?: string;
  readonly botName?: string;
  readonly allowedUsers?: string;
  readonly skipPermissions?: boolean;
  readonly logFormat?: LogFormat;
  readonly debug?: boolean;
}

export interface DemoFlags {
  readonly port?: number;
  readonly scripted?: boolean;
  readonly open: boolean;
}

export interface LogFlags {
  readonly lines: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

interface AddFlags {
  readonly channel?: string;
  readonly name?: string;
  readonly runner?: string;
}

/** What each command does; gives the exit code. */
export interface Commands {
  start(): Promise<number>;
  setup(): Promise<number>;
  doctor(flags: { readonly json?: boolean }): Promise<number>;
  status(flags: { readonly json?: boolean }): Promise<number>;
  logs(flags: LogFlags): Promise<number>;
  service(request: ServiceRequest): Promise<number>;
  send(words: readonly string[], flags: SendFlags): Promise<number>;
  project(request: ProjectRequest): Promise<number>;
  demo(flags: DemoFlags): Promise<number>;
  audit(request: AuditRequest): Promise<number>;
  completion(shell: Shell): Promise<number>;
}

export interface ProgramOptions {
  readonly version: string;
  /** The path of the pages that go with it. */
  readonly documentation: string;
  readonly commands: (program: Command) => Commands;
  readonly onExit: (code: number) => void;
  readonly print: Print;
  readonly printError: Print;
}

const LINES = 50;
const USUAL_COLUMNS = 80;

/** Parsing runs what is asked for, and throws CommanderError when that is nothing it knows. */
export function createProgram(options: ProgramOptions): Command {
  const { commands, onExit, print, printError } = options;
  const program = withGlobalOptions(new Command("mm-claude"), options).configureOutput({
    writeOut: (text) => print(text.trimEnd()),
    writeErr: (text) => printError(text.trimEnd()),
  });
  const act = commands(program);
  const giving =
    <Given extends unknown[]>(perform: (...given: Given) => Promise<number>) =>
    async (...given: Given): Promise<void> =>
      onExit(await perform(...given));
  program.action(async (_flags, command: Command) => {
    refuseUnknown(program, command.args);
    onExit(await act.start());
  });
  program
    .command("setup")
    .description("ask for the settings and write them to a file")
    .action(giving(() => act.setup()));
  program
    .command("doctor")
    .description("check everything and change nothing")
    .option("--json", "as one JSON document")
    .action(giving((flags: { json?: boolean }) => act.doctor(flags)));
  program
    .command("status")
    .description("how the mm-claudes that run here are, and what their sessions wait for")
    .option("--json", "as a JSON list")
    .action(giving((flags: { json?: boolean }) => act.status(flags)));
  withLogOptions(program.command("logs"))
    .description("the newest lines of the mm-claudes that run here")
    .option("--json", "a JSON object a line")
    .action(giving((flags: LogFlags) => act.logs(flags)));
  withSendOptions(program.command("send")).action(
    giving((words: readonly string[], flags: SendFlags) => act.send(words, flags)),
  );
  addProject(program, act, giving);
  addService(program, act, giving);
  withDemoOptions(program.command("demo")).action(giving((flags: DemoFlags) => act.demo(flags)));
  withAuditOptions(program.command("audit")).action(giving((request: AuditRequest) => act.audit(request)));
  program
    .command("completion")
    .description("print a script that makes a shell complete mm-claude's commands")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText("after", `\n${COMPLETION_HELP}`)
    .action(giving((shell: Shell) => act.completion(shell)));
  program
    .command("help")
    .description("print this help, or that of a command")
    .argument("[command...]")
    .action((names: readonly string[]) => showHelp(program, names));
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
    // Only those that have others in them take what is left over, to say which of these was meant.
    if (command.commands.length === 0) {
      command.allowExcessArguments(false);
    } else {
      command.action(() =>
        command.args.length === 0 ? command.help({ error: true }) : refuseUnknown(command, command.args),
      );
    }
  }
  return program;
}

type Giving = <Given extends unknown[]>(
  perform: (...given: Given) => Promise<number>,
) => (...given: Given) => Promise<void>;

function addProject(program: Command, act: Commands, giving: Giving): void {
  const project = program
    .command("project")
    .description("add directories and channels to what one mm-claude serves")
    .helpCommand(false)
    .addHelpText("after", `\n${PROJECT_EXAMPLES}`);
  project
    .command("add")
    .description("let Claude work in a directory, reached from a channel")
    .argument("[dir]", "the directory (default: this one)")
    .option("--channel <name>", "its channel: a name, team/channel or an id (default: that of the settings)")
    .option("--name <name>", "what people call it (default: as the directory)")
    .option("--runner <command>", "what reaches the machine with the directory, such as 'ssh dev@build1'")
    .addHelpText("after", `\n${PROJECT_EXAMPLES}`)
    .action(
      giving((directory: string | undefined, { channel, name, runner }: AddFlags) =>
        // Commander has given it to the setting of that name, wherever it stood.
        act.project({
          action: "add",
          directory,
          channel: channel ?? program.opts<GlobalOptions>().channel,
          name,
          runner,
        }),
      ),
    );
  project
    .command("list")
    .description("what there is, and whether it is served")
    .option("--json", "as a JSON list")
    .action(giving((flags: { json?: boolean }) => act.project({ action: "list", ...flags })));
  project
    .command("remove")
    .description("serve it no more; the directory stays, and sessions end by themselves")
    .argument("<name>", "as mm-claude project list shows it")
    .action(giving((name: string) => act.project({ action: "remove", name })));
}

function addService(program: Command, act: Commands, giving: Giving): void {
  const service = program
    .command("service")
    .description("let systemd or launchd run mm-claude in this directory, always")
    .helpCommand(false);
  service
    .command("install")
    .description("install it and start it")
    .option("--print", "only show what would be installed")
    .action(
      giving((flags: { print?: boolean }) => act.service({ action: flags.print ? "print" : "install" })),
    );
  service
    .command("status")
    .description("what the system says of it")
    .action(giving(() => act.service({ action: "status" })));
  withLogOptions(service.command("logs"))
    .description("what it has printed, also in earlier runs")
    .action(giving(({ lines, follow = false }: LogFlags) => act.service({ action: "logs", lines, follow })));
  service
    .command("uninstall")
    .description("stop it and remove it; settings and sessions stay")
    .action(giving(() => act.service({ action: "uninstall" })));
}

function withGlobalOptions(program: Command, { version, documentation }: ProgramOptions): Command {
  return program
    .description("Claude Code in Mattermost threads: mention the bot, watch it work, steer it.")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .allowExcessArguments()
    .option(flags(SETTINGS.url), SETTINGS.url.description)
    .option(flags(SETTINGS.token), `${SETTINGS.token.description} (visible in ps: better in a file)`)
    .option(flags(SETTINGS.channelId), SETTINGS.channelId.description)
    .option(flags(SETTINGS.botName), SETTINGS.botName.description)
    .option(flags(SETTINGS.allowedUsers), SETTINGS.allowedUsers.description)
    .option("--skip-permissions", "answer every permission request with allow")
    .option("--no-skip-permissions", "let people decide, whatever the environment or the file says")
    .addOption(new Option("--log-format <format>", "how the daemon's lines are written").choices(LOG_FORMATS))
    .option("--debug", "tell more, and show stack traces")
    .addHelpText("after", () => {
      const columns = program.configureOutput().getOutHelpWidth?.() ?? USUAL_COLUMNS;
      return `\n${EXAMPLES}\n\n${settingsHelp(columns)}\n\nDocumentation: ${documentation}`;
    });
}

const EXAMPLES = `Examples:
  mm-claude setup             ask for what is needed, once
  mm-claude                   start in the directory where Claude shall work
  mm-claude service install   run it always
  mm-claude status            see how it is
  mm-claude help doctor       more about a command`;

const PROJECT_EXAMPLES = `Examples:
  mm-claude project add                                       this directory, in the channel of the settings
  mm-claude project add ~/src/api --channel dev/shop-claude   another one, in a channel of its own
  mm-claude project add '~/shop' --runner 'ssh dev@build1'    one of another machine
  mm-claude project remove api`;

const COMPLETION_HELP = `Put into the file that your shell reads at its start:
  bash   source <(mm-claude completion bash)      in ~/.bashrc
  zsh    source <(mm-claude completion zsh)       in ~/.zshrc, after compinit
  fish   mm-claude completion fish | source       in ~/.config/fish/config.fish`;

function withLogOptions(command: Command): Command {
  return command
    .option("-n, --lines <n>", "how many", parseCount, LINES)
    .option("-f, --follow", "and go on with what comes, until Ctrl-C");
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

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("Give a number from 0 to 65535.");
  return port;
}

function parseCount(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError("Give a number of lines, such as 100.");
  return Number(text);
}

function showHelp(program: Command, names: readonly string[]): void {
  let command = program;
  for (const name of names) {
    const found = command.commands.find((one) => one.name() === name);
    if (!found) {
      refuseUnknown(command, [name]);
      return;
    }
    command = found;
  }
  command.outputHelp();
}

/** What is left over beside options is meant as a command's name. */
function refuseUnknown(command: Command, [name]: readonly string[]): void {
  if (name === undefined) {
    return;
  }
  const names = command.commands.map((one) => one.name());
  const nearest = nearestWord(name, names);
  // As it is typed after the program's name; empty for the program itself.
  const path = command.parent === null ? "" : `${command.name()} `;
  const hint = nearest === undefined ? "" : ` Did you mean ${path}${nearest}?`;
  const list = `mm-claude ${path}--help lists what there is.`;
  command.error(`error: there is no command "${path}${name}".${hint} ${list}`, { exitCode: 2 });
}
