// What people do most, with Claude behind a real sshd: the scenarios are the same, and so is the thread.

import { describe, expect, onTestFinished, test } from "vitest";
import { isWholeMatrix } from "../support/generations.ts";
import { processesIn } from "../support/processes.ts";
import { claudeHome, realClaudes } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { isPlayedOverSsh } from "../support/scenarios/over-ssh.ts";
import { playScenario } from "../support/scenarios/run.ts";
import { sharedModel } from "../support/shared-model.ts";
import { hasSshServer, startSshServer } from "../support/ssh-server.ts";

const model = sharedModel();

/** The one shows lines of the file around an edit, the other looks before each message for who writes besides: only here. */
const NOT_THERE = ["edit", "handover"];

describe.skipIf(!hasSshServer)("over ssh", () => {
  const [newest] = realClaudes().slice(-1);
  // The whole matrix plays all that there is.
  const core = scenarios.filter(
    (scenario) =>
      isPlayedOverSsh(scenario) || (isWholeMatrix && !scenario.hasPlan && !NOT_THERE.includes(scenario.name)),
  );
  test.each(core.map((scenario) => [scenario.name, scenario.title, scenario] as const))(
    "%s: %s",
    async (_name, _title, scenario) => {
      const { directory, environment } = claudeHome(model.url);
      const server = await startSshServer(environment);
      onTestFinished(() => server.stop());
      // Once mm-claude has stopped, which happens before.
      onTestFinished(() => expect(processesIn(directory)).toEqual([]));
      const thread = await playScenario(scenario, {
        claudePath: newest?.path ?? "",
        environment,
        directory,
        runner: server.runner,
      });
      expect(thread).toContain("@claude-code");
    },
  );
});
