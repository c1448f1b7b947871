// The scenes of the sandbox and of the tests, each asked for by "RUN name".
// They adapt to the tools on offer, because those differ between versions of the CLI.

import { longText } from "./long-text.ts";
import { type Call, runScene, type Scene, type Step, type StepContext, type ToolUse } from "./scene.ts";

export const scenes: readonly Scene[] = [
  runScene("hello", () => ({ text: "Hello! I am a scripted model." })),

  runScene("echo", ({ userText, imageTypes }) => ({
    text: [userText, ...imageTypes.map((type, at) => `image ${at + 1}: ${type}`)].join("\n"),
  })),

  runScene("bash", ({ step, calls }) =>
    step === 0
      ? { text: "Let me run a command.", tools: [bash("echo hi > out.txt && cat out.txt", "Write a file")] }
      : { text: outcome(calls, "Done: the command ran.") },
  ),

  // Claude offers a rule for it (2.1.330: `npm test *`).
  runScene("tests", ({ step, calls }) =>
    step === 0
      ? { tools: [bash("npm test", "Run the tests")] }
      : { text: outcome(calls, "The tests have passed.") },
  ),

  runScene("bash-two", ({ step, calls }) =>
    step === 0
      ? {
          text: "Two at once.",
          tools: [
            bash("echo one > one.txt && cat one.txt", "First"),
            bash("echo two > two.txt && cat two.txt", "Second"),
          ],
        }
      : { text: `${calls.filter((call) => !call.isError).length} of ${calls.length} commands ran.` },
  ),

  // Waits for somebody to make the file "go", so that something can happen in the middle of a turn.
  runScene("gate", ({ step, calls }) => {
    if (step === 0)
      return { tools: [bash("touch waiting; until [ -f go ]; do sleep 0.05; done; echo open", "Wait")] };
    if (step === 1) return { tools: [bash("echo through > through.txt && cat through.txt", "Go through")] };
    return { text: outcome(calls, "The gate is behind us.") };
  }),

  // Since 2.1 the end of the command begins a turn of its own.
  runScene("background", (context) => runInBackground(context, "sleep 2; echo over")),
  // Waits as the scene "gate" does, and asks first because it writes.
  runScene("background-gate", (context) =>
    runInBackground(context, "touch waiting; until [ -f go ]; do sleep 0.05; done; echo over"),
  ),

  runScene("read", ({ step, calls, directory }) =>
    step === 0
      ? { tools: [{ name: "Read", input: { file_path: `${directory}/notes.txt` } }] }
      : { text: outcome(calls, "I have read the notes.") },
  ),

  // Several tools, one of which fails, and one that is asked about.
  runScene("errand", ({ step, calls, directory }) => {
    const read = (name: string): ToolUse => ({ name: "Read", input: { file_path: `${directory}/${name}` } });
    if (step === 0) return { text: "I look around.", tools: [read("notes.txt")] };
    if (step === 1) return { tools: [read("nowhere.txt")] };
    if (step === 2) return { tools: [bash("echo hi > out.txt && cat out.txt", "Write a file")] };
    return { text: outcome(calls.slice(-1), "The errand is done.") };
  }),

  runScene("write", ({ step, calls, directory }) =>
    step === 0
      ? { tools: [write(`${directory}/poem.txt`, numbered(10))] }
      : { text: outcome(calls, "The poem is written.") },
  ),

  runScene("edit", ({ calls, directory }) => {
    const file = `${directory}/notes.txt`;
    const failed = calls.find((call) => call.isError && call.name !== "Read");
    if (failed !== undefined) return { text: outcome([failed], "") };
    if (!made(calls, "Read")) return { tools: [{ name: "Read", input: { file_path: file } }] };
    const isThere = calls.some((call) => call.name !== "Edit" && !call.isError);
    if (!isThere) return { tools: [write(file, "one\ntwo\nthree\n")] };
    if (!made(calls, "Edit")) {
      return { tools: [{ name: "Edit", input: { file_path: file, old_string: "two", new_string: "TWO" } }] };
    }
    return { text: "Edited the notes." };
  }),

  runScene("grep", ({ step, calls, toolNames, directory }) => {
    if (step > 0) return { text: outcome(calls, "Found it.") };
    // 2.1 searches with the shell's own grep.
    return toolNames.includes("Grep")
      ? { tools: [{ name: "Grep", input: { pattern: "two", path: directory, output_mode: "content" } }] }
      : { tools: [bash("grep -rn two .", "Search for two")] };
  }),

  // One command that runs unasked and one that is asked about; both give more than a line can say.
  runScene("lines", ({ step, calls }) => {
    if (step === 0) return { tools: [bash("grep -n line lines.txt", "Look through the lines")] };
    if (step === 1) return { tools: [bash("cat lines.txt | tee copy.txt", "Copy the lines")] };
    return { text: outcome(calls, "The lines are copied.") };
  }),

  runScene("plan", (context) => playPlan(context)),
  // Longer than anybody wants to read in posts.
  runScene("plan-long", (context) => playPlan(context, longSteps(300))),
  runScene("plan-empty", playEmptyPlan),

  runScene("question", ({ step, calls }) =>
    step === 0
      ? { text: "I need to know more.", tools: [{ name: "AskUserQuestion", input: { questions } }] }
      : { text: `You answered: ${calls.at(-1)?.result ?? "nothing"}` },
  ),

  runScene("todo", playTodo),

  // What it was told with the system prompt, which nobody else sees.
  runScene("notes", ({ notes }) => ({
    text:
      notes.length === 0
        ? "I was given no notes."
        : ["I was given these notes:", "", "```json", ...notes, "```"].join("\n"),
  })),

  runScene("agent", (context) => sendAgent(context, { run_in_background: false })),
  // 2.1.330 sends subagents to the background unless told otherwise, and reports in a turn of its own.
  runScene("agent-background", (context) => sendAgent(context, {})),
  // What the subagent of the scene before does: none of it belongs into the thread.
  runScene("looking", ({ step, directory }) =>
    step === 0
      ? { text: "Looking inside.", tools: [{ name: "Read", input: { file_path: `${directory}/notes.txt` } }] }
      : { text: "I looked around." },
  ),

  runScene("long", () => ({ text: longText(60_000) })),
  runScene("long-unbroken", () => ({ text: longText(60_000).replace(/\n{2,}/g, "\n") })),
  runScene("slow", () => ({ text: words(200), tokenDelayMs: 50 })),
  runScene("error", () => ({ error: overloaded })),
  runScene("retry", ({ attempt }) => (attempt === 0 ? { error: overloaded } : { text: "Here I am again." })),
  runScene("thinking", () => ({
    thinking: "First this, then that. It adds up.",
    text: "I have thought about it.",
  })),
  runScene("costly", () => ({ text: "That was a lot to read.", tokens: { input: 100_000, output: 20_000 } })),
  // Before the scene it follows: both texts may stand in what was said last.
  {
    name: "after-the-limit",
    matches: (text) => text.includes("The usage limit was reset."),
    play: () => ({ text: "Here I am again, and go on." }),
  },
  runScene("plan-limit", () => ({ error: planLimit(Math.ceil(Date.now() / 1000) + 2) })),
  runScene("slash", () => ({ text: "The slash command reached the model." })),
];

function sendAgent({ step, calls, toolNames }: StepContext, extra: ToolUse["input"]): Step {
  if (step > 0) return { text: outcome(calls, "The subagent is back.") };
  const name = toolNames.includes("Agent") ? "Agent" : "Task";
  const input = {
    description: "Look around",
    prompt: "RUN looking",
    subagent_type: "general-purpose",
    ...extra,
  };
  return { text: "I send somebody.", tools: [{ name, input }] };
}

function runInBackground({ step, calls }: StepContext, command: string): Step {
  if (step === 0) {
    const { name, input } = bash(command, "Wait in the background");
    return {
      text: "This may take a while.",
      tools: [{ name, input: { ...input, run_in_background: true } }],
    };
  }
  return {
    text: step === 1 ? outcome(calls, "It runs in the background.") : "The background command has ended.",
  };
}

const overloaded = {
  status: 529,
  body: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
};

/** As the API refuses an account whose plan is used up; `reset` in seconds since the epoch. */
const planLimit = (reset: number) => ({
  status: 429,
  headers: {
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-reset": String(reset),
    "anthropic-ratelimit-unified-representative-claim": "five_hour",
  },
  body: { type: "error", error: { type: "rate_limit_error", message: "Over the limit" } },
});

const questions = [
  {
    question: "Which color?",
    header: "Color",
    multiSelect: false,
    options: [
      { label: "Red", description: "warm" },
      { label: "Blue", description: "cold" },
    ],
  },
  {
    question: "Which sizes?",
    header: "Sizes",
    multiSelect: true,
    options: [
      { label: "S", description: "small" },
      { label: "M", description: "medium" },
      { label: "L", description: "large" },
    ],
  },
];

/** Presents plans until one is approved, then builds. Since 2.0 a plan is a file that ExitPlanMode presents. */
function playPlan({ calls, toolNames, planFile }: StepContext, more = ""): Step {
  const built = calls.find((call) => call.name === "Bash");
  if (built !== undefined) return { text: outcome([built], "Built as planned.") };
  if (toolNames.includes("EnterPlanMode") && !made(calls, "EnterPlanMode")) {
    return { text: "I make a plan.", tools: [{ name: "EnterPlanMode", input: {} }] };
  }
  const last = calls.at(-1);
  if (last?.name === "EnterPlanMode" && last.isError) return { text: outcome([last], "") };
  if (last?.name === "Write") return { tools: [{ name: "ExitPlanMode", input: {} }] };
  if (last?.name === "ExitPlanMode" && !last.isError) {
    return { tools: [bash("echo built > built.txt && cat built.txt", "Build")] };
  }
  const presented = calls.filter((call) => call.name === "ExitPlanMode").length;
  if (presented > 3) return { text: "I give up planning." };
  const change = last?.name === "ExitPlanMode" ? `\n\nChanged after: ${last.result}` : "";
  const plan = `# Plan ${presented + 1}\n\n1. Do x\n2. Do y${change}\n${more}`;
  return {
    tools: [planFile === undefined ? { name: "ExitPlanMode", input: { plan } } : write(planFile, plan)],
  };
}

function longSteps(count: number): string {
  const step = (at: number) => `${at}. Look at part ${at} of it and mend what is wrong there\n`;
  return Array.from({ length: count }, (_, at) => step(at + 3)).join("");
}

/** Asks for consent to a plan without a word: since 2.0 because no file was written. */
function playEmptyPlan({ calls, toolNames }: StepContext): Step {
  const isNewer = toolNames.includes("EnterPlanMode");
  if (isNewer && !made(calls, "EnterPlanMode")) return { tools: [{ name: "EnterPlanMode", input: {} }] };
  const last = calls.at(-1);
  if (last?.name === "ExitPlanMode" || last?.isError) return { text: outcome([last], "There was no plan.") };
  return { tools: [{ name: "ExitPlanMode", input: isNewer ? {} : { plan: "" } }] };
}

const tasks = ["Find the cause", "Mend it", "Test it"];

/** The whole list each time with TodoWrite; one call a task with TaskCreate and TaskUpdate. */
function playTodo(context: StepContext): Step {
  const { step, toolNames } = context;
  // Step n: the first n - 1 are done, the n-th is being done.
  const statusOf = (at: number): string =>
    at < step - 1 ? "completed" : at === step - 1 ? "in_progress" : "pending";
  const isOver = step > tasks.length + 1;
  if (isOver) return { text: "All tasks are done." };
  if (toolNames.includes("TodoWrite")) {
    const todos = tasks.map((content, at) => ({
      content,
      status: statusOf(at),
      activeForm: `${content} now`,
    }));
    return { tools: [{ name: "TodoWrite", input: { todos } }] };
  }
  if (step === 0) {
    return {
      tools: tasks.map((subject) => ({
        name: "TaskCreate",
        input: { subject, description: subject, activeForm: `${subject} now` },
      })),
    };
  }
  const ids = context.calls
    .filter((call) => call.name === "TaskCreate")
    .map((call) => /#(\S+)/.exec(call.result ?? "")?.[1] ?? "");
  return {
    tools: ids.flatMap((taskId, at) =>
      at === step - 1 || at === step - 2
        ? [{ name: "TaskUpdate", input: { taskId, status: statusOf(at) } }]
        : [],
    ),
  };
}

function bash(command: string, description: string): ToolUse {
  return { name: "Bash", input: { command, description } };
}

function write(file: string, content: string): ToolUse {
  return { name: "Write", input: { file_path: file, content } };
}

function made(calls: readonly Call[], name: string): boolean {
  return calls.some((call) => call.name === name);
}

function outcome(calls: readonly Call[], whenFine: string): string {
  const failed = calls.find((call) => call.isError);
  return failed === undefined ? whenFine : `That did not work: ${failed.result}`;
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, at) => `Line ${at + 1} of the poem\n`).join("");
}

function words(count: number): string {
  return Array.from({ length: count }, (_, at) => `word${at + 1}`).join(" ");
}
