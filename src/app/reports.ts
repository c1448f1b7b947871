// What says how the daemon does to others than its own terminal: to `mm-claude status` and `logs`, to Prometheus, to the
// service manager.

import { controlFolder, controlSocket } from "../control/location.ts";
import { ControlServer } from "../control/server.ts";
import { NOTIFY_VARIABLES, ServiceNotifier } from "../service/notify.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { MetricsFile } from "./metrics-file.ts";
import type { Monitor } from "./monitor.ts";
import type { ProjectUpdates } from "./project-updates.ts";
import type { ScriptMessages } from "./script-messages.ts";

export interface ReportsOptions {
  readonly monitor: Monitor;
  readonly log: Log;
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  readonly metricsFile: string | undefined;
}

interface Following {
  updates?: Pick<ProjectUpdates, "reload">;
  send?: ScriptMessages;
}

export class Reports {
  readonly #control: ControlServer;
  readonly #metrics: MetricsFile | undefined;
  readonly #notifier: ServiceNotifier | undefined;
  readonly #following: Following;

  private constructor(
    following: Following,
    control: ControlServer,
    metrics?: MetricsFile,
    notifier?: ServiceNotifier,
  ) {
    this.#following = following;
    this.#control = control;
    this.#metrics = metrics;
    this.#notifier = notifier;
  }

  static start({ monitor, log, clock, environment, metricsFile }: ReportsOptions): Reports {
    const folder = controlFolder(environment, process.getuid?.() ?? 0);
    const following: Following = {};
    const control = ControlServer.listen({
      path: controlSocket(folder, process.pid),
      log,
      status: () => monitor.status(),
      history: monitor.history,
      reload: async () =>
        following.updates?.reload() ?? {
          ok: false,
          problems: [
            "mm-claude is still starting, or it serves one channel for the demo. Try again in a moment.",
          ],
        },
      send: async (request, tell, gone) =>
        following.send?.(request, tell, gone) ??
        tell({ event: "refused", why: "mm-claude is still starting", isPassing: true }),
    });
    const metrics =
      metricsFile === undefined
        ? undefined
        : MetricsFile.start({ path: metricsFile, text: () => monitor.metrics(), clock, log });
    return new Reports(following, control, metrics, ServiceNotifier.from(environment, clock));
  }

  /** What is asked to change goes there. */
  follow(updates: Pick<ProjectUpdates, "reload">): void {
    this.#following.updates = updates;
  }

  /** Messages of scripts go there. */
  deliver(send: ScriptMessages): void {
    this.#following.send = send;
  }

  /** It works. */
  ready(): void {
    this.#notifier?.ready("Ready");
  }

  stopping(): void {
    this.#notifier?.stopping();
  }

  close(): void {
    this.#control.close();
    this.#metrics?.close();
  }
}

/** What is for mm-claude alone: with it, a Claude could speak to the service manager in its name. */
export function withoutReports(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own: ReadonlySet<string> = new Set([...NOTIFY_VARIABLES, "METRICS_FILE"]);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !own.has(name)));
}
