import { readFileSync } from "node:fs";
import { parse } from "dotenv";
import { expect, test } from "vitest";
import { settingsHelp } from "../../../src/config/help.ts";
import { FILE_ORDER, SETTING_KEYS, SETTINGS } from "../../../src/config/settings.ts";

const example = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");
const settings = SETTING_KEYS.map((key) => SETTINGS[key]);
const CONTEXT = { home: "/home/me" };

test("--help names every variable with its default, and the files in their order", () => {
  const help = settingsHelp();
  for (const { variable, defaultText } of settings) {
    expect(
      help.split("\n").filter((line) => line.includes(variable) && line.includes(defaultText)),
    ).toHaveLength(1);
  }
  const positions = FILE_ORDER.map((file) => help.indexOf(`  ${file}`));
  expect(positions.every((position) => position > 0)).toBe(true);
  expect([...positions].sort((a, b) => a - b)).toEqual(positions);
});

test("--help fits a terminal of 110 columns", () => {
  for (const line of settingsHelp().split("\n")) expect(line.length).toBeLessThanOrEqual(110);
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

test("a file of the audit trail is never larger than what can be read as a whole", () => {
  const { parse: parseText } = SETTINGS.auditFileMb;
  expect(parseText("1000", CONTEXT)).toEqual({ value: 1000 });
  expect(parseText("1001", CONTEXT)).toHaveProperty("problem");
});
