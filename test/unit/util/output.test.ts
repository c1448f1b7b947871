import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { allTaken, lineWriter, type OutputStream } from "../../../src/util/output.ts";

const broken = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });

test("each line ends with a line end", () => {
  const stream = new PassThrough({ encoding: "utf8" });
  const print = lineWriter(stream);
  print("one");
  print("");
  print("two");
  expect(stream.read()).toBe("one\n\ntwo\n");
});

test("a stream that fails, at once or later, is no error for who prints", async () => {
  const failing = new Writable({ write: (_chunk, _encoding, done) => done(broken) });
  const print = lineWriter(failing);
  print("one");
  await allTaken([failing]);
  print("two");
  await allTaken([failing]);
  const throwing: OutputStream = {
    writableLength: 0,
    on: () => {},
    write: () => {
      throw broken;
    },
  };
  expect(() => lineWriter(throwing)("one")).not.toThrow();
});

test("a disk that has room again is written again", () => {
  const written: string[] = [];
  let isFull = false;
  const disk: OutputStream = {
    writableLength: 0,
    on: () => {},
    write: (text) => {
      if (isFull) {
        throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      }
      written.push(text);
    },
  };
  const print = lineWriter(disk);
  print("one");
  isFull = true;
  print("two");
  isFull = false;
  print("three");
  expect(written).toEqual(["one\n", "three\n"]);
});

test("for a reader that sleeps no more than the most is held, and what is left out is counted", () => {
  let held = "";
  const pipe: OutputStream = {
    get writableLength() {
      return held.length;
    },
    on: () => {},
    write: (text) => {
      held += text;
    },
  };
  const print = lineWriter(pipe, 10);
  for (const line of ["one", "two", "three", "four", "five"]) {
    print(line);
  }
  expect(held).toBe("one\ntwo\nthree\n");
  held = "";
  print("six");
  expect(held).toBe("(2 lines are missing here: nobody read them in time)\nsix\n");
});

test("all is taken once the reader has taken it", async () => {
  let take = (): void => {};
  const slow = new Writable({
    write: (_chunk, _encoding, done) => {
      take = () => done();
    },
  });
  lineWriter(slow)("one");
  let isTaken = false;
  const waiting = allTaken([slow]).then(() => {
    isTaken = true;
  });
  await new Promise(setImmediate);
  expect(isTaken).toBe(false);
  take();
  await new Promise(setImmediate);
  take();
  await waiting;
});

test("a terminal that is held doesn't hold who prints, where lines may be left out", () => {
  const blocking: boolean[] = [];
  const terminal = Object.assign(new PassThrough(), {
    isTTY: true,
    _handle: { setBlocking: (isBlocking: boolean) => blocking.push(isBlocking) },
  });
  lineWriter(terminal);
  expect(blocking).toEqual([]);
  lineWriter(terminal, 1000);
  expect(blocking).toEqual([false]);
});
