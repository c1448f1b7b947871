import { expect, test } from "vitest";
import { parseCommand } from "../../../src/router/parse-command.ts";
import { COMMANDS, helpText, nearestCommand } from "../../../src/session/commands.ts";

/** The three spellings: `!x`, `@bot x` (what is left once the mention is gone), `/x`. */
const SPELLINGS: readonly (readonly [string, boolean])[] = [
  ["!", false],
  ["!", true],
  ["", true],
  ["/", false],
  ["/", true],
];

test.each([
  ["stop", { name: "stop" }],
  ["cancel", { name: "stop" }],
  ["Cancel", { name: "stop" }],
  ["interrupt", { name: "interrupt" }],
  ["help", { name: "help" }],
  ["invite @bob", { name: "invite", username: "bob" }],
  ["invite @jane.doe", { name: "invite", username: "jane.doe" }],
  ["invite @jane_doe-2", { name: "invite", username: "jane_doe-2" }],
  ["kick @bob", { name: "kick", username: "bob" }],
  ["kick @bob!", { name: "kick", username: "bob" }],
  ["permissions interactive", { name: "permissions", mode: "interactive" }],
  ["permissions AUTO", { name: "permissions", mode: "auto" }],
  ["fork", { name: "fork", argument: "" }],
  ["sessions", { name: "sessions", argument: "" }],
  ["handover", { name: "handover", argument: "" }],
  [
    "resume 3f0b1c1e-0000-4000-8000-000000000000",
    { name: "resume", argument: "3f0b1c1e-0000-4000-8000-000000000000" },
  ],
])("%j is understood in all its spellings", (words, command) => {
  for (const [sign, isMention] of SPELLINGS) {
    expect(parseCommand(`${sign}${words}`, isMention), `${sign}${words}`).toEqual(command);
  }
});

test.each(["stop", "cancel", "STOP", "Stop.", "stop!", " cancel "])(
  "%j alone, as a whole message, is a command without any sign",
  (text) => {
    expect(parseCommand(text, false)).toEqual({ name: "stop" });
  },
);

test.each([
  ["stop using tabs", true],
  ["stop using tabs", false],
  ["cancel the order", true],
  ["help me with this", true],
  ["interrupt handlers are slow", true],
  ["invite bob to the meeting", true],
  ["invite @bob to the meeting", true],
  ["permissions are wrong", true],
  ["kick off the build", true],
  ["invite @bob", false],
  ["help", false],
  ["interrupt", false],
  ["no problem", true],
  ["no problem", false],
  ["/etc/hosts is wrong", false],
  ["/etc/hosts is wrong", true],
  ["//comment", false],
  ["/", false],
  ["!", false],
  ["!!", false],
  ["! important", false],
  ["!= is not ==", false],
  ["look at /stop", true],
  ["", true],
] as const)("%j (after a mention: %s) is a message", (text, isMention) => {
  expect(parseCommand(text, isMention)).toBeUndefined();
});

test.each(
  ["!invite", "!invite @", "!kick @bob and carol", "!permissions", "!permissions maybe", "@bot"].slice(0, 5),
)("%j is told how it is written", (text) => {
  expect(parseCommand(text, false)).toMatchObject({
    name: "incomplete",
    usage: expect.stringContaining("!"),
  });
});

test("any other name may be one of Claude's; only `!` can mean nothing else", () => {
  expect(parseCommand("!compact now", false)).toEqual({ name: "slash", slash: "compact", isCertain: true });
  expect(parseCommand("/compact", true)).toEqual({ name: "slash", slash: "compact", isCertain: false });
  expect(parseCommand("!plugin:skill-name", false)).toMatchObject({ slash: "plugin:skill-name" });
  expect(parseCommand("!constructor", false)).toMatchObject({ name: "slash", slash: "constructor" });
});

test("the help shows every command of the registry with `!`, and no cell of its table is broken", () => {
  const help = helpText();
  const rows = help.split("\n").filter((line) => line.startsWith("| `!"));
  for (const { usage, aliases } of Object.values(COMMANDS)) {
    for (const spelling of [usage, ...aliases]) {
      expect(rows.some((row) => row.includes(`\`!${spelling}\``))).toBe(true);
    }
  }
  expect(rows.every((row) => row.split("|").length === 4)).toBe(true);
  expect(help).toMatch(/\/kick.*removes them from the channel/);
});

test.each([
  ["stp", "stop"],
  ["invit", "invite"],
  ["comapct", "compact"],
  ["HELP", "help"],
  ["hlep", "help"],
  ["x".repeat(16_000), undefined],
  ["xyzzy", undefined],
])("the command nearest to %j is %s", (name, near) => {
  expect(nearestCommand(name, ["compact", "context"])).toBe(near);
});

test.each([
  "fork the repository and tell me when it is done",
  "sessions are kept in memory, why?",
  "resume the work on the parser",
  "resume 3f0b1c1e-0000-4000-8000-000000000000 and run the tests",
  "handover notes for the next shift, please",
])("%j is a sentence for Claude", (text) => {
  expect(parseCommand(text, true)).toBeUndefined();
});
