// Rights never leak: random projects with random people in a few channels, and random things that people do there, held
// against the table of who may do what. Everything between the socket's events and Claude is real.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CHANNELS, type Move, RightsPlay } from "../../support/rights-play.ts";
import { BUILDER, DIRECT, type Lists, PEOPLE, ROBOT, type Setting } from "../../support/rights-table.ts";
import { runs } from "../../support/runs.ts";

const NAMES = ["web", "api", "doc", "ops"];

const some = fc.subarray([...PEOPLE], { minLength: 1, maxLength: 4 });
const lists: fc.Arbitrary<Lists> = fc.record({
  allowed: fc.option(some, { nil: undefined, freq: 6 }),
  approvers: fc.option(some, { nil: undefined, freq: 2 }),
  isBuilderListed: fc.boolean(),
});
const projectNamed = (name: string): fc.Arbitrary<Setting> =>
  fc
    .record({ lists, channel: fc.constantFrom("c1", ...CHANNELS) })
    .map(({ channel, ...one }) => ({ name, channel, ...one.lists }));
const direct: fc.Arbitrary<Setting> = some.map((allowed) => ({
  name: DIRECT,
  channel: undefined,
  allowed,
  approvers: undefined,
  isBuilderListed: false,
}));
const settings = fc
  .tuple(
    fc.tuple(...NAMES.map(projectNamed)),
    fc.integer({ min: 1, max: NAMES.length }),
    fc.option(direct, { nil: undefined }),
  )
  .map(([all, most, more]) => [...all.slice(0, most), ...(more ? [more] : [])]);

const by = fc.constantFrom(...PEOPLE, ...PEOPLE, ROBOT, BUILDER, BUILDER, "nobody");
const at = fc.nat(40);
const maybeAt = fc.option(at, { nil: undefined, freq: 2 });
const words = fc.constantFrom(
  ...["go on", "go on", "go on", "yes", "yes", "yes", "no", "in api: go on", "@claude-code in web: go on"],
  ...["!interrupt", "!stop", "!invite @ann", "!invite @cid", "!invite @eve", "!kick @ann", "!kick @cid"],
);
const kind = <K extends Move["kind"]>(name: K): fc.Arbitrary<K> => fc.constant(name);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind("mentions"),
      by,
      channel: fc.constantFrom("c1", ...CHANNELS),
      named: fc.constantFrom(undefined, undefined, undefined, ...NAMES, "WEB", "nothing", DIRECT),
      at: maybeAt,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: kind("replies"),
      by,
      at,
      words,
      elsewhere: fc.option(fc.constantFrom(...CHANNELS), { nil: undefined, freq: 5 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: kind("reacts"),
      by,
      at,
      emoji: fc.constantFrom("+1", "+1", "-1", "white_check_mark", "x", "double_vertical_bar"),
      told: fc.constantFrom("truly", "truly", "truly", "nothing", "c1", "c2"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind("writes directly"), by: fc.constantFrom(...PEOPLE), at: maybeAt }),
  },
  { weight: 6, arbitrary: fc.record({ kind: kind("Claude asks"), at }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("Claude ends"), at }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("lists change"), at, lists }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind("projects change"), names: fc.subarray(NAMES) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind("account changes"), of: fc.constantFrom(...PEOPLE) }) },
);

/** Each of these took place, so that the property is about something. */
const HAPPENED = [
  ...["session", "named session", "direct session", "refused", "refused, though listed elsewhere", "heard"],
  ...["heard as context", "with guests", "stopped", "not stopped", "lists changed"],
  ...["decided", "not decided", "allowed by itself"],
  ...["session of a bot", "bot not heard"],
];

test("a start, a message, a decision, a stop and an invitation need the rights of that very project, as they are now", async () => {
  const counts = new Map(HAPPENED.map((what) => [what, 0]));
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(settings, fc.array(move, { minLength: 30, maxLength: 80 }), (projects, moves) =>
      new RightsPlay(count).play(projects, moves),
    ),
    // What fails is long, and each shorter one that it is tried with takes as long again.
    { numRuns: runs(100), endOnFailure: true },
  );
  expect([...counts].filter(([, times]) => times === 0)).toEqual([]);
}, 120_000);
