// npm run test:faults: reads the options, runs the campaign, and says in its last line what came of it.

import { parseArgs } from "node:util";
import { lastLine, runCampaign } from "./campaign.ts";
import { KINDS, type Kind } from "./kinds.ts";
import { DAEMON, FAKE_CLAUDE, FAST, realClaude, UNHURRIED } from "./programs.ts";

const USAGE = `npm run test:faults -- [options]
  --rounds 200        how many
  --seed 7            the same again, as far as time allows; one is made up and printed if left out
  --claude fake|real  a fast stand-in for the CLI (default), or the real CLI; both with a scripted model
  --lanes 4           how many rounds are played side by side
  --only "<fault>"    this fault in every round: ${Object.keys(KINDS).join(", ")}
  --daemon <script>   another build of the daemon`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string" },
    seed: { type: "string" },
    claude: { type: "string", default: "fake" },
    lanes: { type: "string" },
    only: { type: "string" },
    daemon: { type: "string", default: DAEMON },
    help: { type: "boolean", default: false },
  },
});

const isReal = values.claude === "real";
const seed = whole(values.seed, Math.floor(Math.random() * 1_000_000));
const rounds = whole(values.rounds, isReal ? 20 : 200);
const isKnown = values.only === undefined || values.only in KINDS;
if (values.help || !isKnown || !["fake", "real"].includes(values.claude) || Number.isNaN(seed + rounds)) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

// So that the daemons end with it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(130));
}
console.log(`${rounds} rounds, seed ${seed}, with the ${values.claude} claude`);
const tally = await runCampaign({
  programs: { daemon: values.daemon, claude: isReal ? realClaude() : FAKE_CLAUDE },
  rounds,
  seed,
  lanes: whole(values.lanes, isReal ? 2 : 4),
  pace: isReal ? UNHURRIED : FAST,
  only: values.only as Kind | undefined,
  print: console.log,
});
const { messages, decisions, goings } = tally.deeds;
console.log(`${messages} messages, ${decisions} decisions about cards, ${goings} times 🔄`);
console.log(lastLine(tally, seed));
process.exit(tally.files.length === 0 ? 0 : 1);

function whole(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
