// The guided scene that plans: a bug that no test finds is read, planned, mended with a diff once somebody agrees, and
// tested. A plan that isn't agreed to comes back with the wishes in it.

import { edit, isGreen, made, read, runTests, testRuns, troubleIn } from "./guided-steps.ts";
import { FORMAT_BUG, FORMAT_TEST } from "./project.ts";
import type { Step, StepContext } from "./scene.ts";

const MOST_PLANS = 4;

export function playPlan(context: StepContext): Step {
  const { calls, directory } = context;
  const trouble = troubleIn(calls.filter((call) => call.name !== "ExitPlanMode"));
  if (trouble !== undefined) return { text: trouble };
  if (!made(calls, "Read")) {
    return {
      text: "Before I plan anything I read the code, and what its tests expect.",
      tools: [read(`${directory}/src/format.js`), read(`${directory}/test/format.test.js`)],
    };
  }
  if (calls[0]?.result?.includes("padStart")) {
    return { text: "The improvement I would have planned has been made already: prices keep their zeros." };
  }
  const isAgreed = calls.some((call) => call.name === "ExitPlanMode" && !call.isError);
  return isAgreed ? build(context) : plan(context);
}

/** Since 2.0 plan mode is entered, and the plan is a file that ExitPlanMode presents. */
function plan({ calls, toolNames, planFile }: StepContext): Step {
  if (toolNames.includes("EnterPlanMode") && !made(calls, "EnterPlanMode")) {
    return {
      text: "`formatPrice` has a bug that no test finds. That deserves a plan.",
      tools: [{ name: "EnterPlanMode", input: {} }],
    };
  }
  const last = calls.at(-1);
  if (last?.name === "Write") return { tools: [{ name: "ExitPlanMode", input: {} }] };
  const refusals = calls.filter((call) => call.name === "ExitPlanMode");
  if (refusals.length >= MOST_PLANS)
    return { text: "We don't seem to agree today. I leave everything as it is." };
  const text = planText(refusals.at(-1)?.result);
  return {
    ...(refusals.length > 0 && { text: "I see. Here is the plan with that in it." }),
    tools: [
      planFile === undefined
        ? { name: "ExitPlanMode", input: { plan: text } }
        : { name: "Write", input: { file_path: planFile, content: text } },
    ],
  };
}

function planText(wish: string | undefined): string {
  return `# Prices keep their zeros

\`formatPrice(1205)\` gives \`12.5 €\`: the cents are written without their leading zero. The tests only try \`1299\`.

1. **Mend** \`src/format.js\`: pad the cents to two digits
2. **Test** a price below ten cents in \`test/format.test.js\`
3. **Run** that test

| File | Change |
|:--|:--|
| \`src/format.js\` | 1 line becomes 2 |
| \`test/format.test.js\` | 1 line more |
${wish === undefined ? "" : `\nAnd as you wished:\n\n> ${wish.replaceAll("\n", "\n> ")}\n`}`;
}

function build({ calls, directory }: StepContext): Step {
  const edits = calls.filter((call) => call.name === "Edit").length;
  if (edits === 0)
    return { text: "Agreed, I build it.", tools: [edit(`${directory}/src/format.js`, FORMAT_BUG)] };
  if (edits === 1) return { tools: [edit(`${directory}/test/format.test.js`, FORMAT_TEST)] };
  const run = testRuns(calls).at(-1);
  if (run === undefined) return { tools: [runTests("Run the price tests", "test/format.test.js")] };
  return {
    text: isGreen(run)
      ? "Done as planned: **1205 cents are `12.05 €`** now, and a test says so."
      : "The test doesn't pass yet. I stop here and leave it to you.",
  };
}
