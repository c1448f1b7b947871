// The bench: starts everything it needs, runs every case several times in turn, prints and writes the figures, and
// ends what it started. Asserts nothing about speed.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startScriptedModel } from "../src/sandbox/model/server.ts";
import type { Case, Setting } from "./cases/case.ts";
import { memory, starting } from "./cases/daemon.ts";
import { bare, decision, dropping, stopping } from "./cases/steering.ts";
import { alone, talking } from "./cases/talking.ts";
import { traffic } from "./cases/traffic.ts";
import type { MetricId, Note } from "./metrics.ts";
import { cleanUp, FAKE_CLAUDE, ROOT, realClaude, teeWrapper, temporaryDirectory } from "./programs.ts";
import { figures, type Machine, markdown, textTable } from "./report.ts";
import { scene } from "./scenes.ts";
import { startStage } from "./stage.ts";

const USAGE = `npm run bench -- [options]
  --claude scripted|fake  the real CLI with a scripted model (default), or a fast stand-in for the CLI
  --quick                 two rounds instead of twelve; writes no files`;

/** The order within a round. */
const CASES: readonly Case[] = [
  bare,
  alone,
  talking,
  decision,
  stopping,
  dropping,
  traffic,
  memory,
  starting,
];

const METHOD = [
  "Server, model and clock live in one process; the daemon (`dist`) is a child process as in production, and Claude is its child. All on loopback.",
  "The model is scripted: asked, it sends its first token at once and then one each 20 ms, 43 in all. So Claude's time to first token is the CLI's own.",
  "A time ends when the server holds the post or the edit, not when a client has drawn it. It begins when the server gets the message.",
  "The cases run one after the other in rounds, so that what else the machine does falls on all of them alike.",
  "**limit** is the same with nothing between: a bot of 40 lines, the CLI alone with the same arguments, an empty Node. **ratio** is the median by it.",
  "Traffic is counted at the server's sockets, HTTP headers included, the WebSocket's not.",
  "The daemon's memory is its own resident set, children not included, with the fake CLI.",
  "p95 is the nearest rank: with few runs it is the slowest.",
];

const FAILURES_BORNE = 3;
/** Whatever hangs, it ends. */
const END_AFTER_MS = 20 * 60_000;

interface Options {
  readonly quick: boolean;
  readonly claude: "fake" | "scripted";
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        claude: { type: "string", default: "scripted" },
      },
    });
    const { quick, claude } = values;
    return claude === "fake" || claude === "scripted" ? { quick, claude } : undefined;
  } catch {
    return undefined;
  }
}

async function measure({ quick, claude }: Options): Promise<void> {
  const claudePath = claude === "fake" ? FAKE_CLAUDE : realClaude();
  const rounds = quick ? 2 : 12;
  const model = await startScriptedModel({ scenes: [scene] });
  const directory = temporaryDirectory();
  for (let at = 0; at < 10; at++) writeFileSync(join(directory, `notes-${at}.txt`), `note ${at}\n`);
  const answerLog = join(temporaryDirectory(), "answers");
  const common = { modelUrl: model.url, directory };
  const setting: Setting = {
    ...common,
    claudePath,
    answerLog,
    // Long enough for a cold start on a busy machine, short enough to wait for.
    talking: await startStage({ ...common, claudePath, settings: { SESSION_TIMEOUT_MS: "3000" } }),
    steered: await startStage({ ...common, claudePath: teeWrapper(claudePath, answerLog) }),
  };

  const samples = new Map<MetricId, number[]>();
  const failures: string[] = [];
  let isWarmUp = true;
  const note: Note = (id, value) => {
    if (!isWarmUp) samples.set(id, [...(samples.get(id) ?? []), value]);
  };
  // Not counted: code is compiled, and files come into the cache.
  for (const one of [bare, alone]) await one.run(setting, note);
  isWarmUp = false;
  for (let round = 0; round < rounds; round++) {
    for (const one of CASES.filter(({ every }) => round % every === 0)) {
      process.stderr.write(`\rround ${round + 1} of ${rounds}: ${one.name.padEnd(20)}`);
      try {
        await one.run(setting, note);
      } catch (error) {
        // One that fails on a busy machine leaves the others' figures good.
        failures.push(`${one.name}, round ${round + 1}: ${error instanceof Error ? error.message : error}`);
        if (failures.length >= FAILURES_BORNE) throw new Error(failures.join("\n"), { cause: error });
      }
    }
  }
  process.stderr.write(`\r${" ".repeat(50)}\r`);
  await Promise.all([setting.talking.close(), setting.steered.close()]);
  await model.close();

  const machine = describeMachine(claudePath, claude);
  const all = figures(samples);
  console.log(textTable(all));
  if (failures.length > 0) {
    console.error(`\nFailed, and so not in the figures:\n${failures.join("\n")}`);
    process.exitCode = 1;
  }
  if (quick) return;
  const folder = join(ROOT, "bench");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "results.json"),
    `${JSON.stringify({ machine, rounds, figures: all }, null, 2)}\n`,
  );
  writeFileSync(join(folder, "RESULTS.md"), markdown(machine, rounds, METHOD, all));
  console.log("\nWritten: bench/results.json, bench/RESULTS.md");
}

function describeMachine(claudePath: string, claude: string): Machine {
  const version = execFileSync(claudePath, ["--version"], { encoding: "utf8" }).trim();
  return {
    date: new Date().toISOString().slice(0, 10),
    platform: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    claude: claude === "fake" ? "(a stand-in)" : version.replace(/ .*/, ""),
    loadAverage: loadavg()
      .map((load) => load.toFixed(1))
      .join(", "),
  };
}

const options = readOptions();
if (options === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const end = new AbortController();
  const endsEarly = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error("The bench took too long.")), END_AFTER_MS);
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
