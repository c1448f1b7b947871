// mm-claude as a service of the user's systemd.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CommandResult, RunCommand } from "../util/run-command.ts";
import { systemdUnit, UNIT_MARK } from "./systemd-unit.ts";
import { ServiceError, type ServiceManager, type ServiceProgram } from "./types.ts";

const UNIT = "mm-claude.service";

export interface SystemdOptions {
  readonly program: ServiceProgram;
  /** `XDG_CONFIG_HOME`, or else ~/.config. */
  readonly configHome: string;
  readonly userName: string;
  readonly run: RunCommand;
}

export class Systemd implements ServiceManager {
  readonly file: string;
  readonly text: string;
  readonly #options: SystemdOptions;

  constructor(options: SystemdOptions) {
    this.#options = options;
    this.file = join(options.configHome, "systemd", "user", UNIT);
    this.text = systemdUnit(options.program);
  }

  async install(): Promise<readonly string[]> {
    await this.#throwIfAway();
    const earlier = this.#installed();
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, this.text);
    try {
      await this.#systemctl("daemon-reload");
      await this.#systemctl("enable", UNIT);
      // Anew also where an earlier one runs, which may be another version.
      await this.#systemctl("restart", "--no-block", UNIT);
    } catch (error) {
      if (earlier === undefined) {
        rmSync(this.file);
      }
      throw error;
    }
    return [
      `Installed as ${this.file}, started, and started again at each boot. Claude works in ${this.#options.program.directory}.`,
      ...(earlier && directoryOf(earlier) !== directoryOf(this.text)
        ? [`It ran in ${directoryOf(earlier)} before: one mm-claude can be a service.`]
        : []),
      ...(await this.#lingering()),
    ];
  }

  /** The unit that is there; throws when it is somebody else's. */
  #installed(): string | undefined {
    if (!existsSync(this.file)) {
      return undefined;
    }
    const text = readFileSync(this.file, "utf8");
    if (!text.startsWith(UNIT_MARK)) {
      throw new ServiceError(`${this.file} was not written by mm-claude. Move it away first.`);
    }
    return text;
  }

  async status() {
    await this.#throwIfAway();
    if (!existsSync(this.file)) {
      return {
        lines: ["mm-claude is not installed as a service. Run: mm-claude service install"],
        code: 3,
      } as const;
    }
    const { output } = await this.#options.run("systemctl", [
      "--user",
      "show",
      UNIT,
      "--property=ActiveState,SubState,Result,NRestarts,ExecMainStatus,StatusText",
    ]);
    const shown = Object.fromEntries(output.split("\n").map((line) => splitAt(line, "=")));
    return { lines: describe(shown), code: shown["ActiveState"] === "active" ? 0 : 3 } as const;
  }

  async logs({ lines, follow }: { lines: number; follow: boolean }): Promise<number> {
    const args = [
      "--user",
      "--unit",
      UNIT,
      "--lines",
      String(lines),
      "--no-hostname",
      ...(follow ? ["--follow"] : []),
    ];
    const { code } = await this.#options.run("journalctl", args, { inherit: true });
    return code ?? 1;
  }

  async uninstall(): Promise<boolean> {
    await this.#throwIfAway();
    const wasThere = this.#installed() !== undefined;
    if (wasThere) {
      await this.#systemctl("disable", "--now", UNIT);
      rmSync(this.file);
      await this.#systemctl("daemon-reload");
      // Or it would stay listed as failed.
      await this.#options.run("systemctl", ["--user", "reset-failed", UNIT]);
    }
    return wasThere;
  }

  async #lingering(): Promise<readonly string[]> {
    const { userName, run } = this.#options;
    const { code, output } = await run("loginctl", ["show-user", userName, "--property=Linger"]);
    if (code === 0 && output.includes("Linger=yes")) {
      return [];
    }
    return [
      `It ends when you log out, and waits at boot until you log in. To let it run always: sudo loginctl enable-linger ${userName}`,
    ];
  }

  /** Who came by su or sudo has no manager of their own. */
  async #throwIfAway(): Promise<void> {
    const { code, output } = await this.#options.run("systemctl", ["--user", "show", "--property=Version"]);
    if (code === undefined) {
      throw new ServiceError(
        "systemd is not on this machine (there is no systemctl). Start mm-claude by whatever starts your services: " +
          "mm-claude service install --print shows what it needs.",
      );
    }
    if (code !== 0) {
      throw new ServiceError(
        `systemd does not answer for your user (${firstLine(output)}). Log in as that user, not by su or sudo, and try again; ` +
          "or let an administrator install what mm-claude service install --print shows.",
      );
    }
  }

  async #systemctl(...args: readonly string[]): Promise<CommandResult> {
    const result = await this.#options.run("systemctl", ["--user", ...args]);
    if (result.code !== 0) {
      throw new ServiceError(`systemctl --user ${args.join(" ")} failed: ${firstLine(result.output)}`);
    }
    return result;
  }
}

const directoryOf = (unit: string): string | undefined => /^WorkingDirectory=(.*)$/m.exec(unit)?.[1];

function describe(shown: Readonly<Record<string, string | undefined>>): string[] {
  const { ActiveState: state = "unknown", SubState: sub, Result: result, StatusText: said } = shown;
  const restarts = Number(shown["NRestarts"] ?? 0);
  const failed = result === "success" || result === undefined ? "" : `, the last run ended with ${result}`;
  const status = shown["ExecMainStatus"];
  return [
    `mm-claude.service is ${state}${sub && sub !== state ? ` (${sub})` : ""}${failed}.`,
    ...(said ? [said] : []),
    ...(restarts > 0
      ? [`Started again ${restarts === 1 ? "once" : `${restarts} times`} after failures.`]
      : []),
    ...(state === "failed" && status === "2"
      ? ["It needs a change by you first. Look at: mm-claude service logs"]
      : []),
  ];
}

function splitAt(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator);
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
}

const firstLine = (text: string): string => text.trim().split("\n")[0] || "it says nothing";
