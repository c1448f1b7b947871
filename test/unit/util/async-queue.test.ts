import { expect, test } from "vitest";
import { AsyncQueue } from "../../../src/util/async-queue.ts";

test("items come out in the order they went in, whether pushed before or during the loop", async () => {
  const queue = new AsyncQueue<number>();
  queue.push(1);
  queue.push(2);
  const seen: number[] = [];
  const loop = (async () => {
    for await (const item of queue) {
      seen.push(item);
    }
  })();
  await Promise.resolve();
  queue.push(3);
  queue.close();
  await loop;
  expect(seen).toEqual([1, 2, 3]);
});

test("a loop that waits ends when the queue is closed", async () => {
  const queue = new AsyncQueue<number>();
  const next = queue[Symbol.asyncIterator]().next();
  queue.close();
  expect(await next).toEqual({ done: true, value: undefined });
});

test("what is pushed after close is dropped", async () => {
  const queue = new AsyncQueue<number>();
  queue.push(1);
  queue.close();
  queue.push(2);
  const seen: number[] = [];
  for await (const item of queue) {
    seen.push(item);
  }
  expect(seen).toEqual([1]);
});

test("a second consumer is refused", () => {
  const queue = new AsyncQueue<number>();
  queue[Symbol.asyncIterator]();
  expect(() => queue[Symbol.asyncIterator]()).toThrow("one consumer");
});

test("items pushed one by one each wake the waiting consumer", async () => {
  const queue = new AsyncQueue<number>();
  const items = queue[Symbol.asyncIterator]();
  for (const n of [1, 2, 3]) {
    const next = items.next();
    queue.push(n);
    expect(await next).toEqual({ done: false, value: n });
  }
});
