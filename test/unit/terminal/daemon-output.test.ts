// The daemon's lines: for a file, a journal, a program, and for people at terminals of three widths.

import { describe, expect, test } from "vitest";
import wrap from "wrap-ansi";
import { colourless } from "../../../src/terminal/colours.ts";
import { DaemonOutput, type DaemonOutputOptions } from "../../../src/terminal/daemon-output.ts";

const NOON = new Date(2026, 0, 2, 12, 0, 0).getTime();
const STAMP = new Date(NOON).toISOString();

function outputOf(options: Partial<DaemonOutputOptions>) {
  const out: string[] = [];
  const err: string[] = [];
  const output = new DaemonOutput({
    format: "text",
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    now: () => NOON,
    linkOf: (thread) => `https://chat.example.com/_redirect/pl/${thread}`,
    colour: colourless,
    terminal: undefined,
    isTimed: false,
    ...options,
  });
  return { out, err, output };
}

const play = (output: DaemonOutput): void => {
  output.banner("mm-claude v1.0.0", [["Server", "https://chat.example.com"]]);
  output.rows([["Sessions", "0 of 5 live"]]);
  output.gap();
  output.say("Ready! Waiting for @claude-code mentions...", "green");
  output.event({ name: "started", thread: "t1", slot: 1, by: "alice", text: "started a session" });
  output.event({ name: "finished", thread: "t1", slot: 1, text: "done in 12 s", seconds: 12 });
  output.log("warning: The server is slow", "warning");
  output.log("a line", "info");
};

test("in a file each line has its time, and is as long as it is", () => {
  const { out, err, output } = outputOf({});
  play(output);
  expect(out).toEqual([
    "mm-claude v1.0.0\n",
    "  Server       https://chat.example.com",
    "  Sessions     0 of 5 live",
    "",
    "Ready! Waiting for @claude-code mentions...",
    `${STAMP} ▶ #1 @alice started a session https://chat.example.com/_redirect/pl/t1`,
    `${STAMP} ● #1 done in 12 s`,
    `${STAMP} a line`,
  ]);
  expect(err).toEqual([`${STAMP} warning: The server is slow`]);
});

test("a journal notes the time itself", () => {
  const { out, output } = outputOf({ isTimed: true });
  output.event({ name: "slept", slot: 2, text: "sleeps" });
  expect(out).toEqual(["☾ #2 sleeps"]);
});

test("as JSON each line is an object, also those that people would see as a table", () => {
  const { out, err, output } = outputOf({ format: "json" });
  play(output);
  expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
    { time: STAMP, level: "info", message: "mm-claude v1.0.0", Server: "https://chat.example.com" },
    { time: STAMP, level: "info", message: "Ready! Waiting for @claude-code mentions..." },
    {
      time: STAMP,
      level: "info",
      event: "started",
      thread: "t1",
      session: 1,
      by: "alice",
      message: "#1 @alice started a session",
    },
    {
      time: STAMP,
      level: "info",
      event: "finished",
      thread: "t1",
      session: 1,
      seconds: 12,
      message: "#1 done in 12 s",
    },
    { time: STAMP, level: "info", message: "a line" },
  ]);
  expect(err.map((line) => JSON.parse(line) as unknown)).toEqual([
    { time: STAMP, level: "warning", message: "The server is slow" },
  ]);
});

describe.each([40, 80, 120])("at %i columns", (columns) => {
  const { out, err, output } = outputOf({
    terminal: { columns: () => columns, wrap, isEchoing: () => false },
  });
  play(output);
  output.log(`error: ${"many words that go on and on ".repeat(6)}`, "error");
  const lines = [...out, ...err].join("\n").split("\n");

  test("no line is longer, except for an address", () => {
    const long = lines.filter((line) => [...line].length > columns && !line.includes("https://"));
    expect(long).toEqual([]);
  });

  test("what goes on stands under what it goes on from, and words stay whole", () => {
    const error = err.at(-1)?.split("\n") ?? [];
    expect(error[0]).toMatch(/^12:00:00 error: /);
    for (const line of error.slice(1)) expect(line).toMatch(/^ {9}\S/);
    expect(error.map((line) => line.slice(9).trim()).join(" ")).toBe(
      `error: ${"many words that go on and on ".repeat(6)}`.trim(),
    );
  });
});

test("what people have to look at has its colour", () => {
  const { out, err, output } = outputOf({ colour: (colour, text) => `<${colour}>${text}</${colour}>` });
  output.event({ name: "crashed", slot: 1, text: "Claude stopped unexpectedly" });
  output.log("warning: slow", "warning");
  expect(out).toEqual([`${STAMP} <red>✗</red> #1 Claude stopped unexpectedly`]);
  expect(err).toEqual([`${STAMP} <yellow>warning: slow</yellow>`]);
});

test("what a channel or a person is called does not control the terminal", () => {
  const { out, output } = outputOf({ isTimed: true });
  output.rows([["Channel", "Shop\u001B[2J\u0007"]]);
  output.say("Opening \u001B]0;owned\u0007");
  output.event({ name: "decided", by: "alice", text: "allowed mcp\u009B2J" });
  expect(out.join("\n")).not.toMatch(/(?!\n)\p{Cc}/u);
  expect(out).toHaveLength(3);
});

test("a terminal that echoes what is typed gets each line from its first column on", () => {
  const terminal = { columns: () => 40, wrap, isEchoing: () => true };
  const { out, output } = outputOf({ terminal });
  output.say("Stopping");
  output.event({ name: "slept", slot: 2, text: "sleeps" });
  expect(out).toEqual(["\rStopping", "\r12:00:00 ☾ #2 sleeps"]);
});
