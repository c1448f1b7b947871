// Containers behind stand-ins for docker and kubectl: each is an environment of its own on this machine.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "./temporary.ts";

const RUNNER = fileURLToPath(new URL("./container-runner.mjs", import.meta.url));

export interface Containers {
  readonly docker: string;
  readonly kubectl: string;
  /** `environment`: all that what runs there has. */
  create(name: string, environment: Readonly<Record<string, string>>): void;
  /** `docker kill`, or the pod is deleted: all in it is gone at once, and then the container is. */
  remove(name: string): void;
  /** Of all that runs there. */
  pids(name: string): number[];
}

export function containers(): Containers {
  const root = temporaryDirectory();
  const place = join(root, "containers");
  mkdirSync(place);
  const program = (name: string): string => {
    const path = join(root, name);
    const words = [process.execPath, RUNNER, place, name].map((word) => `'${word}'`).join(" ");
    writeFileSync(path, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    return path;
  };
  const pids = (name: string): number[] =>
    readdirSync("/proc").flatMap((pid) => {
      const isThere =
        /^\d+$/.test(pid) && environmentOf(pid).includes(`STAND_IN_CONTAINER=${join(place, name)}\0`);
      return isThere ? [Number(pid)] : [];
    });
  return {
    docker: program("docker"),
    kubectl: program("kubectl"),
    create: (name, environment) => writeFileSync(join(place, name), JSON.stringify({ environment })),
    remove(name) {
      for (let all = pids(name); all.length > 0; all = pids(name)) {
        for (const pid of all) {
          try {
            process.kill(pid, "SIGKILL");
          } catch {
            // It has just ended.
          }
        }
      }
      rmSync(join(place, name));
    },
    pids,
  };
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}
