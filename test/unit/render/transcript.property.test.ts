// The promises of the stream, for any text in any pieces with anything in between. Code is written in small letters
// and prose in capitals, so that what a fence lost or swallowed shows.

import fc from "fast-check";
import { expect, test } from "vitest";
import { fenceAfter, type OpenFence } from "../../../src/render/code-spans.ts";
import { codePoints } from "../../../src/render/markdown.ts";
import { Transcript } from "../../../src/render/transcript.ts";
import { runs } from "../../support/runs.ts";

const LIMIT = 1600;
const HOLD_MS = 200;

const prose = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.stringMatching(/^[N-Z]{1,12}$/) },
      {
        weight: 1,
        arbitrary: fc.constantFrom("@ALL", "@Channel", "`7 @HERE 8`", "😀", "👩‍👩‍👧", "`", "**", "ÄÖ"),
      },
      { weight: 1, arbitrary: fc.stringMatching(/^[N-Z]{300,900}$/) },
    ),
    { minLength: 1, maxLength: 60 },
  )
  .chain((words) =>
    fc
      .array(fc.constantFrom(" ", " ", " ", "\n", "\n\n"), {
        minLength: words.length,
        maxLength: words.length,
      })
      .map((gaps) => words.map((word, at) => word + gaps[at]).join("")),
  );

const code = fc
  .record({
    marker: fc.constantFrom("```", "~~~", "````", "```ω", "~~~~ω"),
    lines: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.stringMatching(/^ {0,6}[n-z]{1,40}$/) },
        { weight: 1, arbitrary: fc.constantFrom("", "😀", "~~", "``") },
        { weight: 1, arbitrary: fc.stringMatching(/^[n-z]{300,900}$/) },
      ),
      { minLength: 1, maxLength: 25 },
    ),
    isNested: fc.boolean(),
  })
  .map(({ marker, lines, isNested }) => {
    const close = marker.replace("ω", "");
    // A shorter fence within a longer one is content.
    const inner = isNested && close.length > 3 ? [close.slice(1), "x", close.slice(1)] : [];
    return `${marker}\n${[...lines, "z", ...inner].join("\n")}\n${close}\n`;
  });

const text = fc.array(fc.oneof(prose, code), { minLength: 1, maxLength: 6 }).map((blocks) =>
  blocks
    .map((block) => block.replace(/\n*$/, "\n\n"))
    .join("")
    .trimEnd(),
);

type Between =
  | { readonly op: "flush"; readonly ms: number }
  | { readonly op: "break" }
  | { readonly op: "outcome"; readonly tool: number; readonly why: string }
  | { readonly op: "withdraw"; readonly tool: number }
  | { readonly op: "hold"; readonly ms: number };

const between: fc.Arbitrary<Between> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant("flush" as const), ms: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.constant({ op: "break" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant("outcome" as const),
      tool: fc.nat(9),
      why: fc.stringMatching(/^[0-9]{0,160}$/),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("withdraw" as const), tool: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("hold" as const), ms: fc.nat(400) }) },
);

const betweens = fc.array(between, { maxLength: 2 });

const event = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("text" as const),
      text,
      chunks: fc.array(fc.record({ length: fc.integer({ min: 1, max: 300 }), meanwhile: betweens }), {
        minLength: 1,
        maxLength: 20,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("tool" as const), lines: fc.nat(60), meanwhile: betweens }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("notice" as const),
      name: fc.constantFrom("a", "b"),
      meanwhile: betweens,
    }),
  },
);

/** Without what may change in a post: outcomes, mm-claude's own notices, and the invisible space after an `@`. */
function fixed(markdown: string): string {
  return markdown
    .replace(/ ↳ [✅❌](?: `\d*`)?/gu, "")
    .replace(/(?:^|\n\n)⟪\d+⟫/g, "")
    .replaceAll("\u200b", "");
}

/**
 * What must arrive exactly once and in order. White space may change at a cut; the lines of fences are left out,
 * since a cut closes and reopens them: that they still hold the code, and nothing else, is checked by the letters.
 * So is the backslash by which a sign behind a cut begins no list.
 */
function essence(markdown: string): string {
  return fixed(markdown)
    .split("\n")
    .filter((line) => !/^ {0,3}(?:`{3,}|~{3,})ω?$/.test(line))
    .join("")
    .replace(/[\s\\]/g, "");
}

function expectFencesHoldCode(post: string): void {
  let open: OpenFence | undefined;
  let content = "";
  for (const line of post.split("\n")) {
    const next = fenceAfter(open, line);
    if (open && !next) {
      expect(content.trim(), `an empty fence in\n${post}`).not.toBe("");
    } else if (!open && next) {
      content = "";
    } else {
      content += line;
      const letters = line.replace(/@\u200b?(?:all|channel|here)/gi, "");
      expect(letters, post).not.toMatch(open ? /[N-Z]/ : /[n-z]/);
    }
    open = next;
  }
}

test("any stream arrives whole, in order and within the limit, and what was shown stays", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 8 }), (events) => {
      const transcript = new Transcript("t", LIMIT, []);
      const posts = new Map<string, string>();
      const expected: { readonly tool?: string; readonly text: string }[] = [];
      const withdrawn = new Set<string>();
      const settled: string[] = [];
      let now = 0;
      let tools = 0;
      let notices = 0;

      const flush = (isOver: boolean): void => {
        if (!isOver) transcript.showFirstWord();
        for (const { key, markdown } of transcript.updates(now, isOver)) {
          expect(codePoints(markdown), key).toBeLessThanOrEqual(LIMIT);
          expect(() => encodeURIComponent(markdown), "half a pair").not.toThrow();
          const before = fixed(posts.get(key) ?? "");
          expect(fixed(markdown).startsWith(before), `${before}\n=>\n${fixed(markdown)}`).toBe(true);
          if (!posts.has(key)) {
            const at = (name: string | undefined) => Number(name?.split(".")[1] ?? 0);
            expect(at(key)).toBeGreaterThan(at([...posts.keys()].at(-1)));
          }
          expect(settled, "a page that was let go").not.toContain(key);
          posts.set(key, markdown);
        }
        settled.push(...transcript.takeFinished());
      };
      const perform = (steps: readonly Between[]): void => {
        for (const step of steps) {
          if (step.op === "flush") {
            now += step.ms;
            flush(false);
          } else if (step.op === "break") {
            transcript.breakPage();
            flush(false);
          } else if (step.op === "outcome") {
            transcript.setOutcome(`id${step.tool}`, step.why === "" ? "↳ ✅" : `↳ ❌ \`${step.why}\``);
          } else if (step.op === "hold") {
            transcript.holdTools(now + step.ms);
          } else if (transcript.withdrawUnseenTool(`id${step.tool}`)) {
            withdrawn.add(`id${step.tool}`);
          }
        }
      };

      for (const event of events) {
        if (event.kind === "text") {
          let at = 0;
          for (let chunk = 0; at < event.text.length; chunk++) {
            const { length, meanwhile } = event.chunks[chunk] ?? { length: 500, meanwhile: [] };
            transcript.appendText(event.text.slice(at, at + length));
            at += length;
            perform(meanwhile);
          }
          transcript.endText();
          expected.push({ text: event.text });
        } else if (event.kind === "tool") {
          const tool = `id${tools++}`;
          const preview = event.lines === 0 ? "" : `\`\`\`\n${"4 5 6\n".repeat(event.lines)}\`\`\``;
          transcript.addTool(tool, `⚙${tool.slice(2)}⚙`, preview, now + HOLD_MS);
          expected.push({ tool, text: `⚙${tool.slice(2)}⚙\n${preview}` });
          perform(event.meanwhile);
        } else {
          transcript.notice(event.name, `⟪${notices++}⟫`);
          perform(event.meanwhile);
        }
      }
      flush(true);

      const wanted = expected.filter(({ tool }) => tool === undefined || !withdrawn.has(tool));
      expect([...posts.values()].map(essence).join("")).toBe(
        wanted.map((part) => essence(part.text)).join(""),
      );
      for (const post of posts.values()) {
        expectFencesHoldCode(post);
      }
    }),
    { numRuns: runs(200), seed: 20_260_101 },
  );
});
