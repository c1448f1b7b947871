import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { AuditTrails } from "../../../src/app/audit-trails.ts";
import type { AuditEntry } from "../../../src/audit/record.ts";
import type { ChannelId } from "../../../src/mattermost/types.ts";

function world() {
  const opened: string[] = [];
  const written: string[] = [];
  const trails = new AuditTrails((channelId) => {
    opened.push(channelId);
    return { append: ({ action }: AuditEntry) => void written.push(`${channelId} ${action}`) };
  });
  return { opened, written, of: (name: string) => trails.of(name as ChannelId) };
}

const entry = { action: "refused" } as AuditEntry;

test("trails are opened soon, one at a time, so that a start with hundreds goes on in between", async () => {
  const { of, opened } = world();
  for (const name of ["a", "b", "c"]) of(name);
  expect(opened).toEqual([]);
  await nextTurn();
  expect(opened).toEqual(["a"]);
  await nextTurn();
  await nextTurn();
  await nextTurn();
  expect(opened).toEqual(["a", "b", "c"]);
  of("d");
  await nextTurn();
  expect(opened).toEqual(["a", "b", "c", "d"]);
});

test("a record opens its trail at once, and no trail is opened twice", async () => {
  const { of, opened, written } = world();
  of("a");
  of("b").append(entry);
  expect([opened, written]).toEqual([["b"], ["b refused"]]);
  for (let turn = 0; turn < 4; turn++) await nextTurn();
  expect(opened).toEqual(["b", "a"]);
});
