import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { firstUncaughtError } from "../../../src/app/uncaught-errors.ts";
import { createLog } from "../../../src/util/log.ts";

function program(secrets: string[] = []) {
  const source = new EventEmitter();
  const lines: string[] = [];
  const log = createLog({ debug: false, secrets, write: (line) => lines.push(line) });
  let isOver = false;
  void firstUncaughtError(source, log).then(() => {
    isOver = true;
  });
  return { source, lines, isOver: () => new Promise(setImmediate).then(() => isOver) };
}

test.each(["uncaughtException", "unhandledRejection"])(
  "after an %s it says what failed and where, that it ends, what becomes of sessions, and asks for a report",
  async (event) => {
    const { source, lines, isOver } = program(["s3cr3t-t0ken"]);
    source.emit(event, new TypeError("no such thing: s3cr3t-t0ken"));
    expect(await isOver()).toBe(true);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^error: mm-claude has a fault and ends/);
    for (const word of [
      "resumes its session",
      "report",
      "TypeError: no such thing: [secret]",
      "uncaught-errors.test.ts",
    ])
      expect(lines[0]).toContain(word);
  },
);

test("what fails while it ends is not told: there could be no end of it", async () => {
  const { source, lines, isOver } = program();
  for (let again = 0; again < 3; again++) source.emit("uncaughtException", new Error(`fault ${again}`));
  expect(await isOver()).toBe(true);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("fault 0");
});

test("a reader that has gone is no fault", async () => {
  const { source, lines, isOver } = program();
  source.emit("uncaughtException", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  expect([await isOver(), lines]).toEqual([false, []]);
});

test.each([
  ["undefined", undefined],
  ["a string", "no more"],
  ["an object without a prototype", Object.create(null)],
  ["an error without a stack", Object.assign(new Error("bare"), { stack: undefined })],
  [
    "what can't be shown",
    {
      get [Symbol.toStringTag]() {
        throw new Error("not to be shown");
      },
    },
  ],
])("%s may be thrown as well", async (_what, reason) => {
  const { source, lines, isOver } = program();
  source.emit("unhandledRejection", reason);
  expect(await isOver()).toBe(true);
  expect(lines).toHaveLength(1);
});
