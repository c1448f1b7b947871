// The questions as a terminal shows them, with streams in its place.

import { PassThrough, Writable } from "node:stream";
import { expect, test, vi } from "vitest";
import { askOnTerminal, type Judge, type Question } from "../../../src/setup/prompt.ts";

const ENTER = "\r";
const CTRL_C = "\u0003";
const DOWN = "\u001b[B";
const F1 = "\u001bOP";
const CTRL_K = "\u000b";
const CTRL_U = "\u0015";
const CTRL_W = "\u0017";
const LEFT = "\u001b[D";
const RIGHT = "\u001b[C";
const BACKSPACE = "\u007f";

function terminal() {
  let screen = "";
  const stdin = new PassThrough();
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own escape sequences
      screen += String(chunk).replaceAll(/\u001b(?:\[[0-9;?]*[A-Za-z]|[78])|\u0007/g, "");
      done();
    },
  });
  const ask = askOnTerminal({ print: (line) => stdout.write(`${line}\n`), stdin, stdout });
  const shows = (text: string) => vi.waitFor(() => expect(screen).toContain(text), { timeout: 5000 });
  return { ask, shows, screen: () => screen, type: (text: string) => void stdin.write(text) };
}

const text = (judge: Judge, over: object = {}): Extract<Question, { kind: "text" | "password" }> => ({
  kind: "text",
  message: "Mattermost URL:",
  judge,
  ...over,
});

const onlyGood: Judge = async (answer) => (answer === "good" ? undefined : `${answer} won't do.`);

test("a wrong answer stays unmarked, with the reason under it, and the question stays open with it", async () => {
  const { ask, shows, screen, type } = terminal();
  const asked = ask(text(onlyGood));
  type(`bad${ENTER}`);
  await shows("✗ bad won't do.");
  expect(screen()).not.toContain("✔");
  expect(screen()).toMatch(/\? Mattermost URL: › bad\n✗ bad won't do\.\n\? Mattermost URL: › bad$/);
  type(`${"\u007f".repeat(3)}good${ENTER}`);
  expect(await asked).toBe("good");
  expect(screen()).toContain("✔ Mattermost URL: … good");
});

test("a wrong answer that was offered can be corrected as if it had been typed", async () => {
  const { ask, shows, type } = terminal();
  const asked = ask(text(onlyGood, { initial: "goo" }));
  type(ENTER);
  await shows("✗ goo won't do.");
  type(`d${ENTER}`);
  expect(await asked).toBe("good");
});

test("a password is shown on no line, right or wrong", async () => {
  const { ask, shows, screen, type } = terminal();
  const judge: Judge = async (answer) => (answer === "s3cret" ? undefined : "It is wrong.");
  const asked = ask(text(judge, { kind: "password", message: "Bot token:" }));
  type(`s3cre${ENTER}`);
  await shows("✗ It is wrong.");
  type(`t${ENTER}`);
  expect(await asked).toBe("s3cret");
  expect(screen()).not.toContain("s3cre");
});

test("a choice is marked only when it can be taken", async () => {
  const { ask, shows, screen, type } = terminal();
  const choices = [
    { title: "One", value: "bad" },
    { title: "Two", value: "good" },
  ];
  const asked = ask({ kind: "select", message: "Channel ID:", choices, judge: onlyGood });
  type(ENTER);
  await shows("✗ bad won't do.");
  expect(screen()).not.toContain("✔");
  type(DOWN);
  type(ENTER);
  expect(await asked).toBe("good");
  expect(screen()).toContain("✔ Channel ID: › Two");
});

/** A judgement that waits for the test. */
function slowJudge() {
  const judged: string[] = [];
  let decide = (_reason: string | undefined): void => {};
  const judge: Judge = (answer) => {
    judged.push(answer);
    return new Promise((resolve) => {
      decide = resolve;
    });
  };
  return { judge, judged, decide: (reason?: string) => decide(reason) };
}

test("while an answer is checked that is said, and a second Enter is not taken for another answer", async () => {
  const { ask, shows, screen, type } = terminal();
  const { judge, judged, decide } = slowJudge();
  const asked = ask(text(judge));
  type(`good${ENTER}`);
  await shows("Mattermost URL: (checking) › good");
  type(ENTER);
  decide();
  expect(await asked).toBe("good");
  expect(judged).toEqual(["good"]);
  expect(screen().split("✔")).toHaveLength(2);
  expect(screen()).not.toMatch(/✔[^\n]*checking/);
});

test("what is typed while an answer is checked is never taken unchecked", async () => {
  const { ask, shows, screen, type } = terminal();
  const { judge, judged, decide } = slowJudge();
  const asked = ask(text(judge));
  type(`good${ENTER}`);
  await shows("(checking)");
  type("er");
  await shows("gooder");
  decide();
  await shows("Mattermost URL: › gooder");
  expect(screen()).not.toContain("✔");
  type(ENTER);
  await expect.poll(() => judged).toEqual(["good", "gooder"]);
  decide();
  expect(await asked).toBe("gooder");
});

test("giving up while an answer is checked is giving up, whatever comes of the check", async () => {
  const { ask, shows, screen, type } = terminal();
  const { judge, decide } = slowJudge();
  const asked = ask(text(judge));
  type(`good${ENTER}`);
  await shows("(checking)");
  type(CTRL_C);
  expect(await asked).toBeUndefined();
  const before = screen();
  decide();
  await new Promise(setImmediate);
  expect(screen()).toBe(before);
});

test("a check that breaks is an error of the question", async () => {
  const { ask, type } = terminal();
  const asked = ask(
    text(async () => {
      throw new Error("broken");
    }),
  );
  type(`x${ENTER}`);
  await expect(asked).rejects.toThrow("broken");
});

test("yes and no need no check", async () => {
  const { ask, type } = terminal();
  const asked = ask({ kind: "confirm", message: "Skip permission prompts?", initial: false });
  type("y");
  expect(await asked).toBe(true);
});

const takesAll: Judge = async () => undefined;

test.each([
  ["Ctrl-U takes away all that was typed", `wrong${CTRL_U}good`],
  ["Ctrl-U takes away also what stands behind the cursor", `wrong${LEFT}${LEFT}${CTRL_U}good`],
  ["Ctrl-U of an empty line leaves it empty", `${CTRL_U}good`],
  ["Ctrl-W takes away the word before the cursor", `good bad ${CTRL_W}${BACKSPACE}`],
  ["Ctrl-W takes away no more than that", `go bad${LEFT}${CTRL_W}${BACKSPACE}od${RIGHT}${BACKSPACE}`],
  ["a key that writes nothing writes nothing", `${F1}go${F1}od`],
  ["nor does a control character", `go${CTRL_K}\u0000\u001cod`],
])("%s", async (_fact, typed) => {
  for (const kind of ["text", "password"] as const) {
    const { ask, type } = terminal();
    const asked = ask(text(takesAll, { kind }));
    type(`${typed}${ENTER}`);
    expect(await asked, kind).toBe("good");
  }
});

test("a long wrong token is taken away at once, and the next is shown on no line either", async () => {
  const { ask, shows, screen, type } = terminal();
  const asked = ask(text(onlyGood, { kind: "password", message: "Bot token:" }));
  type(`${"x".repeat(26)}${ENTER}`);
  await shows("won't do.");
  type(`${CTRL_U}good${ENTER}`);
  expect(await asked).toBe("good");
  expect(screen()).not.toContain("good");
});

test("after Ctrl-U the answer that was offered is offered again", async () => {
  const { ask, type } = terminal();
  const asked = ask(text(takesAll, { initial: "good" }));
  type(`bad${CTRL_U}${ENTER}`);
  expect(await asked).toBe("good");
});

test("a key that writes nothing is no answer to yes and no", async () => {
  const { ask, type } = terminal();
  const asked = ask({ kind: "confirm", message: "Skip permission prompts?", initial: false });
  type(F1);
  type("y");
  expect(await asked).toBe(true);
});
