// How long people wait for words: in a new thread, in a running session, in a sleeping one; and Claude alone.

import { randomUUID } from "node:crypto";
import { type AloneTurn, startAlone } from "../claude-alone.ts";
import { temporaryDirectory } from "../programs.ts";
import { askedAt, firstWords, lastWords, nextTurn, request } from "../scenes.ts";
import type { Said, Stage } from "../stage.ts";
import type { Case } from "./case.ts";

export const talking: Case = {
  name: "words",
  every: 1,
  async run({ talking: stage }, note) {
    const cold = nextTurn();
    const mention = await stage.say(request("paced", cold));
    const header = stage.seen(mention.id, (post) => post.message.includes("🤖 mm-claude"));
    const coldTimes = await timesOf(stage, mention, cold, mention.id);
    note("cold.header", (await header).at - mention.at);
    note("cold.asked", coldTimes.asked);
    note("cold.first", coldTimes.first);
    note("cold.tokenToFirst", coldTimes.token);
    note("cold.last", coldTimes.last);

    await stage.quiet();
    const warm = nextTurn();
    const warmTimes = await timesOf(
      stage,
      await stage.say(request("paced", warm), mention.id),
      warm,
      mention.id,
    );
    note("warm.asked", warmTimes.asked);
    note("warm.first", warmTimes.first);
    note("warm.tokenToFirst", warmTimes.token);
    note("warm.last", warmTimes.last);

    await stage.seen(mention.id, (post) => post.message.includes("Session timed out"));
    await stage.quiet();
    const resumed = nextTurn();
    const resumedTimes = await timesOf(
      stage,
      await stage.say(request("paced", resumed), mention.id),
      resumed,
      mention.id,
    );
    note("resumed.asked", resumedTimes.asked);
    note("resumed.first", resumedTimes.first);
    note("resumed.tokenToFirst", resumedTimes.token);
    note("resumed.last", resumedTimes.last);
    await stage.stop(mention.id);
    await stage.quiet();
  },
};

async function timesOf(stage: Stage, said: Said, turn: number, root: string): Promise<AloneTurn> {
  const [first, last] = await Promise.all([
    stage.seen(root, (post) => post.message.includes(firstWords(turn))),
    stage.seen(root, (post) => post.message.includes(lastWords(turn))),
  ]);
  const asked = askedAt.get(turn) ?? Number.NaN;
  return {
    asked: asked - said.at,
    first: first.at - said.at,
    last: last.at - said.at,
    token: first.at - asked,
  };
}

export const alone: Case = {
  name: "claude alone",
  every: 1,
  async run({ claudePath, modelUrl, directory }, note) {
    const options = { claudePath, modelUrl, directory, home: temporaryDirectory(), sessionId: randomUUID() };
    const fresh = startAlone({ ...options, resume: false });
    const noteAll = (kind: "cold" | "warm" | "resumed", times: AloneTurn): void => {
      note(`alone.${kind}.asked`, times.asked);
      note(`alone.${kind}.first`, times.first);
      note(`alone.${kind}.token`, times.token);
      note(`alone.${kind}.last`, times.last);
    };
    noteAll("cold", await fresh.turn(true));
    noteAll("warm", await fresh.turn(false));
    note("alone.exit", await fresh.end());
    const again = startAlone({ ...options, resume: true });
    noteAll("resumed", await again.turn(true));
    await again.end();
  },
};
