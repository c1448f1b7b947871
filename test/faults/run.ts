// npm run test:faults: reads the options, runs the campaign, in several processes if wanted, and says in its last line
// what came of it.

import { fork } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { useOwnTemporaryDirectory } from "../support/temporary.ts";
import { lastLine, runCampaign, sumOf, type Tally } from "./campaign.ts";
import { KINDS, type Kind, OVER_SSH } from "./kinds.ts";
import { DAEMON, DISK, FAKE_CLAUDE, FAST, realClaude, UNHURRIED } from "./programs.ts";

const USAGE = `npm run test:faults -- [options]
  --rounds 200        how many
  --seed 7            the same again, as far as time allows; one is made up and printed if left out
  --claude fake|real  a fast stand-in for the CLI (default), or the real CLI; both with a scripted model
  --over ssh          the projects are behind a real sshd on loopback, which is cut and taken away
  --lanes 4           how many rounds are played side by side: part of what a seed means
  --jobs 1            over how many processes the lanes are spread
  --only "<kind>"     this kind of trouble in every round; or one of several, with a comma between them.
                      ${Object.keys(KINDS).join(", ")}
  --not "<kind>"      none of these
  --daemon <script>   another build of the daemon
  --stories <folder>  where the stories of the rounds that went wrong are written`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string" },
    seed: { type: "string" },
    claude: { type: "string", default: "fake" },
    over: { type: "string" },
    lanes: { type: "string" },
    jobs: { type: "string" },
    /** Of ours: which part of the lanes this process plays, as "0/2". */
    part: { type: "string" },
    only: { type: "string" },
    not: { type: "string" },
    /** Where the stories of rounds that went wrong outlast the campaign. */
    stories: { type: "string", default: tmpdir() },
    daemon: { type: "string", default: DAEMON },
    help: { type: "boolean", default: false },
  },
});

useOwnTemporaryDirectory();
const isReal = values.claude === "real";
const isOverSsh = values.over === "ssh";
const seed = whole(values.seed, Math.floor(Math.random() * 1_000_000));
const rounds = whole(values.rounds, isReal ? 20 : 200);
const lanes = whole(values.lanes, isReal ? 2 : 4);
const jobs = whole(values.jobs, 1);
const only = kindsIn(values.only ?? "");
const not = kindsIn(values.not ?? "");
const [part = 0, parts = 1] = (values.part ?? "0/1").split("/").map(Number);
const isUnderstood =
  only !== undefined &&
  not !== undefined &&
  ["fake", "real"].includes(values.claude) &&
  ["ssh", undefined].includes(values.over) &&
  !Number.isNaN(seed + rounds + lanes + jobs);
if (values.help || !isUnderstood) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

// So that the daemons end with it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(130));
}
if (process.send) {
  // A job whose campaign is gone has nobody to play for.
  process.once("disconnect", () => process.exit(130));
  const played = await play();
  process.send(played, () => process.exit(0));
  await new Promise(() => {});
}

console.log(`${rounds} rounds, seed ${seed}, ${lanes} lanes, with the ${values.claude} claude`);
const began = performance.now();
const tally =
  jobs > 1 ? sumOf(await Promise.all(Array.from({ length: jobs }, (_, at) => job(at)))) : await play();
const { messages, decisions, goings } = tally.deeds;
const seconds = (performance.now() - began) / 1000;
console.log(
  `${messages} messages, ${decisions} decisions about cards, ${goings} times 🔄; ` +
    `${seconds.toFixed(0)} s, ${(seconds / Math.max(1, tally.rounds)).toFixed(2)} s a round`,
);
console.log(lastLine(tally, seed));
process.exit(tally.files.length === 0 ? 0 : 1);

function play(): Promise<Tally> {
  return runCampaign({
    programs: {
      daemon: values.daemon,
      claude: isReal ? realClaude() : FAKE_CLAUDE,
      disk: DISK,
      isOverSsh: isOverSsh,
    },
    rounds,
    seed,
    lanes,
    job: { number: part, of: parts },
    pace: isReal || isOverSsh ? UNHURRIED : FAST,
    choice: { only: only ?? [], not: [...(not ?? []), ...(isOverSsh ? [] : OVER_SSH)] },
    stories: values.stories,
    print: console.log,
  });
}

/** The same campaign in another process, which plays its part of the lanes. */
function job(at: number): Promise<Tally> {
  const args = [
    ...process.argv.slice(2),
    "--seed",
    String(seed),
    "--part",
    `${at}/${jobs}`,
    "--stories",
    values.stories,
  ];
  const child = fork(fileURLToPath(import.meta.url), args);
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as Tally));
    child.once("exit", (code) => reject(new Error(`A job ended with ${code} before it was done`)));
  });
}

function kindsIn(list: string): Kind[] | undefined {
  const names = list.split(",").map((name) => name.trim());
  const kinds = names.filter((name) => name !== "");
  return kinds.every((name) => name in KINDS) ? (kinds as Kind[]) : undefined;
}

function whole(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
