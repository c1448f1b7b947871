// What the cases share: the stages that stand while the bench runs, opened when they are first asked for.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "../test/support/temporary.ts";
import type { Bench, StageName } from "./cases/case.ts";
import type { Claude } from "./claudes.ts";
import type { DaemonOptions, Profiling } from "./daemon.ts";
import type { OpenPlace } from "./place.ts";
import { teeWrapper } from "./programs.ts";
import { openStage, type Stage } from "./stage.ts";

export interface BenchOptions {
  readonly claude: Claude;
  readonly program: string;
  readonly openPlace: OpenPlace;
  readonly profiling: Profiling;
  readonly isQuick: boolean;
}

/** A bench for one program. */
export interface ProgramBench extends Bench {
  close(): Promise<void>;
}

export function createBench(benchOptions: BenchOptions): ProgramBench {
  const { claude, program, openPlace, profiling, isQuick } = benchOptions;
  const directory = temporaryDirectory();
  for (let at = 0; at < 10; at++) writeFileSync(join(directory, `notes-${at}.txt`), `note ${at}\n`);
  const answerLog = join(temporaryDirectory(), "answers");
  const standing = new Map<StageName, Promise<Stage>>();
  const open: Bench["openStage"] = (options, place) =>
    openStage(
      openPlace,
      { program, claudePath: claude.path, directory, environment: claude.environment, profiling, ...options },
      place,
    );
  const options: Readonly<Record<StageName, Pick<DaemonOptions, "claudePath" | "settings">>> = {
    // Long enough for a cold start on a busy machine, short enough to wait for.
    talking: { claudePath: claude.path, settings: { SESSION_TIMEOUT_MS: "3000" } },
    prewarmed: { claudePath: claude.path, settings: { PREWARM: "1" } },
    steered: { claudePath: teeWrapper(claude.path, answerLog) },
  };
  return {
    claude,
    program,
    ask: claude.ask,
    directory,
    answerLog,
    isQuick,
    openPlace,
    openStage: open,
    stage(name) {
      const stage = standing.get(name) ?? open({ name, ...options[name] });
      standing.set(name, stage);
      return stage;
    },
    async close() {
      await Promise.all([...standing.values()].map(async (stage) => (await stage).close()));
    },
  };
}
