import { describe, expect, test } from "vitest";
import {
  leadingNames,
  mentions,
  nameCandidates,
  withoutLeadingMention,
} from "../../../src/router/mention.ts";

const BOT = "claude-code";

describe("a mention is seen", () => {
  test.each([
    "@claude-code fix it",
    "please @claude-code",
    "@Claude-Code FIX",
    "@CLAUDE-CODE",
    "@claude-code, hello",
    "(@claude-code)",
    "@claude-code: go",
    "@claude-code! now",
    "@claude-code.",
    "@claude-code...",
    "@claude-code?",
    "ask @claude-code. Then wait",
    "“@claude-code”",
    "'@claude-code'",
    "**@claude-code**",
    "line\n@claude-code",
    "`code` @claude-code",
    "\\`@claude-code\\`",
    "```\ncode\n```\n@claude-code",
    "an unclosed ` before @claude-code",
    "@claude-code-2 and @claude-code",
    "@claude-code…",
    "😀@claude-code😀",
    "_@claude-code_",
    "see __@claude-code__",
    "...@claude-code",
    "- @claude-code",
  ])("in %j", (text) => {
    expect(mentions(text, BOT)).toBe(true);
  });
});

describe("no mention is seen", () => {
  test.each([
    "",
    "claude-code",
    "@claude",
    "@claude-code-2 hi",
    "@claude-code2",
    "@claude-code_x",
    "@claude-code.com",
    "foo@claude-code.com",
    "foo@claude-code",
    "mail.to@claude-code please",
    "`@claude-code`",
    "``a ` @claude-code``",
    "```\n@claude-code\n```",
    "~~~ts\n@claude-code\n~~~",
    "```\n@claude-code, in a fence that stays open",
    "@claude-codeä",
    "é@claude-code",
    "日本@claude-code",
    "@claude-code日本",
    "https://host/@claude-code",
    "@@claude-code",
    "a_@claude-code",
    "a-_.@claude-code",
    "/.@claude-code",
    "jane.@claude-code",
  ])("in %j", (text) => {
    expect(mentions(text, BOT)).toBe(false);
  });
});

test("letters of a name that mean something in patterns stand for themselves", () => {
  expect(mentions("@a.b hi", "a.b")).toBe(true);
  expect(mentions("@aXb hi", "a.b")).toBe(false);
  expect(mentions("@a-b_c.d", "a-b_c.d")).toBe(true);
  for (const name of ["a+b", "a(b", "a[b", "a$", "a\\d", "a*", "a|b", "^a", "a{2}", "a?"]) {
    expect(mentions(`hi @${name} there`, name), name).toBe(true);
  }
  expect(mentions("@b", "a|b")).toBe(false);
});

test.each([
  ["@claude-code fix it", "fix it"],
  ["@Claude-Code: fix it", "fix it"],
  ["@claude-code, fix it", "fix it"],
  ["  @claude-code - fix it ", "fix it"],
  ["@claude-code!stop", "!stop"],
  ["@claude-code !stop", "!stop"],
  ["@claude-code! stop", "stop"],
  ["@claude-code", ""],
  ["@claude-code!", ""],
  ["@claude-code.", ""],
  ["@claude-code /compact", "/compact"],
  ["@claude-code .env is wrong", ".env is wrong"],
  ["@claude-code --help is missing", "--help is missing"],
  ["@claude-code\nfix it", "fix it"],
  ["please @claude-code fix it", "please @claude-code fix it"],
  ["@claude-code-2 fix it", "@claude-code-2 fix it"],
  ["@claude-code ask @claude-code", "ask @claude-code"],
])("what %j says is %j", (text, said) => {
  expect(withoutLeadingMention(text, BOT)).toBe(said);
});

test.each([
  ["@bob can you look?", ["bob"]],
  ["@Bob, can you look?", ["bob"]],
  ["  @jane.doe hi", ["jane.doe"]],
  ["@bob. Look", ["bob.", "bob"]],
  ["@types/node is broken", []],
  ["@my-lib/core is broken", []],
  ["@my_lib/core is broken", []],
  ["@my.lib/core is broken", []],
  ["mail @bob", []],
  ["bob, look", []],
  ["@", []],
])("%j may begin with the names %j", (text, names) => {
  expect(leadingNames(text)).toEqual(names);
});

test("a name may end in what could be the sentence's punctuation: both are tried, as written first", () => {
  expect(nameCandidates("Jane.Doe")).toEqual(["jane.doe"]);
  expect(nameCandidates("bob_")).toEqual(["bob_", "bob"]);
});
