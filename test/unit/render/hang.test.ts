// A guard against hangs: what meets the text of others takes no longer than a moment for the worst of it. What is looked at
// again and again for each of its characters would take minutes.

import { test } from "vitest";
import { guestCard, openCard, permissionCard, planCard, questionCard } from "../../../src/render/cards.ts";
import { codeSpans } from "../../../src/render/code-spans.ts";
import { unifiedDiff } from "../../../src/render/diff.ts";
import { asWritten } from "../../../src/render/hidden-text.ts";
import { wholeLength } from "../../../src/render/incomplete-tail.ts";
import {
  cell,
  fence,
  harmless,
  inlineCode,
  oneLine,
  quote,
  showEverything,
} from "../../../src/render/markdown.ts";
import { remainderAfter } from "../../../src/render/remainder.ts";
import { pieces } from "../../../src/render/split.ts";
import { renderTasks } from "../../../src/render/tasks.ts";
import { toolHeadline, toolInFull, toolOutcome, toolPreview } from "../../../src/render/tools.ts";
import { Transcript } from "../../../src/render/transcript.ts";
import { unambiguousCode } from "../../../src/render/unambiguous-code.ts";
import { usageLimitInWords } from "../../../src/render/usage-limit.ts";
import { endsAtOnce, part } from "../../support/hostile-texts.ts";

const PLACES = { directory: "/home/alice/project", home: "/home/alice" };

const WORK: Readonly<Record<string, (text: string) => unknown>> = {
  "small pieces": (text) => [
    fence(text),
    quote(text),
    cell(text),
    oneLine(text),
    inlineCode(text),
    showEverything(text),
    asWritten(text),
  ],
  code: (text) => [codeSpans(text), unambiguousCode(text)],
  "harmless words": (text) => harmless(`@x ![ https://x/pl/ ${text}`, ["a"]),
  pieces: (text) => [pieces(text, 16_383), pieces(text, 4000)],
  "what is whole": wholeLength,
  "a text at once": (text) => {
    const transcript = new Transcript("t", 16_383, []);
    transcript.appendText(text);
    transcript.updates(0, false);
    transcript.updates(0, true);
  },
  "a text in pieces, each shown": (text) => {
    const transcript = new Transcript("t", 16_383, []);
    for (let at = 0; at < text.length; at += 2000) {
      transcript.appendText(text.slice(at, at + 2000));
      transcript.updates(0, false);
      transcript.takeFinished();
    }
  },
  "a text in tokens": (text) => {
    const transcript = new Transcript("t", 16_383, []);
    for (let at = 0; at < text.length; at += 4) {
      transcript.appendText(text.slice(at, at + 4));
    }
    transcript.updates(0, true);
  },
  "lines of tools": (whole) => {
    const text = part(whole);
    for (const name of ["Bash", "Write", "Edit", "Grep", `mcp__${text}`, text]) {
      const use = {
        name,
        input: { command: text, file_path: text, content: text, pattern: text },
        fileBefore: undefined,
      };
      toolHeadline(use, PLACES);
      toolPreview(use);
    }
    for (const name of ["Read", "Bash", "Glob", "Grep", "Task"]) {
      toolOutcome(name, { isError: false, text }, true);
      toolOutcome(name, { isError: true, text }, true);
    }
    usageLimitInWords(text, 0, "UTC");
    remainderAfter(text.slice(0, 100), text);
    remainderAfter("something else", text);
    remainderAfter(text, `${text}more`);
    renderTasks([{ id: "1", text, status: "pending" }]);
  },
  "a permission card": (text) => {
    const full = toolInFull({ name: "Bash", input: { command: text }, fileBefore: undefined }, PLACES);
    return openCard(permissionCard(full, ["alice"], 16_383).card, 16_383);
  },
  "other cards": (whole) => {
    const text = part(whole);
    const options = [{ label: text, description: text }];
    openCard(planCard(text, ["alice"], 16_383).card, 16_383);
    openCard(guestCard("carol", text, [text], ["alice"]), 16_383);
    openCard(
      questionCard({ question: text, header: "", multiSelect: false, options }, "Q", ["alice"]),
      16_383,
    );
  },
  "a diff": (text) => [
    unifiedDiff(text, [{ oldText: text.slice(0, 10), newText: "z", all: true }]),
    unifiedDiff(undefined, [{ oldText: text, newText: `${text.slice(5)}\nq`, all: false }]),
  ],
};

test.each(Object.entries(WORK))("%s ends at once, whatever the text", endsAtOnce, 5 * 60_000);
