// A home on the real disk for attacks on what mm-claude reads on Claude's behalf.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClaudeEvent, ToolUseId } from "../../src/claude/types.ts";
import type { DisclosureRules } from "../../src/session/disclosure.ts";
import { createRedact } from "../../src/util/redact.ts";
import { temporaryDirectory } from "./temporary.ts";

export const TOKEN = "a7he3kfmnapz8wq4yeasr6tu1a";
/** What no post may hold; every line has an `a` to be replaced. */
export const SECRET = `MATTERMOST_TOKEN=${TOKEN}\nNOTE=aardvark banana\n`;
export const PLAIN_SECRET = "one aardvark\ntwo banana\nthree papaya\n";
export const LINES = "zero\nalpha\ntwo\n";

export interface Place {
  readonly root: string;
  readonly home: string;
  readonly project: string;
  readonly settings: string;
  readonly state: string;
  readonly outside: string;
  readonly rules: DisclosureRules;
}

export function put(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}

/** A home with settings, state and a project, and what lies outside. */
export function createPlace(): Place {
  const root = temporaryDirectory();
  const [home, project] = [join(root, "home"), join(root, "home/project")];
  const settings = join(home, ".config/mm-claude/.env");
  const state = join(home, ".local/state/mm-claude");
  const outside = join(root, "outside/secret.txt");
  for (const path of [settings, join(home, ".mm-claude.env"), join(project, ".env")]) put(path, SECRET);
  put(join(state, "host/session-1.json"), PLAIN_SECRET);
  put(join(project, "private/deep/key.txt"), PLAIN_SECRET);
  put(outside, PLAIN_SECRET);
  put(join(home, "project-2/secret.txt"), PLAIN_SECRET);
  put(join(project, "notes.txt"), LINES);
  put(join(project, "src/deep/code.ts"), LINES);
  const deniedPaths = [
    join(project, ".env"),
    settings,
    join(home, ".mm-claude.env"),
    join(home, ".config/mm-claude"),
    state,
    join(project, "private"),
    join(home, "not-there-yet"),
  ];
  const rules = { directory: project, deniedPaths, redact: createRedact([TOKEN]) };
  return { root, home, project, settings, state, outside, rules };
}

export const change = (file_path: unknown) => ({
  file_path,
  old_string: "a",
  new_string: "#",
  replace_all: true,
});

export const using = (name: string, input: Record<string, unknown>): ClaudeEvent => ({
  type: "toolUse",
  id: "t1" as ToolUseId,
  name,
  input,
});
