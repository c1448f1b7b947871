// `mm-claude service …`: puts what this machine has together with what the daemon needs, and says what was done.

import { join } from "node:path";
import type { Print } from "../util/output.ts";
import type { RunCommand } from "../util/run-command.ts";
import { Launchd } from "./launchd.ts";
import { Systemd } from "./systemd.ts";
import { ServiceError, type ServiceManager, type ServiceProgram } from "./types.ts";

export type ServiceRequest =
  | { readonly action: "install" | "uninstall" | "status" }
  | { readonly action: "print" }
  | { readonly action: "logs"; readonly lines: number; readonly follow: boolean };

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly uid: number;
  readonly userName: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly run: RunCommand;
}

export interface ServiceCommandOptions {
  readonly machine: Machine;
  /** mm-claude's own script. */
  readonly script: string;
  readonly directory: string;
  /** The folder with mm-claude's settings. */
  readonly configFolder: string;
  /** The variables of settings that stand only in this shell's environment: a service doesn't see them. */
  readonly onlyHere: readonly string[];
  readonly print: Print;
  readonly printError: Print;
}

/** The exit code. */
export async function runService(request: ServiceRequest, options: ServiceCommandOptions): Promise<number> {
  const { printError } = options;
  try {
    return await perform(request, options);
  } catch (error) {
    if (!(error instanceof ServiceError)) {
      throw error;
    }
    printError(`error: ${error.message}`);
    return 1;
  }
}

/** Whether there is anything that can run a service for this user, so that it is worth asking. */
export async function hasServiceManager({
  platform,
  run,
}: Pick<Machine, "platform" | "run">): Promise<boolean> {
  return platform === "linux"
    ? (await run("systemctl", ["--user", "show", "--property=Version"])).code === 0
    : platform === "darwin";
}

async function perform(request: ServiceRequest, options: ServiceCommandOptions): Promise<number> {
  const { onlyHere, print } = options;
  const service = managerOf(options);
  switch (request.action) {
    case "print":
      throwIfUnwritable(options);
      print(service.text.trimEnd());
      return 0;
    case "install": {
      throwIfUnwritable(options);
      if (onlyHere.length > 0) {
        throw new ServiceError(
          `${onlyHere.join(", ")} ${onlyHere.length === 1 ? "stands" : "stand"} only in this shell, which a service does not see. ` +
            "Run mm-claude setup, which writes a settings file, and try again.",
        );
      }
      (await service.install()).forEach(print);
      for (const variable of leftOut(options)) {
        print(
          `! ${variable} holds a password and is not part of the service. Put it into ${environmentFile(options)}.`,
        );
      }
      print("See how it does: mm-claude status. What it says: mm-claude logs.");
      return 0;
    }
    case "uninstall":
      print(
        (await service.uninstall())
          ? "The service is stopped and removed. Settings and sessions stay."
          : "mm-claude was not installed as a service.",
      );
      return 0;
    case "status": {
      const { lines, code } = await service.status();
      lines.forEach(print);
      return code;
    }
    case "logs":
      return service.logs(request);
  }
}

/** What a unit has no words for: it would be another setting, or part of the next one. */
function throwIfUnwritable(options: ServiceCommandOptions): void {
  const { directory, node, script, environmentFile, path, environment } = programOf(options);
  const texts = [directory, node, script, environmentFile, path, ...Object.values(environment)];
  const odd = texts.find((text) => /\p{Cc}/u.test(text));
  if (odd !== undefined || /^\s|[\s\\]$/.test(directory)) {
    throw new ServiceError(
      `${JSON.stringify(odd ?? directory)} can't stand in a service's file. Use a directory without control characters, and without a blank or a backslash at its end.`,
    );
  }
}

function managerOf(options: ServiceCommandOptions): ServiceManager {
  const { machine } = options;
  const program = programOf(options);
  switch (machine.platform) {
    case "linux":
      return new Systemd({
        program,
        configHome: configHomeOf(machine),
        userName: machine.userName,
        run: machine.run,
      });
    case "darwin":
      return new Launchd({ program, home: machine.home, uid: machine.uid, run: machine.run });
    default:
      throw new ServiceError(
        `mm-claude can be a service of systemd (Linux) or launchd (macOS), and this is ${machine.platform}. ` +
          "Start it by whatever starts programs here.",
      );
  }
}

function configHomeOf({ environment, home }: Machine): string {
  const given = environment["XDG_CONFIG_HOME"];
  return given?.startsWith("/") ? given : join(home, ".config");
}

const environmentFile = ({ configFolder }: ServiceCommandOptions): string =>
  join(configFolder, "service.env");

/** What belongs to how mm-claude and Claude are set up on a machine. */
const KEPT = [
  "XDG_CONFIG_HOME",
  "XDG_STATE_HOME",
  "CLAUDE_CONFIG_DIR",
  "NODE_EXTRA_CA_CERTS",
  "LANG",
  ...["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
] as const;

function programOf(options: ServiceCommandOptions): ServiceProgram {
  const { machine, script, directory } = options;
  const given = KEPT.flatMap((name) => {
    const value = machine.environment[name];
    return value && !hasPassword(value) && !isIgnored(name, value) ? [[name, value] as const] : [];
  });
  return {
    node: process.execPath,
    script,
    directory,
    path: machine.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    environment: Object.fromEntries(given),
    environmentFile: environmentFile(options),
  };
}

/** The specification says so of a relative one, which would lead elsewhere from another directory. */
const isIgnored = (name: string, value: string): boolean => name.startsWith("XDG_") && !value.startsWith("/");

function leftOut({ machine }: ServiceCommandOptions): string[] {
  return KEPT.filter((name) => hasPassword(machine.environment[name] ?? ""));
}

const hasPassword = (value: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/[^/@]*@/i.test(value);
