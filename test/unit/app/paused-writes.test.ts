import { expect, test } from "vitest";
import { PausedWrites } from "../../../src/app/paused-writes.ts";
import { isTransient } from "../../../src/mattermost/error.ts";
import type { MattermostApi } from "../../../src/mattermost/types.ts";
import { settle } from "../../support/fake-clock.ts";

function setUp() {
  const done: string[] = [];
  const parts: Partial<MattermostApi> = { instance: "1-a", inSlot: (_slotRequest, perform) => perform(api) };
  const api = parts as MattermostApi;
  const writes = new PausedWrites(api);
  const write = (what: string): Promise<void> =>
    writes.api.inSlot({ queue: "thread", isUrgent: () => false }, async () => void done.push(what));
  return { done, write, writes };
}

test("while writes are held none is tried, and then all are, in order", async () => {
  const { done, write, writes } = setUp();
  await write("before");
  writes.pause(true);
  const waiting = [write("one"), write("two")];
  await settle();
  expect(done).toEqual(["before"]);
  writes.pause(false);
  await Promise.all(waiting);
  await write("three");
  expect(done).toEqual(["before", "one", "two", "three"]);
  expect(writes.api.instance).toBe("1-a");
});

test("what is held when all is to end fails as it would without a connection, and so does what comes later", async () => {
  const { done, write, writes } = setUp();
  writes.pause(true);
  const waiting = write("one");
  writes.close();
  for (const one of [waiting, write("two")]) {
    await expect(one).rejects.toSatisfy(isTransient);
  }
  expect(done).toEqual([]);
});

test("at the end what is not held is written as ever", async () => {
  const { done, write, writes } = setUp();
  writes.close();
  await write("last words");
  expect(done).toEqual(["last words"]);
});
