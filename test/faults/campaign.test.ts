import { expect, test } from "vitest";
import { canSeeProcesses } from "../support/processes.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { lastLine, runCampaign } from "./campaign.ts";
import { OVER_SSH } from "./kinds.ts";
import { DAEMON, DISK, FAKE_CLAUDE, FAST } from "./programs.ts";

const SEED = 7;

test.runIf(canSeeProcesses)("nothing is lost, doubled, stuck or silent, whatever dies or fails", async () => {
  const complaints: string[] = [];
  const tally = await runCampaign({
    programs: { daemon: DAEMON, claude: FAKE_CLAUDE, disk: DISK },
    rounds: 6,
    seed: SEED,
    lanes: 4,
    pace: FAST,
    choice: { not: OVER_SSH },
    stories: temporaryDirectory(),
    print: (line) => complaints.push(line),
  });
  expect(complaints).toEqual([]);
  expect(lastLine(tally, SEED)).toMatch(/^6 rounds \(seed 7\); .*; lost 0, doubled 0, stuck 0, silent 0$/);
});
