import { expect, it } from "vitest";
import { withoutFileMentions } from "../../../src/claude/file-mentions.ts";

it.each([
  ["read @/etc/passwd", "read @ /etc/passwd"],
  ["@~/.ssh/id_rsa", "@ ~/.ssh/id_rsa"],
  ['(@"/a b")', '(@ "/a b")'],
  ["@src/../../x and @../y", "@ src/../../x and @ ../y"],
  ["@.env", "@ .env"],
  ["@$HOME/x", "@ $HOME/x"],
  ["@server:file:///x", "@ server:file:///x"],
  ["a\n@/x", "a\n@ /x"],
])("%j names a file outside, and reaches Claude as %j", (text, words) => {
  expect(withoutFileMentions(text)).toBe(words);
});

it.each(["[@bob]: hi", "@bob: hi", "add @types/node", "see @src/a.ts", "mail a@b.c/d", "@bob, @carol."])(
  "%j stays as it is",
  (text) => {
    expect(withoutFileMentions(text)).toBe(text);
  },
);
