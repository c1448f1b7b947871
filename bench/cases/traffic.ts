// What one turn costs the server, from the mention until the daemon has nothing more to send.

import type { Note } from "../metrics.ts";
import { lastWords, nextTurn, request } from "../scenes.ts";
import type { Stage, Traffic } from "../stage.ts";
import type { Case } from "./case.ts";
import { askedFor } from "./steering.ts";

type Kind = "plain" | "short" | "paced" | "long" | "tools" | "permit";

export const traffic: Case = {
  name: "traffic",
  every: 3,
  async run({ steered: stage }, note) {
    for (const play of ["short", "paced", "long", "tools"] as const) {
      const root = await counted(stage, play, note, async (turn) => {
        const { id } = await stage.say(request(play, turn));
        return id;
      });
      if (play === "short") {
        await counted(stage, "plain", note, async (turn) => {
          await stage.say(request("short", turn), root);
          return root;
        });
      }
      await stage.stop(root);
      await stage.quiet();
    }
    const permitted = await counted(stage, "permit", note, async (turn) => {
      const { root, cardId } = await askedFor(stage, turn);
      await stage.react(cardId, "+1");
      return root;
    });
    await stage.stop(permitted);
    await stage.quiet();
  },
};

/** @param begin asks for the turn; gives its thread */
async function counted(
  stage: Stage,
  kind: Kind,
  note: Note,
  begin: (turn: number) => Promise<string>,
): Promise<string> {
  await stage.quiet();
  const before: Traffic = stage.traffic();
  const turn = nextTurn();
  const root = await begin(turn);
  await stage.seen(root, (post) => post.message.includes(lastWords(turn)));
  await stage.quiet();
  const after = stage.traffic();
  note(`requests.${kind}`, after.requests - before.requests);
  note(`bytes.${kind}`, (after.bytes - before.bytes) / 1000);
  return root;
}
