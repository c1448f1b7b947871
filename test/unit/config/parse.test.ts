import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Parsed,
  parseBoolean,
  parseChannelId,
  parseCount,
  parseFew,
  parseFile,
  parseMilliseconds,
  parseProgram,
  parseUrl,
  parseUsername,
  parseUsernames,
} from "../../../src/config/parse.ts";

const resultOf = <T>(parsed: Parsed<T>): T | "wrong" => ("value" in parsed ? parsed.value : "wrong");

test.each([
  ["true", true],
  ["True", true],
  ["1", true],
  ["YES", true],
  ["on", true],
  ["false", false],
  ["FALSE", false],
  ["0", false],
  ["no", false],
  ["Off", false],
  ["", "wrong"],
  ["y", "wrong"],
  ["truee", "wrong"],
  ["2", "wrong"],
])("the boolean %j is %j", (text, expected) => {
  expect(resultOf(parseBoolean(text))).toBe(expected);
});

test.each([
  ["https://chat.example.com", "https://chat.example.com"],
  ["https://example.com/chat//", "https://example.com/chat"],
  ["http://localhost:8065", "http://localhost:8065"],
  ["HTTPS://EXAMPLE.com/", "HTTPS://EXAMPLE.com"],
  ["chat.example.com", "wrong"],
  ["ftp://example.com", "wrong"],
  ["https://", "wrong"],
  ["https://a b", "wrong"],
  ["https://example.com/?x=1", "wrong"],
  ["https://example.com/#top", "wrong"],
  ["https://me:pw@example.com", "wrong"],
])("the URL %j is %j", (text, expected) => {
  expect(resultOf(parseUrl(text))).toBe(expected);
});

test.each([
  ["1", 1],
  ["05", 5],
  ["0", "wrong"],
  ["-1", "wrong"],
  ["1.5", "wrong"],
  ["1e3", "wrong"],
  ["five", "wrong"],
  ["99999999999999999999", "wrong"],
])("the count %j is %j", (text, expected) => {
  expect(resultOf(parseCount(text))).toBe(expected);
});

test("a timeout longer than a timer can wait is refused, the longest is not", () => {
  expect(resultOf(parseMilliseconds("2147483647"))).toBe(2_147_483_647);
  expect(resultOf(parseMilliseconds("2147483648"))).toBe("wrong");
});

test.each([",", " , ,", ",,"])(
  "a list of usernames without any, %j, is none: an empty one lets everyone in",
  (text) => {
    expect(parseUsernames(text)).toHaveProperty("problem");
  },
);

test("usernames lose their @, their capitals and their doubles", () => {
  expect(resultOf(parseUsernames(" @Alice, bob,,jane.doe alice"))).toEqual(["alice", "bob", "jane.doe"]);
  expect(resultOf(parseUsername("@Claude-Code"))).toBe("claude-code");
  expect(resultOf(parseUsername("a b"))).toBe("wrong");
});

test("a list of proper names comes back as it was written", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,21}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      expect(resultOf(parseUsernames(names.join(", ")))).toEqual(names);
    }),
  );
});

test("only a leading ~/ is the home directory", () => {
  const at = (text: string) => resultOf(parseProgram(text, { cwd: "/work", home: "/home/me" }));
  expect(["~/bin/claude", "claude", "/a/~/b", "~other/claude"].map(at)).toEqual([
    "/home/me/bin/claude",
    "claude",
    "/a/~/b",
    "~other/claude",
  ]);
});

test.each([
  [parseCount, "-1", "is not positive"],
  [parseCount, "0", "is not positive"],
  [parseMilliseconds, "-5", "is not positive"],
  [parseFew, "-1", "is negative"],
  [parseFew, "6", "is too large"],
  [parseCount, "1.5", "is not a whole number"],
  [parseCount, "-x", "is not a whole number"],
])("%o says of %j that it %s", (parse, text, reason) => {
  expect(parse(text)).toMatchObject({ problem: `"${text}" ${reason}`, mend: expect.stringMatching(/^Use /) });
});

test("a file is absolute, or in the directory that mm-claude is started in; nobody expands a ~", () => {
  const at = (text: string) => resultOf(parseFile(text, { cwd: "/work", home: "/home/me" }));
  expect(["/var/lib/a.prom", "a.prom", "../a.prom", "~/a.prom", "~", "a/", "/"].map(at)).toEqual([
    "/var/lib/a.prom",
    "/work/a.prom",
    "/a.prom",
    "wrong",
    "wrong",
    "wrong",
    "wrong",
  ]);
});

test.each([
  "59r731ty1tgfmgi8dzzuhw8njw",
  // As a 7.10 and a 10.11 server make them.
  "wsy7h3njqtnhpfmwb1uzpyi3ao",
])("%s has the form of an id", (id) => {
  expect(parseChannelId(id)).toEqual({ value: id });
});

test.each([
  "town-square",
  "59r731ty1tgfmgi8dzzuhw8nj",
  "59r731ty1tgfmgi8dzzuhw8njww",
  "59R731TY1TGFMGI8DZZUHW8NJW",
  "59r731ty1tgfmgi8dzzuhw8n_w",
  "https://chat.example.com/team/channels/town-square",
])("%s has not, and that is said without asking the server", (text) => {
  expect(parseChannelId(text)).toEqual({
    problem: `"${text}" is not a channel id`,
    mend: "Copy the id from the channel's View Info: 26 lower-case letters and digits",
  });
});
