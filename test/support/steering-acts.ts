// What may happen to a session that people steer, in any order.

import fc from "fast-check";
import { MODES } from "../../src/session/steering/modes.ts";
import type { SteeringCommand } from "../../src/session/steering/types.ts";
import { INVITED, LISTED, OTHER, OWNER } from "./session-script.ts";

const who = fc.constantFrom(OWNER, OWNER, LISTED, INVITED, OTHER);
const of = <Name extends string>(...names: readonly Name[]) => fc.constantFrom(...names);
const command = fc.oneof(
  fc.record({ name: of("mode"), argument: of(...MODES, "bypassPermissions") }),
  fc.record({ name: of("model"), argument: of("opus", "haiku") }),
  fc.record({ name: of("effort"), argument: of("low", "high", "default") }),
  fc.record({ name: of("think"), argument: of("off", "on", "8000") }),
  fc.record({ name: of("rules", "rules"), argument: of("", "remove 1", "remove 2", "keep 1", "keep 2") }),
  fc.record({ name: of("undo"), argument: of("") }),
  fc.record({ name: of("tasks"), argument: of("stop", "stop 1") }),
);
const reaction = fc.constantFrom(
  ...([
    ["ask", "+1"],
    ["ask", "-1"],
    ["ask", "repeat"],
    ["ask", "repeat"],
    ["ask", "repeat"],
    ["ask", "white_check_mark"],
    ["undo", "+1"],
    ["undo", "-1"],
    ["hold", "+1"],
    ["hold", "-1"],
    ["hold", "arrows_counterclockwise"],
    ["task", "octagonal_sign"],
    ["task", "x"],
  ] as const),
);
const act = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(who, command)
      .map(([by, one]) => ({ act: "command" as const, by, ...one, name: one.name as SteeringCommand })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(who, reaction)
      .map(([by, [on, emojiName]]) => ({ act: "react" as const, by, on, emojiName })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: of("message", "interactive", "says", "btw", "clear"),
      by: who,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: of(
        "answer",
        "answer",
        "answer",
        "answer",
        "answer",
        "turnEnds",
        "turnEnds",
        "turnEnds",
        "sleep",
        "spend",
        "asks",
        "asks",
        "asks",
        "asks",
        "task",
        "crash",
        "sleep",
        "restart",
        "lost",
        "lose",
        "spend",
        "timer",
        "list",
      ),
    }),
  },
);
type Argument = Extract<Act, { readonly act: "command" }>["argument"];
export type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;
/** What by chance alone hardly ever comes together. */
const scene = fc.tuple(who, fc.nat(2)).map(([by, which]): Act[] => {
  const command = (name: SteeringCommand, argument: Argument): Act => ({
    act: "command",
    by,
    name,
    argument,
  });
  const answer: Act = { act: "answer" };
  const message: Act = { act: "message", by };
  const scenes: readonly Act[][] = [
    [command("undo", ""), answer, { act: "react", by, on: "undo", emojiName: "+1" }, answer],
    [
      { act: "spend" },
      { act: "spend" },
      message,
      { act: "timer" },
      { act: "react", by, on: "hold", emojiName: "+1" },
    ],
    [
      message,
      { act: "asks" },
      { act: "react", by, on: "ask", emojiName: "repeat" },
      command("rules", "keep 1"),
      answer,
      command("rules", "remove 1"),
      answer,
    ],
  ];
  return [message, { act: "turnEnds" }, ...(scenes[which] ?? [])];
});
export const acts = fc
  .array(
    fc.oneof({ weight: 12, arbitrary: act.map((one): Act[] => [one]) }, { weight: 1, arbitrary: scene }),
    {
      minLength: 3,
      maxLength: 80,
      size: "max",
    },
  )
  .map((parts) => parts.flat());
