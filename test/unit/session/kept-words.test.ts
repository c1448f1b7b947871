// What Claude says, over a mm-claude that is killed: its document is written without the bot's token.

import { expect, test } from "vitest";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/session/snapshot.ts";
import { step } from "../../../src/session/step.ts";
import { savedTurnOf } from "../../../src/session/texts.ts";
import type { SessionState } from "../../../src/session/types.ts";
import { createRedact } from "../../../src/util/redact.ts";
import { CONTEXT, working } from "../../support/session-script.ts";

const TOKEN = "xq7he3kfmnapz8wq4yeasr6tu1";
const redact = createRedact([TOKEN]);

function restarted(state: SessionState): SessionState | undefined {
  const json = encodeSnapshot({
    threadId: "t" as ThreadId,
    process: undefined,
    directory: CONTEXT.directory,
    filesDirectory: undefined,
    state,
    writer: { entries: [], writes: [] },
  });
  return decodeSnapshot(JSON.parse(redact(json)))?.state;
}

test.each([
  ["short", ""],
  ["long", "More of it. ".repeat(40)],
])("the rest of a %s text with the token in it is shown after a restart", (_, more) => {
  const script = working();
  script.claude({ type: "messageStarted", messageId: "m1" });
  script.claude({ type: "textDelta", text: `${more}The token is ${TOKEN}, and so `, blockIndex: 0 });
  script.flush();
  const state = restarted(script.state);
  if (!state) throw new Error("the document can't be read");
  const texts = [
    { messageId: "m1", text: `${more}The token is ${TOKEN}, and so it goes. Change it: ${TOKEN}` },
  ];
  const saved = { holds: () => true, textsAfter: () => texts, textsFrom: () => texts };
  const read = { type: "restored", saved: savedTurnOf(state, () => saved, redact) } as const;
  const puts = step(state, read, CONTEXT, script.now).flatMap((effect) =>
    effect.type === "put" && effect.key.startsWith("turn") ? [effect.markdown] : [],
  );
  expect(puts).toEqual([`${more}The token is [secret], and so it goes. Change it: [secret]`]);
});
