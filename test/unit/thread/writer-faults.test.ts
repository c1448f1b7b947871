// Growing posts against a server that fails at random in every way it knows, told apart by seed: every word stands in
// the thread once, and in its order.

import { expect, test } from "vitest";
import { createFakeClock } from "../../support/fake-clock.ts";
import { createFakeThreadApi, type Fault } from "../../support/fake-thread-api.ts";
import { randomOf } from "../../support/storm.ts";
import { writerWorld } from "../../support/writer-world.ts";

const FAULTS: readonly Fault[] = [
  "server",
  "failed-late",
  "lost",
  "unreachable",
  "bad-answer",
  "rate-limited",
  "unauthorized",
];
const PAGES = 4;
const GROWTHS = 6;

async function play(seed: number, closes: boolean): Promise<readonly string[]> {
  const random = randomOf(seed);
  const share = random() * 0.85;
  const clock = createFakeClock();
  const server = createFakeThreadApi(() => clock.now());
  server.failBy((line) => {
    if (closes && line.startsWith("edit") && random() < 0.3) return "frozen";
    return random() < share ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
  });
  let world = writerWorld(server, clock, random);
  for (let page = 0; page < PAGES; page++) {
    let text = "";
    for (let growth = 0; growth < GROWTHS; growth++) {
      text += `${text === "" ? "" : random() < 0.5 ? " " : "\n\n"}w${page}-${growth}`;
      world.writer.put(`page${page}`, text, { isProgress: true });
      world.keep();
      await clock.advance(random() * 4000);
      server.isAway = random() < 0.1;
      if (random() < 0.1) {
        world = random() < 0.5 ? world.restart() : world.crash();
        await clock.advance(random() < 0.2 ? 40_000 : 0);
      }
    }
  }
  server.failBy(() => undefined);
  server.isAway = false;
  await world.clock.advance(120_000);
  world = world.restart();
  await world.clock.advance(120_000);
  await world.writer.idle();
  return world.texts();
}

test.each([
  ["fails now and then", false],
  ["fails now and then, and closes posts now and then", true],
])("a server that %s shows every word once, in its order", async (_title, closes) => {
  for (let seed = 1; seed <= Number(process.env["SEEDS"] ?? 300); seed++) {
    const texts = await play(seed, closes);
    const said = closes ? texts.filter((text) => !text.startsWith("**Part of this")) : texts;
    const words = said.join(" ").split(/\s+/);
    // What is new of an old post that can't be edited comes after newer ones, and no marker can be taken away.
    const shown = closes ? words.sort((one, other) => pageOf(one) - pageOf(other)) : words;
    expect(shown, `seed ${seed}:\n${texts.join("\n---\n")}`).toEqual(EXPECTED);
  }
});

const EXPECTED = Array.from({ length: PAGES }, (_, page) =>
  Array.from({ length: GROWTHS }, (_, growth) => `w${page}-${growth}`),
).flat();

const pageOf = (word: string): number => Number(/^w(\d)/.exec(word)?.[1]);
