import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ConfigError } from "../../../src/config/error.ts";
import { addProject, removeProject } from "../../../src/config/projects-edit.ts";
import { runs } from "../../support/runs.ts";

const API = { name: "api", channel: "dev/shop", directory: "~/src/api" };

describe("a project is added", () => {
  test("to a new file, which says what it is", () => {
    const text = addProject(undefined, API);
    expect(text).toMatch(/^# The projects of mm-claude/);
    expect(text.endsWith("\nprojects:\n  api:\n    channel: dev/shop\n    directory: ~/src/api\n")).toBe(
      true,
    );
    expect(addProject("\n", API)).toBe(text);
  });

  test.each([
    "# mine\n‹projects:\n  api:\n    channel: dev/shop\n    directory: ~/src/api\n›",
    "projects:‹\n  api:\n    channel: dev/shop\n    directory: ~/src/api\n›",
    "projects: # none yet\n‹  api:\n    channel: dev/shop\n    directory: ~/src/api\n›\n# people\ndirectMessages:\n  directory: ~/x\n",
    "projects: {‹ api: { channel: dev/shop, directory: ~/src/api } ›}\n",
    "projects: {a: {channel: d/c, directory: /a}‹, api: { channel: dev/shop, directory: ~/src/api }›} # all\n",
    `projects:
    shop:   # the shop
        channel:   "dev/shop"
        directory: ~/src/shop   # here
        # worktree: ask
‹    api:
        channel: dev/shop
        directory: ~/src/api
›
    # more to come

directMessages: {directory: ~/x}
`,
    "projects:\r\n  a: {channel: d/c, directory: /a}\r\n‹  api:\r\n    channel: dev/shop\r\n    directory: ~/src/api\r\n›# end\r\n",
  ])("%# and nothing else is touched", (marked) => {
    expect(addProject(marked.replace(/‹[^›]*›/, ""), API)).toBe(marked.replaceAll(/[‹›]/g, ""));
  });

  test("what any reader of YAML could misunderstand is put in quotes", () => {
    const odd = { name: "42", channel: "12345678901234567890123456", directory: "/srv/a: b #c" };
    for (const text of [undefined, "projects: {}\n"]) {
      expect(parse(addProject(text, odd))).toEqual({
        projects: { 42: { channel: odd.channel, directory: odd.directory } },
      });
    }
  });
});

describe("a project is removed", () => {
  test.each([
    `# top
projects:
  # the shop
  shop:
    channel: dev/shop   # x
    directory: ~/src/shop

  # the api
‹  api:
    channel: dev/shop
    directory: ~/src/api   # here
    # worktree: ask
›  # the end
directMessages: {directory: ~/x}
`,
    "projects:\n‹  api: {channel: d/c, directory: /a}\n›",
    "projects: {‹api: {channel: d/c, directory: /a}, ›shop: {channel: d/c, directory: /b}}\n",
    "projects: {shop: {channel: d/c, directory: /b}‹, api: {channel: d/c, directory: /a}›}\n",
    "projects: {‹api: {channel: d/c, directory: /a}›}\n",
    "projects: {shop: {channel: d/c, directory: /b}, # b\n  ‹api: {channel: d/c, directory: /a}›}\n",
  ])("%# and nothing else is touched", (marked) => {
    expect(removeProject(marked.replaceAll(/[‹›]/g, ""), "api")).toBe(marked.replace(/‹[^›]*›/, ""));
  });

  test("but not where another uses a part of it", () => {
    const text = "projects:\n  api: {channel: &c d/c, directory: /a}\n  shop: {channel: *c, directory: /b}\n";
    expect(() => removeProject(text, "api")).toThrow(
      "api can't be taken out:\n  projects.yaml: it is written in a way that can't be changed",
    );
  });
});

test.each([
  "{projects: {",
  "- a\n",
  "projects: 1\n",
  "a: 1\n...\n",
  "{projects}",
  "projects: &p {}\n? x\n: *p\n",
])("what can't be changed is left alone, with the line to write: %j", (text) => {
  expect(() => addProject(text, API)).toThrow(ConfigError);
  expect(() => addProject(text, API)).toThrow("api: { channel: dev/shop, directory: ~/src/api }");
});

/** Texts as people write them. */
const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/);
const comment = fc.constantFrom("", "", " # why", "   # - x: {y}");
const gap = fc.constantFrom("", "", "\n", "# a line\n", "  # indented\n", "    # deeper\n\n", "\n\n");
const scalar = fc.constantFrom(
  "plain",
  "'it''s'",
  '"a # b"',
  "~/src/x",
  "[a, b]",
  "[a,\n              b]",
  "|\n            text\n\n            more",
);
const entry = (indent: string) =>
  fc.oneof(
    fc.record({ style: fc.constant("flow"), keys: comment, inner: gap }).map(({ keys, inner }) => ({
      text: (one: string) => `${indent}${one}: { channel: d/c, directory: "/srv/${one}" }${keys}\n${inner}`,
    })),
    fc
      .record({ first: comment, second: comment, third: scalar, keys: comment, inner: gap })
      .map(({ first, second, third, inner }) => ({
        text: (one: string) =>
          `${indent}${one}:${first}\n${indent}    channel:  d/c${second}\n${inner}${indent}    directory: ${third}\n`,
      })),
  );
const file = fc.constantFrom(" ", "  ", "    ").chain((indent) =>
  fc
    .record({
      top: fc.constantFrom("", "---\n", "# top\n\n"),
      key: comment,
      names: fc.uniqueArray(name, { maxLength: 4 }),
      entries: fc.array(fc.tuple(entry(indent), gap), { minLength: 4, maxLength: 4 }),
      end: fc.constantFrom("", "directMessages: {directory: ~/x, allowedUsers: [a]}\n", "# end"),
    })
    .map(({ top, key, names, entries, end }) => ({
      names,
      text: `${top}projects:${key}\n${names.map((one, at) => `${entries[at]?.[0].text(one)}${entries[at]?.[1]}`).join("")}${end}`,
    })),
);

test("adding puts in one piece, and removing it again gives the very text from before", () => {
  fc.assert(
    fc.property(file, name, ({ text, names }, added) => {
      fc.pre(!names.includes(added));
      const after = addProject(text, { name: added, channel: "dev/shop", directory: "~/src/new" });
      let start = 0;
      while (start < text.length && text[start] === after[start]) start++;
      const isAtEnd = !after.endsWith(text.slice(start)) || start === text.length;
      expect(isAtEnd ? after.startsWith(text) : true).toBe(true);
      // The end of the last line has to be written.
      expect([text, ...(isAtEnd ? [`${text}\n`] : [])]).toContain(removeProject(after, added));
    }),
    { numRuns: runs(400) },
  );
});

test("removing takes lines of that project alone", () => {
  fc.assert(
    fc.property(file, fc.nat(3), ({ text, names }, at) => {
      const gone = names[at];
      fc.pre(gone !== undefined);
      const after = removeProject(text, gone);
      const lines = text.split("\n");
      const first = lines.findIndex((line) => line.trimStart().startsWith(`${gone}:`));
      const count = lines.length - after.split("\n").length;
      expect([...lines.slice(0, first), ...lines.slice(first + count)].join("\n")).toBe(after);
      const others = names.filter((one) => one !== gone);
      expect(Object.keys(parse(after, { schema: "failsafe" }).projects || {}).sort()).toEqual(
        [...others].sort(),
      );
    }),
    { numRuns: runs(400) },
  );
});
