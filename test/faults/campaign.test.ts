import { expect, test } from "vitest";
import { canSeeProcesses } from "../support/processes.ts";
import { lastLine, runCampaign } from "./campaign.ts";
import { DAEMON, FAKE_CLAUDE, FAST } from "./programs.ts";

const SEED = 7;

test.runIf(canSeeProcesses)("nothing is lost and nothing is doubled, whatever dies or fails", async () => {
  const complaints: string[] = [];
  const tally = await runCampaign({
    programs: { daemon: DAEMON, claude: FAKE_CLAUDE },
    rounds: 20,
    seed: SEED,
    lanes: 4,
    pace: FAST,
    print: (line) => complaints.push(line),
  });
  expect(complaints).toEqual([]);
  expect(lastLine(tally, SEED)).toMatch(/^20 rounds \(seed 7\); .*; lost 0, doubled 0$/);
});
