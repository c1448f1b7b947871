// What a key does, and that a terminal is left as it was found.

import { expect, test } from "vitest";
import { readKeys } from "../../../src/terminal/keys.ts";

function setUp({ isForeground = true } = {}) {
  const did: string[] = [];
  let press = (_data: Buffer): void => {};
  let goOn = (): void => {};
  const state = { isForeground };
  const stop = readKeys({
    terminal: {
      setRawMode: (isRaw) => did.push(isRaw ? "raw" : "plain"),
      on: (_event, listener) => {
        press = listener;
      },
      resume: () => did.push("reads"),
      pause: () => {},
    },
    actions: { h: () => did.push("help"), q: () => did.push("quit") },
    isForeground: () => state.isForeground,
    send: (signal) => did.push(signal),
    onForeground: (listener) => {
      goOn = listener;
      return () => {};
    },
    onReading: () => {},
  });
  return { did, state, stop, goOn: () => goOn(), press: (text: string) => press(Buffer.from(text)) };
}

test("keys do what they say, in either case, and others do nothing", () => {
  const { did, press } = setUp();
  for (const key of ["h", "H", "x", "\r", "é", "q"]) press(key);
  expect(did).toEqual(["raw", "reads", "help", "help", "quit"]);
});

test("an arrow or something pasted is no key", () => {
  const { did, press } = setUp();
  press("\u001B[A");
  press("quit everything");
  expect(did).toEqual(["raw", "reads"]);
});

test("Ctrl-C and Ctrl-\\ are the signals that they always are", () => {
  const { did, press } = setUp();
  press("\u0003");
  press("\u001C");
  expect(did).toEqual(["raw", "reads", "SIGINT", "plain", "SIGQUIT"]);
});

test("Ctrl-Z leaves the terminal to the shell until it is continued in the foreground", () => {
  const { did, press, state, goOn } = setUp();
  press("\u001A");
  state.isForeground = false;
  goOn();
  state.isForeground = true;
  goOn();
  expect(did).toEqual(["raw", "reads", "plain", "SIGTSTP", "raw", "reads"]);
});

test("in the background nothing is read: the system would stop it", () => {
  expect(setUp({ isForeground: false }).did).toEqual([]);
});

test("at the end the terminal is as before, and stays so", () => {
  const { did, stop, goOn } = setUp();
  stop();
  goOn();
  expect(did).toEqual(["raw", "reads", "plain"]);
});
