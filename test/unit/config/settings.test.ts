import { readFileSync } from "node:fs";
import { parse } from "dotenv";
import { expect, test } from "vitest";
import { settingsHelp } from "../../../src/config/help.ts";
import { FILE_ORDER, SETTING_KEYS, SETTINGS } from "../../../src/config/settings.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const example = read(".env.example");
const page = read("docs/settings.md");
const settings = SETTING_KEYS.map((key) => SETTINGS[key]);
const CONTEXT = { cwd: "/work", home: "/home/me" };

test("--help names every variable with its default, and the files in their order", () => {
  const help = settingsHelp(110);
  for (const { variable, defaultText } of settings) {
    expect(
      help.split("\n").filter((line) => line.includes(variable) && line.includes(defaultText)),
    ).toHaveLength(1);
  }
  const positions = FILE_ORDER.map((file) => help.indexOf(`  ${file}`));
  expect(positions.every((position) => position > 0)).toBe(true);
  expect([...positions].sort((a, b) => a - b)).toEqual(positions);
});

test.each([80, 110])("--help fits %i columns, and loses no word", (columns) => {
  const help = settingsHelp(columns);
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
  const words = help.split(/\s+/).join(" ");
  for (const { description } of settings) expect(words).toContain(description);
});

test(".env.example has every setting with its description and default, and none besides", () => {
  const uncommented = example.replaceAll(/^# (?=[A-Z_]+=)/gm, "");
  expect(Object.keys(parse(uncommented))).toEqual(settings.map((setting) => setting.variable));
  for (const { variable, defaultText, description, fallback } of settings) {
    const [, comment, value] = new RegExp(`^# (.+)\n(?:# )?${variable}=(.*)$`, "m").exec(example) ?? [];
    expect(comment?.toLowerCase(), variable).toContain(description.toLowerCase());
    const isPlain =
      fallback !== "required" && typeof fallback.value !== "object" && fallback.value !== undefined;
    expect(value, variable).toBe(isPlain ? defaultText : "");
    if (!isPlain && fallback !== "required") expect(comment).toContain(`(default: ${defaultText})`);
    if (fallback === "required") expect(comment).toMatch(/^Required: /);
  }
});

test(".env.example names the files in their order", () => {
  const positions = FILE_ORDER.map((file) => example.indexOf(`#   ${file}`));
  expect(positions.every((position) => position > 0)).toBe(true);
  expect([...positions].sort((a, b) => a - b)).toEqual(positions);
});

test(".env.example as it is sets nothing", () => {
  expect(Object.values(parse(example)).filter((value) => value !== "")).toEqual([]);
});

test("a default that is a plain value reads as that value", () => {
  for (const { defaultText, fallback, parse: parseText } of settings) {
    if (fallback === "required" || typeof fallback.value === "object" || fallback.value === undefined)
      continue;
    expect(parseText(defaultText, CONTEXT)).toEqual({ value: fallback.value });
  }
});

test("docs/settings.md has a row for every setting with its option, default and description, in this order", () => {
  const rows = page.split("\n").flatMap((line) => {
    const [, option = "", variable = "", fallback = "", meaning = ""] = line.split("|");
    return /^ `[A-Z_]+` $/.test(variable) && meaning !== "" ? [{ option, variable, fallback, meaning }] : [];
  });
  const plain = (cell: string): string => cell.replaceAll("`", "").trim();
  expect(rows.map(({ variable }) => plain(variable))).toEqual(settings.map(({ variable }) => variable));
  for (const [at, { option, placeholder, defaultText, description }] of settings.entries()) {
    const row = rows[at];
    const spelled = option && `\`${option}${placeholder === undefined ? "" : ` <${placeholder}>`}\``;
    expect(row?.option.trim().startsWith(spelled ?? "")).toBe(true);
    expect(row?.option.trim() === "").toBe(option === undefined);
    expect(plain(row?.fallback ?? "")).toBe(defaultText);
    expect(plain(row?.meaning ?? "").toLowerCase()).toContain(description.toLowerCase());
  }
});

test("docs/settings.md names the files in their order", () => {
  const positions = FILE_ORDER.map((file, at) => page.indexOf(`   ${at + 1}. \`${file}\``));
  expect(positions.every((position) => position > 0)).toBe(true);
  expect([...positions].sort((a, b) => a - b)).toEqual(positions);
});

test("a file of the audit trail is never larger than what can be read as a whole", () => {
  const { parse: parseText } = SETTINGS.auditFileMb;
  expect(parseText("1000", CONTEXT)).toEqual({ value: 1000 });
  expect(parseText("1001", CONTEXT)).toHaveProperty("problem");
});
