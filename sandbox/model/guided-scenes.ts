// The scenes that people meet in the sandbox, asked for in plain words: ask, approve, plan, question, picture, guest,
// a long answer, and a friendly one to everything else. They adapt to the tools on offer, because those differ between versions of the CLI.

import { saidScene, sendScene } from "./chat-scenes.ts";
import { docsScene, isDocs, playDocsAsk } from "./docs-project.ts";
import { playPlan } from "./guided-plan.ts";
import {
  count,
  edit,
  endTasks,
  goOnWithTasks,
  isGreen,
  read,
  runTests,
  startTasks,
  testRuns,
  troubleIn,
} from "./guided-steps.ts";
import { longGuide } from "./long-guide.ts";
import { CART_BUG } from "./project.ts";
import type { Scene, Step, StepContext } from "./scene.ts";
import { twiceScene, watchScene } from "./steering-scenes.ts";

/** The first that matches plays; the last one always does. */
export const guidedScenes: readonly Scene[] = [
  saidScene,
  sendScene,
  twiceScene,
  watchScene,
  docsScene,
  guided("question", has(/\bask me\b|\bquestions?\b/i), playQuestion),
  guided("plan", has(/\bplan\b/i), playPlan),
  guided("approve", has(/\btests?\b|\bfix\b|\bbug\b/i), playApprove),
  guided("picture", has(/\breceipt\b/i), playPicture),
  guided("long", has(/\blong\b/i), () => ({ text: longGuide(), tokenDelayMs: 1 })),
  guided("ask", asksAboutProject, playAsk),
  guided("guest", has(/\bcarol\b/i), () => ({ text: GREETING })),
  guided("anything", () => true, playAnything),
];

function guided(name: string, matches: Scene["matches"], play: Scene["play"]): Scene {
  return { name: `guided ${name}`, matches, play };
}

function has(words: RegExp): Scene["matches"] {
  return (text) => words.test(text);
}

function asksAboutProject(text: string): boolean {
  const question = /\b(?:what|how|explain|describe)\b/i.exec(text);
  return (
    question !== null &&
    has(/\b(?:project|directory|code|repo(?:sitory)?|this)\b/i)(text.slice(question.index))
  );
}

function playAsk(context: StepContext): Step {
  const { step, calls, directory } = context;
  if (isDocs(directory)) return playDocsAsk(context);
  if (step === 0) {
    return {
      text: "I'll have a look around.",
      tools: [read(`${directory}/README.md`), read(`${directory}/package.json`)],
    };
  }
  if (step === 1) return { tools: [read(`${directory}/src/cart.js`), read(`${directory}/src/format.js`)] };
  const trouble = troubleIn(calls);
  if (trouble !== undefined) return { text: trouble };
  return {
    text: `**tiny-cart** is a shopping cart in two small modules, without a single dependency:

| Module | What it does |
|:--|:--|
| \`src/cart.js\` | Lines, subtotal, and a total with a discount |
| \`src/format.js\` | Prices as people write them |

Prices are whole **cents** all the way, so nothing is lost to rounding:

\`\`\`js
const cart = addLine([], "tea", 450, 3);
formatPrice(total(cart, 10));
\`\`\`

What I noticed on the way:

- [x] Nothing is changed in place, which makes it easy to test
- [ ] \`subtotal\` never looks at \`count\`
- [ ] \`formatPrice\` drops a zero: 1205 cents become \`12.5 €\`

Say **run the tests and fix what fails**, and I'll start with the first one.`,
  };
}

/** Tests, reads, edits, tests again; ends wherever somebody says no. */
function playApprove(context: StepContext): Step {
  const { calls, directory, toolNames } = context;
  const trouble = troubleIn(calls);
  if (trouble !== undefined) return { text: trouble };
  const keepsTasks = toolNames.includes("TodoWrite") || toolNames.includes("TaskCreate");
  const beats: ((context: StepContext) => Step)[] = [
    () => ({ text: "First the tests, to see what they say.", tools: [runTests("Run the tests")] }),
    () => ({
      text: "One fails: three cups of tea are paid only once. I'll look at how the subtotal is made.",
      tools: [read(`${directory}/src/cart.js`)],
    }),
    ...(keepsTasks ? [(at: StepContext) => ({ tools: startTasks(at) })] : []),
    (at: StepContext) => ({
      text: "There it is: `subtotal` adds each line's price and forgets its `count`.",
      tools: [...(keepsTasks ? goOnWithTasks(at) : []), edit(`${directory}/src/cart.js`, CART_BUG)],
    }),
    () => ({ tools: [runTests("Run the tests again")] }),
    ...(keepsTasks ? [(at: StepContext) => ({ tools: endTasks(at) })] : []),
    ({ calls: all }) =>
      isGreen(testRuns(all).at(-1))
        ? { text: "All tests pass now. ✅\n\nThe cause was one missing factor: `line.cents * line.count`." }
        : { text: "The tests still don't pass. I stop here, before I make it worse." },
  ];
  if (isGreen(testRuns(calls)[0])) {
    return { text: "All tests pass: there is nothing to fix. Has somebody been faster than me?" };
  }
  return (beats[Math.min(context.step, beats.length - 1)] as (typeof beats)[number])(context);
}

function playQuestion({ step, calls, toolNames }: StepContext): Step {
  if (!toolNames.includes("AskUserQuestion")) {
    return {
      text: `This Claude Code can't ask with choices yet, so I choose myself.\n\n${releaseNote("Factual", [])}`,
    };
  }
  if (step === 0) {
    return {
      text: "With pleasure. Two things I can't know:",
      tools: [{ name: "AskUserQuestion", input: { questions: QUESTIONS } }],
    };
  }
  const trouble = troubleIn(calls);
  if (trouble !== undefined) return { text: trouble };
  const answers = [...(calls.at(-1)?.result ?? "").matchAll(/"[^"]+"="([^"]*)"/g)].map(
    ([, answer = ""]) => answer,
  );
  const [tone = "Factual", sections = ""] = answers;
  return {
    text: releaseNote(
      tone,
      sections.split(", ").filter((section) => section !== ""),
    ),
  };
}

const QUESTIONS = [
  {
    question: "Which tone shall the release note have?",
    header: "Tone",
    multiSelect: false,
    options: [
      { label: "Friendly", description: "as to a colleague" },
      { label: "Factual", description: "only what changed" },
      { label: "Playful", description: "with a wink" },
    ],
  },
  {
    question: "What shall be in it?",
    header: "Content",
    multiSelect: true,
    options: [
      { label: "Fixes", description: "what was broken and no longer is" },
      { label: "Upgrade notes", description: "what people have to do" },
      { label: "Thanks", description: "who helped" },
    ],
  },
];

const OPENINGS: Readonly<Record<string, string>> = {
  Friendly: "A small release that makes your totals right again.",
  Factual: "Corrects the subtotal and the display of prices.",
  Playful: "The cart has learned to count past one. We are very proud.",
};

const SECTIONS: Readonly<Record<string, string>> = {
  Fixes: "### Fixes\n- A line counts as often as it is bought\n- 1205 cents are `12.05 €`, not `12.5 €`",
  "Upgrade notes": "### Upgrading\nNothing to do: `npm update tiny-cart`.",
  Thanks: "### Thanks\nTo everybody who reported prices that were too good to be true.",
};

function releaseNote(tone: string, sections: readonly string[]): string {
  const opening = OPENINGS[tone] ?? `${OPENINGS["Factual"]}\n\n*(You asked for: ${tone})*`;
  const body = (sections.length > 0 ? sections : ["Fixes"]).map(
    (section) => SECTIONS[section] ?? `### ${section}\nAs you wished.`,
  );
  return [`## tiny-cart 0.4.0`, opening, ...body].join("\n\n");
}

/** The receipt that the welcome offers shows what the cart's bug does. */
function playPicture({ step, calls, imageTypes, directory }: StepContext): Step {
  const [type] = imageTypes;
  if (type === undefined) return { text: "I see no receipt: attach its picture to your message." };
  if (step === 0) {
    return {
      text: `I have got the picture (\`${type}\`): **3 × tea** for **4.50 €**, though one costs that much already. I'll look at how a cart is summed up.`,
      tools: [read(`${directory}/src/cart.js`)],
    };
  }
  const trouble = troubleIn(calls);
  if (trouble !== undefined) return { text: trouble };
  return {
    text: `It doesn't add up, and \`src/cart.js\` says why: \`subtotal\` forgets how many there are of a line.

| | On the receipt | Right |
|:--|--:|--:|
| 3 × tea | 4.50 € | **13.50 €** |
| 1 × cup | 12.00 € | 12.00 € |
| **Total** | 16.50 € | **25.50 €** |

*(My words follow a script; that the picture reached me is real.)*`,
  };
}

const GREETING =
  "Hello Carol! Ask away. You are a guest here, so I hear you as soon as somebody in this thread allows it.";

/** Looks at what came with the message; otherwise says what it can do. */
function playAnything({ step, calls, userText, imageTypes, directory }: StepContext): Step {
  const files = [...(userText.split("Attached files:")[1] ?? "").matchAll(/^- (\/.+)$/gm)].map(
    ([, path = ""]) => path,
  );
  if (step === 0 && files.length > 0)
    return { text: "Let me see what you sent.", tools: files.slice(0, 3).map(read) };
  const trouble = troubleIn(calls);
  if (trouble !== undefined) return { text: trouble };
  const seen = [
    ...imageTypes.map((type) => `a picture (\`${type}\`)`),
    ...calls.map((call) => `a file of ${count((call.result ?? "").split("\n").length, "line")}`),
  ];
  if (seen.length > 0)
    return { text: `I have got ${seen.join(" and ")}. A scripted model can't say more about it.` };
  return {
    text: `I only follow a script, so I can't really answer that. In \`${directory.split("/").at(-1)}\` I can:

- **ask** - *what does this project do?*
- **approve** - *run the tests and fix what fails*
- **plan** - *plan an improvement, then make it*
- **question** - *ask me two questions, then write a release note*
- **guest** - *say hello to carol*
- **long** - *write a long guide*`,
  };
}
