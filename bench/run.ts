// The bench: starts everything it needs, runs every case several times in turn, prints and writes the figures, and
// ends what it started. Asserts nothing about speed.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { useOwnTemporaryDirectory } from "../test/support/temporary.ts";
import type { Case } from "./cases/case.ts";
import { outage, spread, startingMany } from "./cases/channels.ts";
import { far } from "./cases/far.ts";
import { alone, bare } from "./cases/limits.ts";
import { saving } from "./cases/saving.ts";
import { bareScale, limited, scale } from "./cases/scale.ts";
import { size, starting } from "./cases/starting.ts";
import { decision, dropping, stopping } from "./cases/steering.ts";
import { traffic } from "./cases/traffic.ts";
import { tenSeconds, words } from "./cases/words.ts";
import { claudeOf } from "./claudes.ts";
import { givenPlaces } from "./given-place.ts";
import { methodOf } from "./method.ts";
import type { MetricId, Note } from "./metrics/table.ts";
import { startModel } from "./model.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { openOwnPlace } from "./own-place.ts";
import { cleanUp, programIn, ROOT } from "./programs.ts";
import { figures, type Machine, markdown, type Samples, textTable } from "./report.ts";
import { createBench, type ProgramBench } from "./stages.ts";

/** The order within a round. */
const CASES: readonly Case[] = [
  bare,
  alone,
  words,
  tenSeconds,
  far,
  decision,
  stopping,
  dropping,
  traffic,
  starting,
  saving,
  size,
  bareScale,
  scale,
  limited,
  startingMany,
  spread,
  outage,
];

const ROUNDS = { quick: 2, real: 3, all: 12 } as const;
const FAILURES_BORNE = 3;
/** Whatever hangs, it ends; for each version that is measured. */
const END_AFTER_MS = 40 * 60_000;

async function measure(options: Options): Promise<void> {
  const { isQuick, only, server, profiling, before } = options;
  const model = await startModel();
  const claude = claudeOf(options.claude, model.url);
  const openPlace = server ? await givenPlaces(server.url, server.tokens) : openOwnPlace;
  const benches = [ROOT, ...(before === undefined ? [] : [before])].map((root) =>
    createBench({ claude, program: programIn(root), openPlace, profiling, isQuick }),
  );
  const has = { inside: server === undefined, script: claude.isScripted };
  const wanted = CASES.filter(({ name }) => only.length === 0 || only.includes(name));
  const cases = wanted.filter(({ needs = [] }) => needs.every((need) => has[need]));
  const leftOut = wanted
    .filter((one) => !cases.includes(one))
    .map(({ name, needs = [] }) => `${name} (needs ${needs.map((need) => NEEDS[need]).join(" and ")})`);
  const usual = isQuick ? ROUNDS.quick : claude.isScripted ? ROUNDS.all : ROUNDS.real;
  const rounds = options.rounds ?? usual;

  const { samples, failures } = await play(benches, cases, rounds);
  await Promise.all(benches.map((bench) => bench.close()));
  await model.close();

  const machine = describeMachine(claude.path, options);
  const all = figures(...samples);
  console.log(textTable(all));
  if (leftOut.length > 0) console.log(`\nLeft out: ${leftOut.join("; ")}`);
  if (failures.length > 0) {
    console.error(`\nFailed, and so not in the figures:\n${failures.join("\n")}`);
    process.exitCode = 1;
  }
  const beside =
    before === undefined ? [] : ["**before** is the median of another version, measured in the same rounds."];
  const folder = options.out ?? (isTheUsual(options) ? join(ROOT, "bench") : undefined);
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "results.json"),
    `${JSON.stringify({ machine, rounds, figures: all }, null, 2)}\n`,
  );
  writeFileSync(
    join(folder, "RESULTS.md"),
    markdown(machine, rounds, [...methodOf(options.claude, server !== undefined), ...beside], all, leftOut),
  );
  console.log(`\nWritten: ${join(folder, "results.json")}, ${join(folder, "RESULTS.md")}`);
}

/** What the repository's own figures are: all of them, and disturbed by nothing. */
function isTheUsual({ isQuick, rounds, only, claude, server, profiling, before }: Options): boolean {
  const isProfiled = profiling.cpu !== undefined || profiling.heap !== undefined;
  const isOurs = server === undefined && before === undefined;
  return (
    !isQuick && rounds === undefined && only.length === 0 && claude === "scripted" && isOurs && !isProfiled
  );
}

const NEEDS = { inside: "the sandbox's inside", script: "a model that follows a script" } as const;

interface Played {
  /** Of each program. */
  readonly samples: readonly Samples[];
  readonly failures: readonly string[];
}

async function play(
  benches: readonly ProgramBench[],
  cases: readonly Case[],
  rounds: number,
): Promise<Played> {
  const played = benches.map((bench) => ({ bench, samples: new Map<MetricId, number[]>() }));
  const failures: string[] = [];
  // Not counted: code is compiled, and files come into the cache.
  for (const one of cases.filter((each) => each === bare || each === alone)) {
    for (const bench of benches.slice(0, 1)) await one.run(bench, () => {});
  }
  for (let round = 0; round < rounds; round++) {
    for (const [one, { bench, samples }] of turnsOf(round, cases, played)) {
      const note: Note = (id, value) => {
        if (!Number.isNaN(value)) samples.set(id, [...(samples.get(id) ?? []), value]);
      };
      process.stderr.write(`\rround ${round + 1} of ${rounds}: ${one.name.padEnd(20)}`);
      try {
        await one.run(bench, note);
      } catch (error) {
        // One that fails on a busy machine leaves the others' figures good.
        failures.push(`${one.name}, round ${round + 1}: ${error instanceof Error ? error.message : error}`);
        if (failures.length >= FAILURES_BORNE) throw new Error(failures.join("\n"), { cause: error });
      }
    }
  }
  process.stderr.write(`\r${" ".repeat(50)}\r`);
  return { samples: played.map(({ samples }) => samples), failures };
}

/** The programs take turns, so that what else the machine does falls on all of them alike. */
function turnsOf<Played>(
  round: number,
  cases: readonly Case[],
  played: readonly Played[],
): (readonly [Case, Played])[] {
  return cases
    .filter(({ every }) => round % every === 0)
    .flatMap((one) => played.slice(0, one.isOnce ? 1 : undefined).map((each) => [one, each] as const));
}

function describeMachine(claudePath: string, { claude, server }: Options): Machine {
  const version = execFileSync(claudePath, ["--version"], { encoding: "utf8" }).trim();
  return {
    date: new Date().toISOString().slice(0, 10),
    platform: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    claude: claude === "fake" ? "(a stand-in)" : version.replace(/ .*/, ""),
    server: server ? "given" : "the sandbox",
    loadAverage: loadavg()
      .map((load) => load.toFixed(1))
      .join(", "),
  };
}

useOwnTemporaryDirectory();
const options = readOptions(CASES.map(({ name }) => name));
if (options === undefined) {
  console.error(`${USAGE}\n\nCases: ${CASES.map(({ name }) => name).join(", ")}`);
  process.exitCode = 2;
} else {
  const end = new AbortController();
  const mostMs = options.before === undefined ? END_AFTER_MS : 2 * END_AFTER_MS;
  const endsEarly = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error("The bench took too long.")), mostMs);
    end.signal.addEventListener("abort", () => clearTimeout(timer));
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => reject(new Error(signal)));
  });
  try {
    await Promise.race([measure(options), endsEarly]);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    end.abort();
    await cleanUp();
  }
  process.exit();
}
