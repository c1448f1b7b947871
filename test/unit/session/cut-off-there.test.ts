// mm-claude was killed while Claude spoke on another machine: what it had said there comes from what is saved there.

import { expect, test } from "vitest";
import type { Look, Looked } from "../../../src/claude/conversations-there.ts";
import { savedConversationOf } from "../../../src/claude/saved-conversation.ts";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { remoteError } from "../../../src/remote/error.ts";
import { SessionManager } from "../../../src/session/manager.ts";
import { settle } from "../../support/fake-clock.ts";
import { managerWorld } from "../../support/manager-world.ts";

const THREAD = "a" as ThreadId;

/** The words after "one two" had not come here; `look`: the other machine's answer. */
async function killedWhileSpeaking(look: (look: Look) => Promise<Looked>) {
  const world = managerWorld(1);
  world.open("a");
  await settle();
  const tell = world.processes[0]?.tell ?? (() => {});
  tell({ type: "turnStarted", model: "m" });
  tell({ type: "replayed", uuid: "m1" });
  tell({ type: "messageStarted", messageId: "msg" });
  tell({ type: "textDelta", text: "one two", blockIndex: 0 });
  await world.clock.advance(1000);
  const snapshot = world.dependencies.readSnapshot(THREAD);
  if (!snapshot) throw new Error("nothing is kept");
  const context = { ...world.dependencies.context, machine: "build1" };
  const next = new SessionManager({ ...world.dependencies, context, there: { look } });
  next.restore([snapshot]);
  await settle();
  await world.clock.advance(1000);
  return [...world.server.posts.values()].join("\n---\n");
}

const line = (message: object, type = "assistant") => JSON.stringify({ type, uuid: type, message });

test("it is shown after the next start, without a reply", async () => {
  const looks: Look[] = [];
  const text = await killedWhileSpeaking(async (look) => {
    looks.push(look);
    const content = [{ type: "text", text: "one two three four" }];
    const saved = savedConversationOf(
      `${line({ role: "user", content: "a" }, "user")}\n${line({ id: "msg", role: "assistant", content })}\n`,
    );
    return { saved, news: undefined, pid: undefined };
  });
  expect(text).toMatch(/one two\n.*cut off.*\n three four$/s);
  expect(text.split("one two")).toHaveLength(2);
  // It ends nobody's Claude.
  expect(looks.map(({ isStart }) => isStart)).toEqual([undefined]);
});

test("it is told as cut off also where nobody can be asked", async () => {
  const text = await killedWhileSpeaking(() =>
    Promise.reject(
      remoteError("unreached", { name: "build1", path: "ssh", arguments: [] }, "no route to host"),
    ),
  );
  expect(text).toContain("one two");
  expect(text).toContain("cut off");
});
