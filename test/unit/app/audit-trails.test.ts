import { expect, test } from "vitest";
import { AuditTrails } from "../../../src/app/audit-trails.ts";
import type { AuditEntry } from "../../../src/audit/record.ts";
import type { ChannelId } from "../../../src/mattermost/types.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

function world() {
  const opened: string[] = [];
  const written: string[] = [];
  const clock = createFakeClock();
  const trails = new AuditTrails({
    open(channelId) {
      opened.push(channelId);
      return { append: ({ action }: AuditEntry) => void written.push(`${channelId} ${action}`) };
    },
    onAppended: ({ action }) => void written.push(`told of ${action}`),
    clock,
  });
  return { clock, opened, written, of: (name: string) => trails.of(name as ChannelId) };
}

const entry = { action: "refused" } as AuditEntry;

test("trails are opened soon, one after the other with time between them, so that first turns don't wait", async () => {
  const { clock, of, opened } = world();
  for (const name of ["a", "b", "c"]) of(name);
  await clock.advance(19);
  expect(opened).toEqual([]);
  await clock.advance(1);
  expect(opened).toEqual(["a"]);
  await clock.advance(19);
  expect(opened).toEqual(["a"]);
  await clock.advance(21);
  expect([opened, clock.pending()]).toEqual([["a", "b", "c"], 0]);
  of("d");
  await clock.advance(20);
  expect(opened).toEqual(["a", "b", "c", "d"]);
});

test("a record opens its trail at once, and no trail is opened twice", async () => {
  const { clock, of, opened, written } = world();
  of("a");
  of("b").append(entry);
  expect([opened, written]).toEqual([["b"], ["b refused", "told of refused"]]);
  await clock.advance(100);
  expect(opened).toEqual(["b", "a"]);
});
