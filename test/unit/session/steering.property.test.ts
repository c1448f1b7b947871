// Whatever people do, and however often Claude ends and begins again: what the header shows is what Claude runs with, and
// nobody without the right has raised anything. Claude is played by a few lines that keep what the requests say.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import type { Person } from "../../../src/session/authorization.ts";
import { MODES } from "../../../src/session/steering/modes.ts";
import { startChoices } from "../../../src/session/steering/start.ts";
import type { SteeringCommand } from "../../../src/session/steering/types.ts";
import type { Effect } from "../../../src/session/types.ts";
import {
  CONTEXT,
  createScript,
  exited,
  INVITED,
  OTHER,
  OWNER,
  turnEnded,
} from "../../support/session-script.ts";

type Act =
  | {
      readonly act: "command";
      readonly by: Person;
      readonly name: SteeringCommand;
      readonly argument: string;
    }
  | { readonly act: "answer" | "crash" | "message" | "interactive" };

const command = fc.record({
  act: fc.constant("command" as const),
  by: fc.constantFrom(OWNER, INVITED, OTHER),
  name: fc.constantFrom<SteeringCommand>("mode", "mode", "model", "effort"),
  argument: fc.constantFrom(...MODES, "opus", "haiku", "low", "high"),
});
const acts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: command },
    {
      weight: 3,
      arbitrary: fc.record({ act: fc.constantFrom("answer", "answer", "crash", "message", "interactive") }),
    },
  ) as fc.Arbitrary<Act>,
  { maxLength: 30 },
);

const MODE_RANK = (mode: string): number => (MODES as readonly string[]).indexOf(mode);

function play(list: readonly Act[], isAllowed: (by: Person) => boolean) {
  const script = createScript();
  script.state.participants.set(INVITED.id, INVITED.name);
  let claude: { mode: string; model: string; effort: string } | undefined;
  let open: (Effect & { readonly type: "request" })[] = [];
  let most = 0;
  const hear = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      if (effect.type === "startClaude") {
        const { model = "default", permissionMode = "default" } = startChoices(script.state, CONTEXT);
        claude = { mode: permissionMode, model, effort: "default" };
        open = [];
        most = Math.max(most, MODE_RANK(claude.mode));
      } else if (effect.type === "request") {
        open.push(effect);
      } else if (effect.type === "acquireSlot") {
        hear(script.take({ type: "slotGranted", slot: 1 }));
      }
    }
  };
  const answerAll = (): void => {
    for (let next = open.shift(); next; next = open.shift()) {
      const { request, by } = next;
      if (!claude || request.kind === "context") continue;
      if (request.kind === "setMode") claude.mode = request.mode;
      if (request.kind === "setModel") claude.model = request.model ?? "default";
      if (request.kind === "setEffort") claude.effort = request.level ?? "default";
      most = Math.max(most, MODE_RANK(claude.mode));
      const { generation } = script.state;
      hear(
        script.take({ type: "replied", generation, request, by, reply: { type: "answered", answer: {} } }),
      );
    }
  };
  let posts = 0;
  for (const one of list) {
    if (one.act === "command") {
      if (isAllowed(one.by)) {
        const postId = `p${++posts}` as PostId;
        hear(script.command(one.by, { name: one.name, argument: one.argument, postId }));
      }
    } else if (one.act === "answer") {
      answerAll();
    } else if (one.act === "crash" && claude) {
      hear(script.claude(exited()));
      claude = undefined;
    } else if (one.act === "interactive") {
      hear(script.command(OWNER, { name: "permissions", mode: "interactive" }));
    } else if (one.act === "message") {
      hear(script.says(OWNER, "go on"));
      answerAll();
      hear(script.claude(turnEnded()));
    }
  }
  hear(script.says(OWNER, "the last"));
  answerAll();
  return { script, claude, most };
}

test("the header shows what Claude runs with", () => {
  fc.assert(
    fc.property(acts, (list) => {
      const { script, claude } = play(list, () => true);
      const header = script.posts.get("header") ?? "";
      expect(/mode `(\w+)`/.exec(header)?.[1] ?? "default").toBe(claude?.mode);
      expect(/effort (\w+)/.exec(header)?.[1] ?? "default").toBe(claude?.effort);
      expect(/\*\*Model\*\* \| (opus|haiku)/.exec(header)?.[1] ?? "default").toBe(claude?.model);
    }),
    { numRuns: 300 },
  );
});

test("nobody without the right raises anything", () => {
  fc.assert(
    fc.property(acts, (list) => {
      const isNotOwner = (by: Person): boolean => by !== OWNER;
      const { claude, most } = play(list, isNotOwner);
      expect(most).toBeLessThanOrEqual(MODE_RANK("default"));
      expect(claude).toMatchObject({ model: "default", effort: "default" });
    }),
    { numRuns: 300 },
  );
});
