// Whether what people decided is what happened: tools, plans, questions, guests' messages, files.

import { existsSync, readFileSync } from "node:fs";
import type { SeenPost } from "../../sandbox/server/state.ts";
import { wordsOf } from "../support/words-of.ts";
import { blocksIn, type SavedLine, textOf } from "./files.ts";
import { isWorkplace } from "./judge-place.ts";
import type { Stage } from "./stage.ts";
import type { Heard, Played, Problem } from "./thread.ts";
import { requestIn } from "./words.ts";

/** What a Claude has asked before it was ended may be posted after, and be answered before its end is noticed. */
const ASKED_BEFORE_MS = 1000;

/** A tool that was allowed ran once, one that was denied never; a guest's message has one card. */
export function judgeDecisions(
  stage: Stage,
  thread: Played,
  mine: readonly SeenPost[],
  heard: readonly Heard[],
): Problem[] {
  const problems: Problem[] = [];
  const notes = stage.notes();
  for (const [mark, { verdict, at }] of thread.tools) {
    const ran = notes.filter((note) => note.mark === mark);
    const times = ran.length;
    const elsewhere = ran.find(({ directory }) => !isWorkplace(stage, thread, directory));
    if (elsewhere) {
      problems.push({ kind: "wrong", what: `the tool of ${mark} ran in ${elsewhere.directory}` });
    }
    const wasCut = stage.endings.some((ending) => ending >= at - ASKED_BEFORE_MS);
    if (times > 1 || (verdict === "denied" && times > 0)) {
      problems.push({ kind: "doubled", what: `the tool of ${mark} was ${verdict} and ran ${times} times` });
    } else if (verdict === "allowed" && times === 0 && !wasCut) {
      problems.push({ kind: "lost", what: `the tool of ${mark} was allowed and never ran` });
    }
  }
  for (const mark of thread.guests.keys()) {
    const isAbout = new RegExp(`^RUN .*\\b${mark}\\b`, "m");
    const cards = mine.filter((post) => isAbout.test(post.message) && !isVerdictAlone(post)).length;
    if (cards !== 1) {
      problems.push({
        kind: cards === 0 ? "lost" : "doubled",
        what: `the guest's ${mark} has ${cards} cards`,
      });
    }
  }
  const lines = heard.flatMap((conversation) => conversation.lines);
  return [
    ...problems,
    ...[...thread.choices.keys()]
      .filter((mark) => !heard.some(({ answers }) => answers.some(({ about }) => about === mark)))
      .flatMap((mark) => judgeChoice(stage, thread, mark, lines)),
    ...[...thread.files.keys()].flatMap((mark) => judgeFile(thread, mark, mine, lines)),
  ];
}

/** A card that can't be edited any more is decided in a post of its own. */
const isVerdictAlone = ({ editedAt, attachments }: SeenPost): boolean =>
  editedAt === 0 && attachments.some(({ text }) => /(?:allowed|denied|invited).* by @/.test(text));

/** What somebody chose has reached Claude as the tool's result, where no message came before it. */
function judgeChoice(stage: Stage, thread: Played, mark: string, lines: readonly SavedLine[]): Problem[] {
  const choice = thread.choices.get(mark);
  const blocks = lines.flatMap(blocksIn);
  const isAbout = new RegExp(`\\b${mark}\\b`);
  const uses = blocks.filter(
    ({ name, input }) => name === choice?.tool && isAbout.test(JSON.stringify(input)),
  );
  const results = blocks.filter(({ tool_use_id: id }) => uses.some((use) => use.id === id));
  const wasCut = stage.endings.some((at) => at >= (choice?.at ?? 0) - ASKED_BEFORE_MS);
  if (!choice || wasCut) {
    return [];
  }
  if (results.length === 0) {
    return [{ kind: "lost", what: `what was chosen about ${mark} never reached Claude` }];
  }
  const isRight = results.some(
    ({ content, is_error = false }) => is_error === choice.isError && textOf(content).includes(choice.words),
  );
  const got = results.map(({ content, is_error }) => `${is_error ? "refused: " : ""}${textOf(content)}`);
  const wanted = `${choice.isError ? "refused" : "agreed"} ${choice.words}`.trim();
  return isRight
    ? []
    : [{ kind: "wrong", what: `about ${mark} people said "${wanted}"; Claude heard "${got.join("; ")}"` }];
}

/** A file that was shown has reached Claude with its message, or people are told that it has not. */
function judgeFile(
  thread: Played,
  mark: string,
  mine: readonly SeenPost[],
  lines: readonly SavedLine[],
): Problem[] {
  const file = thread.files.get(mark);
  const isTold = mine.some((post) => file !== undefined && wordsOf(post).includes(file.name));
  const withIt = lines.some((line) => {
    const text = textOf(line.message?.content);
    const request = requestIn(text);
    if (line.type !== "user" || request === undefined || request === "go on" || request.mark !== mark) {
      return false;
    }
    if (file?.text === undefined) {
      return blocksIn(line).some(({ type }) => type === "image");
    }
    const path = /^- (\/.*)$/m.exec(text)?.[1] ?? "";
    return existsSync(path) && readFileSync(path, "utf8") === file.text;
  });
  return withIt || isTold
    ? []
    : [{ kind: "lost", what: `the file of ${mark} did not reach Claude, and nobody is told` }];
}
