// How long people wait for words, of a short answer and of one that takes ten seconds: in a new thread, with and without
// a Claude that waits for it, in a running session, and in a sleeping one.

import type { AnswerKind, Kind, Note } from "../metrics/table.ts";
import { tokenTimes } from "../model.ts";
import { childrenOf, rest } from "../programs.ts";
import { askedAt, firstWords, lastWords, nextTurn, type Play } from "../scenes.ts";
import type { Stage } from "../stage.ts";
import type { Bench, Case } from "./case.ts";

const PATIENCE_MS = 60_000;

export const words: Case = {
  name: "words",
  every: 1,
  run: (bench, note) => inSlot(bench, "short", "paced", note),
};

export const tenSeconds: Case = {
  name: "ten",
  every: 4,
  needs: ["script"],
  // Both at a time: they wait for the model, and not for each other.
  run: (bench, note) => inSlot(bench, "ten", "ten", note),
};

async function inSlot(bench: Bench, kind: AnswerKind, play: Play, note: Note): Promise<void> {
  const [talking, prewarmed] = await Promise.all([bench.stage("talking"), bench.stage("prewarmed")]);
  const started = async (): Promise<void> => {
    // The one that is to wait has to have started.
    await rest(() => childrenOf(prewarmed.daemon.pid));
    const root = await answer(bench, prewarmed, ["started", kind], play, note);
    await prewarmed.stop(root);
    await prewarmed.quiet();
  };
  const others = async (): Promise<void> => {
    const root = await answer(bench, talking, ["cold", kind], play, note);
    await talking.quiet();
    await answer(bench, talking, ["warm", kind], play, note, root);
    await talking.seen(root, (post) => post.words.includes("Session timed out"));
    await talking.quiet();
    await answer(bench, talking, ["resumed", kind], play, note, root);
    await talking.stop(root);
    await talking.quiet();
  };
  if (kind === "ten") {
    await Promise.all([started(), others()]);
  } else {
    await started();
    await others();
  }
}

/** Gives the thread. */
async function answer(
  { ask }: Bench,
  stage: Stage,
  [kind, length]: readonly [Kind, AnswerKind],
  play: Play,
  note: Note,
  thread?: string,
): Promise<string> {
  const { place } = stage;
  const turn = nextTurn();
  let edits = 0;
  let posts = 0;
  const unlisten = place.view.listen(({ post, isEdit }) => {
    if (!post.words.includes(firstWords(turn)) || post.userId !== place.bot.account.id) return;
    if (isEdit) edits += 1;
    else posts += 1;
  });
  const said = await stage.say(ask(play, turn), thread);
  const root = thread ?? said.id;
  const header =
    thread === undefined
      ? stage.seen(root, (post) => post.words.includes("🤖 mm-claude")).then(({ at }) => at)
      : undefined;
  const typing = place.typing(root, said.at);
  const [first, last] = await Promise.all([
    stage.seen(root, (post) => post.words.includes(firstWords(turn)), PATIENCE_MS),
    stage.seen(root, (post) => post.words.includes(lastWords(turn)), PATIENCE_MS),
  ]);
  await stage.quiet();
  unlisten();

  const asked = askedAt.get(turn) ?? Number.NaN;
  const { firstAt = Number.NaN, lastAt = Number.NaN } = tokenTimes.get(turn) ?? {};
  if (length === "short") {
    if (header !== undefined && (kind === "cold" || kind === "started")) {
      note(`${kind}.short.header`, (await header) - said.at);
    }
    note(`${kind}.short.typing`, (await typing) - said.at);
    note(`${kind}.short.asked`, asked - said.at);
    note(`${kind}.short.first`, first.at - said.at);
    note(`${kind}.short.last`, last.at - said.at);
  } else {
    note(`${kind}.ten.edits`, edits);
    note(`${kind}.ten.posts`, posts);
    await Promise.all([header, typing]);
  }
  note(`${kind}.${length}.token`, first.at - firstAt);
  note(`${kind}.${length}.lag`, last.at - lastAt);
  return root;
}
