import { expect, test } from "vitest";
import { notifySwitches } from "../../../src/app/notify-switches.ts";
import type { UserId } from "../../../src/mattermost/types.ts";
import { DocumentFolder } from "../../../src/store/document-store.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { quietLog } from "../../support/logs.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const [ALICE, BOB] = ["alice", "bob"] as [UserId, UserId];

const open = (path = temporaryDirectory()) =>
  DocumentFolder.open({ path, clock: createFakeClock(), log: quietLog, redact: (text) => text });

test("who wants no further calls is known at the next start", async () => {
  const folder = open();
  const switches = notifySwitches(folder);
  switches.setNotified(ALICE, false);
  switches.setNotified(BOB, false);
  switches.setNotified(BOB, true);
  await folder.close();
  const later = notifySwitches(open(folder.path));
  expect([ALICE, BOB].map(later.isNotified)).toEqual([false, true]);
});

test("what nobody can read is nobody's wish", async () => {
  const folder = open();
  folder.change("notify", () => '{"version":1,"off":[1,{}]}');
  await folder.close();
  expect(notifySwitches(open(folder.path)).isNotified(ALICE)).toBe(true);
});
