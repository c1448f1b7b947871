// What one turn costs the server, from the mention until the daemon has nothing more to send.

import type { Note, Turn } from "../metrics/table.ts";
import type { Inside } from "../place.ts";
import { lastWords, nextTurn } from "../scenes.ts";
import type { Stage } from "../stage.ts";
import type { Case } from "./case.ts";
import { askedFor } from "./steering.ts";

export const traffic: Case = {
  name: "traffic",
  every: 3,
  needs: ["inside"],
  async run({ ask, claude, stage: stageOf }, note) {
    const stage = await stageOf("steered");
    const { inside } = stage.place;
    if (inside === undefined) return;
    for (const play of claude.isScripted
      ? (["short", "paced", "long", "tools"] as const)
      : (["short"] as const)) {
      const root = await counted(stage, inside, play, note, async (turn) => {
        const { id } = await stage.say(ask(play, turn));
        return id;
      });
      if (play === "short") {
        await counted(stage, inside, "plain", note, async (turn) => {
          await stage.say(ask("short", turn), root);
          return root;
        });
      }
      await stage.stop(root);
      await stage.quiet();
    }
    const permit = (thread?: string) => async (turn: number) => {
      const { root, cardId } = await askedFor(stage, ask, turn, thread);
      await stage.place.react(cardId, "+1");
      return root;
    };
    const permitted = await counted(stage, inside, "permit", note, permit());
    await counted(stage, inside, "again", note, permit(permitted));
    await stage.stop(permitted);
    await stage.quiet();
  },
};

/** @param begin asks for the turn; gives its thread */
async function counted(
  stage: Stage,
  { traffic: soFar }: Inside,
  kind: Turn,
  note: Note,
  begin: (turn: number) => Promise<string>,
): Promise<string> {
  await stage.quiet();
  const before = soFar();
  const turn = nextTurn();
  const root = await begin(turn);
  await stage.seen(root, (post) => post.words.includes(lastWords(turn)));
  await stage.quiet();
  const after = soFar();
  note(`requests.${kind}`, after.requests - before.requests);
  note(`bytes.${kind}`, (after.bytes - before.bytes) / 1000);
  return root;
}
