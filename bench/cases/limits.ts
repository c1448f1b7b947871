// The same with nothing between, as the limit for the other cases: a bot of 40 lines, the CLI alone, an empty Node.

import { randomUUID } from "node:crypto";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { type AloneTurn, startAlone } from "../claude-alone.ts";
import type { Kind } from "../metrics/table.ts";
import { memoryOf, rest } from "../programs.ts";
import type { Case } from "./case.ts";
import { bareOf } from "./steering.ts";

export const bare: Case = {
  name: "bare",
  every: 1,
  isOnce: true,
  async run(bench, note) {
    const { place } = await bench.stage("talking");
    const bot = await bareOf(bench);
    if (bot === undefined) return;
    const posted = bot.told("posted");
    const { id, at } = await bot.say("ping");
    note("bare.reply", (await bot.answered(id)) - at);
    note("bare.post", (await posted).ms);
    const reaction = bot.told("reaction");
    const reactedAt = await place.react(id, "+1");
    note("bare.reaction", (await reaction).at - reactedAt);
    note("bare.rss", memoryOf(bot.pid));
  },
};

export const alone: Case = {
  name: "alone",
  every: 1,
  isOnce: true,
  async run({ claude, ask, directory }, note) {
    const options = {
      claudePath: claude.path,
      environment: claude.environment(temporaryDirectory()),
      ask,
      directory,
      conversationId: randomUUID(),
    };
    const noteAll = (kind: Kind, times: AloneTurn): void => {
      note(`alone.${kind}.asked`, times.asked);
      note(`alone.${kind}.first`, times.first);
      note(`alone.${kind}.token`, times.token);
      note(`alone.${kind}.lag`, times.lag);
      note(`alone.${kind}.last`, times.last);
    };
    const fresh = startAlone({ ...options, resume: false });
    noteAll("cold", await fresh.turn(true));
    noteAll("warm", await fresh.turn(false));
    note("alone.exit", await fresh.end());
    const again = startAlone({ ...options, resume: true });
    noteAll("resumed", await again.turn(true));
    await again.end();
    const waiting = startAlone({ ...options, conversationId: randomUUID(), resume: false });
    await rest(() => [waiting.pid]);
    noteAll("started", await waiting.turn(false));
    await waiting.end();
  },
};
