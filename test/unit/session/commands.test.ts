// The commands as users read about them: what the documents name is what the registry has.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeReady } from "../../../src/claude/decode-control.ts";
import { parseCommand } from "../../../src/router/parse-command.ts";
import { COMMANDS, commandNamed } from "../../../src/session/commands.ts";
import { decodeRecording } from "../../support/claude-recording.ts";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");
const usage = read("docs/usage.md");
const DOCUMENTS = ["README.md", ...readdirSync(new URL("docs", ROOT)).map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith(".md"),
);

/** Stands for any of Claude's own. */
const ANY = "!anything";

/** What is written as code in a text and begins so. */
const spansIn = (text: string, beginning: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, span = ""]) => (span.startsWith(beginning) ? [span] : []));

const forms = Object.values(COMMANDS).flatMap((command) => [command.usage, ...command.aliases]);
const rows = usage.split("\n").flatMap((line) => {
  const [, first = "", meaning = ""] = line.split("|");
  const written = spansIn(first, "!");
  return written.length > 0 ? [{ written, meaning }] : [];
});

/** What the newest recorded Claude Code knows. */
function claudesOwn(): ReadonlySet<string> {
  const names = decodeRecording("2.1.330-background-bash", 64 * 1024).flatMap((decoded) => {
    const ready = decoded.type === "response" ? decodeReady(decoded.payload) : undefined;
    return ready?.type === "ready" ? ready.commands.flatMap(({ name, aliases }) => [name, ...aliases]) : [];
  });
  return new Set(names);
}

test("the table of docs/usage.md has every command of the registry in all its forms, and none besides", () => {
  expect(rows.flatMap(({ written }) => written)).toEqual([...forms.map((form) => `!${form}`), ANY]);
});

test("an emoji that does what a command does stands in that command's row of docs/usage.md", () => {
  for (const { usage: form, help } of Object.values(COMMANDS)) {
    const row = rows.find(({ written }) => written.includes(`!${form}`));
    for (const [emoji] of help.matchAll(/\p{Extended_Pictographic}/gu)) {
      expect(row?.meaning, form).toContain(emoji);
    }
  }
});

test("the spellings that docs/usage.md shows of one command are understood, all as the same", () => {
  const [, sentence = ""] = /^Each has three spellings: (.+)$/m.exec(usage) ?? [];
  const [bang, mention = "", slash] = spansIn(sentence, "");
  const understood = [
    parseCommand(bang ?? "", false),
    parseCommand(mention.replace(/^@\S+ /, ""), true),
    parseCommand(slash ?? "", false),
  ];
  expect(understood).toEqual(Array.from({ length: 3 }, () => ({ name: "invite", username: "bob" })));
});

test.each(DOCUMENTS)("%s names no command that neither mm-claude nor Claude has", (document) => {
  const own = claudesOwn();
  expect(own.size).toBeGreaterThan(10);
  const unknown = spansIn(read(document), "!").filter((span) => {
    const name = /^!([a-z][\w:-]*)/i.exec(span)?.[1];
    return name !== undefined && span !== ANY && !commandNamed(name) && !own.has(name);
  });
  expect(unknown).toEqual([]);
});

test.each(DOCUMENTS)("what %s writes after a command's name is what the command takes", (document) => {
  const written = spansIn(read(document), "!").filter((span) => span.includes(" "));
  const refused = written.filter((span) => parseCommand(span, false)?.name === "incomplete");
  expect(refused).toEqual([]);
});
