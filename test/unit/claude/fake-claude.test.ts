// The stand-in for the CLI says what 2.1.330 was recorded saying, frame by frame; what the real ones say is tested with
// them.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ClaudeEvent } from "../../../src/claude/types.ts";
import { decodeRecording } from "../../support/claude-recording.ts";
import { type ClaudeHome, claudeHome } from "../../support/real-claude.ts";
import { sharedModel } from "../../support/shared-model.ts";
import { type WatchedClaude, watchClaude } from "../../support/watch-claude.ts";

const fakePath = fileURLToPath(new URL("../../support/fake-claude.mjs", import.meta.url));
const said = new Set(["turnStarted", "replayed", "textDelta", "toolUse", "toolResult", "turnEnded"]);
const kinds = new Set([...said, "conversationReset", "promptRefused", "backgroundTasks", "taskEnded"]);

const model = sharedModel();
let place: ClaudeHome;
let claude: WatchedClaude;
beforeEach(() => {
  place = claudeHome(model.url);
});
afterEach(async () => {
  await claude.client.close(500);
});

function start(more: object = {}): WatchedClaude {
  claude = watchClaude({ claudePath: fakePath, directory: place.directory, ...more }, place, 5_000);
  return claude;
}

/** The order of what matters; words in a row are one. */
function orderOf(events: readonly { readonly type: string }[]): string[] {
  return events
    .map(({ type }) => type)
    .filter((type, at, all) => kinds.has(type) && (type !== "textDelta" || all[at - 1] !== "textDelta"));
}

test("a conversation is cleared as recorded, and is resumed by its new name", async () => {
  start();
  for (const words of ["RUN echo alpha", "/clear", "RUN echo beta"]) {
    claude.say(words);
    await claude.next("turnEnded");
  }
  expect(orderOf(claude.events)).toEqual(orderOf(decodeRecording("2.1.330-clear", 4096)));
  const ids = claude.events.flatMap((event) => (event.type === "turnStarted" ? [event.conversationId] : []));
  const [before, after, still] = ids;
  expect(after).not.toBe(before);
  expect(still).toBe(after);
  await claude.client.close(500);
  start({ conversationId: after, resume: true });
  claude.say("RUN echo gamma");
  await claude.next("turnEnded");
  const heard = JSON.stringify(model.requests.at(-1)?.body["messages"]);
  expect(heard).toContain("echo beta");
  expect(heard).not.toContain("echo alpha");
});

test("a hook refuses a message as recorded", async () => {
  place.refuse("forbidden", "no such words here");
  start();
  for (const words of ["something forbidden", "RUN echo beta"]) {
    claude.say(words);
    await claude.next("turnEnded");
  }
  const isNotEcho = ({ type }: Pick<ClaudeEvent, "type">) => type !== "replayed";
  expect(orderOf(claude.events.filter(isNotEcho))).toEqual(
    orderOf(decodeRecording("2.1.330-hook-refuses-prompt", 4096).filter((one) => one.type !== "replayed")),
  );
  expect(claude.events).toContainEqual({ type: "promptRefused", reason: "no such words here" });
});

test("a command runs in the background as recorded", async () => {
  start();
  claude.say("RUN background-gate");
  claude.allow(await claude.next("permissionAsked"));
  await claude.next("turnEnded");
  writeFileSync(join(place.directory, "go"), "");
  await claude.next("turnEnded");
  const recorded = orderOf(decodeRecording("2.1.330-background-bash", 4096));
  // The recorded scene said nothing before it used its tool.
  expect(orderOf(claude.events)).toEqual(recorded.toSpliced(2, 0, "textDelta"));
});
