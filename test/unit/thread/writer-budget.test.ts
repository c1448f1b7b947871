import { expect, test } from "vitest";
import { RequestBudget } from "../../../src/mattermost/budget.ts";
import type { ChannelId, MattermostApi, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { ThreadWriter } from "../../../src/thread/writer.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { createFakeThreadApi } from "../../support/fake-thread-api.ts";
import { quietLog } from "../../support/logs.ts";

/** Writers of several threads that share a budget which is used up and grows back by one a second. */
function world() {
  const clock = createFakeClock();
  const budget = new RequestBudget(clock, () => 0);
  const fake = createFakeThreadApi();
  const api: MattermostApi = new Proxy(fake.api, {
    get: (target, name: keyof MattermostApi) =>
      name === "inSlot"
        ? (slotRequest: never, perform: (api: MattermostApi) => Promise<unknown>) =>
            budget.inSlot(slotRequest, () => perform(target))
        : target[name],
  });
  const writer = (thread: string): ThreadWriter =>
    new ThreadWriter({
      api,
      clock,
      log: quietLog,
      channelId: "c" as ChannelId,
      threadId: thread as ThreadId,
      botId: "bot" as UserId,
      onFileRefused: () => {},
      onPosted: () => {},
      onLost: () => {},
    });
  const useUp = (): void => {
    const headers = new Headers({
      "x-ratelimit-limit": "1",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1",
    });
    budget.learn({ status: 200, headers });
  };
  return { clock, fake, calls: fake.calls, posts: fake.posts, writer, useUp };
}

test("while a thread waits for its turn its edits become one, with the newest text", async () => {
  const { clock, calls, posts, writer, useUp } = world();
  const one = writer("one");
  one.put("page", "a", { isProgress: true });
  await one.idle();
  useUp();
  for (const text of ["ab", "abc", "abcd"]) {
    one.put("page", text, { isProgress: true });
    await settle();
  }
  await clock.advance(1000);
  expect(calls).toEqual(["create a", "edit p1 abcd"]);
  expect([...posts.values()]).toEqual(["abcd"]);
});

test("an ask goes before the growing text and the reactions of other threads, and after its own thread's text", async () => {
  const { clock, calls, writer, useUp } = world();
  const [one, two, three] = ["one", "two", "three"].map(writer) as [ThreadWriter, ThreadWriter, ThreadWriter];
  one.put("page", "one", { isProgress: true });
  two.put("page", "two", { isProgress: true });
  three.put("page", "three", { isProgress: true });
  await Promise.all([one.idle(), two.idle(), three.idle()]);
  calls.length = 0;
  useUp();
  one.put("page", "one grows", { isProgress: true });
  two.react({ key: "page" }, "eyes");
  three.put("page", "three grows", { isProgress: true });
  await settle();
  three.put("ask", "may I?");
  await clock.advance(4000);
  expect(calls).toEqual(["edit p3 three grows", "create may I?", "edit p1 one grows", "react p2 eyes"]);
});

test("a post that has stopped growing is no mere progress any more", async () => {
  const { clock, calls, writer, useUp } = world();
  const [one, two] = [writer("one"), writer("two")];
  useUp();
  one.put("page", "still growing", { isProgress: true });
  two.put("page", "all there is", { isProgress: true });
  two.prioritize(["page"]);
  await clock.advance(2000);
  expect(calls).toEqual(["create all there is", "create still growing"]);
});

test("a write that fails for ever in one thread delays no other thread", async () => {
  const { clock, calls, fake, writer } = world();
  fake.failAlways(/BAD/, "server");
  const stuck = Array.from({ length: 30 }, (_, index) => writer(`stuck ${index}`));
  stuck.forEach((thread, index) => {
    thread.put("bad", `BAD ${index}`);
  });
  await settle();
  writer("another").put("page", "words");
  await settle();
  expect(calls.at(-1)).toBe("create words");
  await clock.advance(60_000);
  expect(clock.pending()).toBe(0);
});
