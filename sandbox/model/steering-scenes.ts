// The scenes that give people something to steer: tests that may run by a rule, and a watch in the background.

import { troubleIn } from "./guided-steps.ts";
import type { Scene, Step, StepContext } from "./scene.ts";

const bash = (command: string, description: string, more: object = {}) => ({
  name: "Bash",
  input: { command, description, ...more },
});

/** "run npm test twice": of such commands Claude Code offers a rule (2.1). */
export const twiceScene: Scene = {
  name: "guided twice",
  matches: (text) => /\btests?\b.*\btwice\b/i.test(text),
  play({ step, calls }: StepContext): Step {
    const refused = calls.find(({ isError, result }) => isError && !/\bfail\b/.test(result ?? ""));
    if (refused !== undefined) return { text: troubleIn([refused]) ?? "" };
    if (step === 0) return { text: "All of them first.", tools: [bash("npm test", "Run the tests")] };
    if (step === 1) {
      const command = "npm test -- --test-name-pattern=total";
      return { text: "And once more, only those of the total.", tools: [bash(command, "Run some again")] };
    }
    return { text: "Both runs are done. `!rules` in this thread tells what runs unasked by now." };
  },
};

const WATCH =
  "for round in 1 2 3 4 5 6; do node --test 2>&1 | grep -E '(pass|fail) [0-9]' | tr '\\n' ' '; echo; sleep 10; done";

/** "watch the tests in the background". */
export const watchScene: Scene = {
  name: "guided watch",
  matches: (text) => /\bwatch\b.*\bbackground\b/i.test(text),
  play({ step, calls }: StepContext): Step {
    const trouble = troubleIn(calls);
    if (trouble !== undefined) return { text: trouble };
    if (step === 0) {
      const tools = [bash(WATCH, "Watch the tests for a minute", { run_in_background: true })];
      return { text: "I'll look every ten seconds, for a minute.", tools };
    }
    return step === 1
      ? { text: "It runs beside us. `!tasks` lists it; 🛑 on its post, or `!tasks stop 1`, ends it." }
      : { text: "The minute is over." };
  },
};
