// What users read of projects.yaml is what the schema says, and the examples are read as they stand.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectDefaults } from "../../../src/config/project.ts";
import { parseProjects } from "../../../src/config/projects-file.ts";
import { projectKeyDocuments } from "../../../src/config/projects-schema.ts";
import { defaultSettings } from "../../../src/config/settings.ts";
import { emptyPlaces } from "../../support/setup-world.ts";

const page = readFileSync(new URL("../../../docs/projects.md", import.meta.url), "utf8");

test("docs/projects.md has a row for every key with its default and description, in this order", () => {
  const rows = page.split("\n").flatMap((line) => {
    const [, key = "", defaultText = "", meaning = ""] = line.split("|").map((cell) => cell.trim());
    return /^`[a-zA-Z]+`$/.test(key) ? [{ key: key.replaceAll("`", ""), defaultText, meaning }] : [];
  });
  const keys = projectKeyDocuments();
  expect(rows.map(({ key }) => key)).toEqual(keys.map(({ key }) => key));
  const plain = (text: string): string => text.replaceAll(/\]\([^)]*\)|\[(?!\])/g, "").toLowerCase();
  for (const [at, { defaultText, description }] of keys.entries()) {
    expect(rows[at]?.defaultText).toBe(defaultText);
    expect(plain(rows[at]?.meaning ?? "")).toContain(plain(description));
  }
});

test("the example of docs/projects.md is a file that can be used", () => {
  const [, example = ""] = /```yaml\n([^`]+)```/.exec(page) ?? [];
  const places = emptyPlaces();
  const defaults = projectDefaults({ ...defaultSettings(), allowedUsers: ["alice"] });
  const { projects, directMessages } = parseProjects(example, {
    places,
    defaults,
    stateRoot: join(places.home, "state"),
  });
  expect(projects.map(({ name }) => name)).toEqual(["shop", "api"]);
  expect(directMessages?.allowedUsers).toEqual(["alice"]);
});
