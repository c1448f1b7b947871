// mm-claude as an agent of the user's launchd.

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunCommand } from "../util/run-command.ts";
import { launchdPlist } from "./launchd-plist.ts";
import { ServiceError, type ServiceManager, type ServiceProgram } from "./types.ts";

const LABEL = "mm-claude";

export interface LaunchdOptions {
  readonly program: ServiceProgram;
  readonly home: string;
  readonly uid: number;
  readonly run: RunCommand;
}

export class Launchd implements ServiceManager {
  readonly file: string;
  readonly text: string;
  readonly #log: string;
  readonly #domain: string;
  readonly #run: RunCommand;

  constructor({ program, home, uid, run }: LaunchdOptions) {
    this.file = join(home, "Library", "LaunchAgents", `${LABEL}.plist`);
    this.#log = join(home, "Library", "Logs", `${LABEL}.log`);
    this.text = launchdPlist(LABEL, this.#log, program);
    this.#domain = `gui/${uid}`;
    this.#run = run;
  }

  async install(): Promise<readonly string[]> {
    for (const path of [this.file, this.#log]) {
      mkdirSync(dirname(path), { recursive: true });
    }
    await this.#bootOut();
    // It may hold a proxy's address.
    writeFileSync(this.file, this.text, { mode: 0o600 });
    const { code, output } = await this.#run("launchctl", ["bootstrap", this.#domain, this.file]);
    if (code !== 0) {
      throw new ServiceError(
        `launchd did not take ${this.file}: ${output.trim().split("\n")[0] || "it says nothing"}. ` +
          "Log in on this Mac's own screen once, and try again.",
      );
    }
    return [
      `Installed as ${this.file}, started, and started again at each login.`,
      `It writes to ${this.#log}.`,
    ];
  }

  async status() {
    const { code, output } = await this.#run("launchctl", ["print", `${this.#domain}/${LABEL}`]);
    if (code !== 0) {
      const lines = existsSync(this.file)
        ? ["mm-claude is installed as a service and does not run. Run: mm-claude service install"]
        : ["mm-claude is not installed as a service. Run: mm-claude service install"];
      return { lines, code: 3 } as const;
    }
    const state = /^\s*state = (.+)$/m.exec(output)?.[1] ?? "unknown";
    return { lines: [`mm-claude is ${state}.`], code: state === "running" ? 0 : 3 } as const;
  }

  async logs({ lines, follow }: { lines: number; follow: boolean }): Promise<number> {
    const args = ["-n", String(lines), ...(follow ? ["-f"] : []), this.#log];
    const { code } = await this.#run("tail", args, { inherit: true });
    return code ?? 1;
  }

  async uninstall(): Promise<boolean> {
    const wasThere = existsSync(this.file);
    await this.#bootOut();
    rmSync(this.file, { force: true });
    rmSync(this.#log, { force: true });
    return wasThere;
  }

  /** Ends what runs, and forgets it; nothing where there is none. */
  async #bootOut(): Promise<void> {
    await this.#run("launchctl", ["bootout", `${this.#domain}/${LABEL}`]);
  }
}
