// The project's hooks, of which only those that may refuse a prompt are run.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a hook said when it refused the prompt; undefined when all let it pass. */
export function refusalOf(prompt) {
  for (const command of commandsOf("UserPromptSubmit")) {
    const input = JSON.stringify({ hook_event_name: "UserPromptSubmit", prompt });
    const { status, stderr } = spawnSync("/bin/sh", ["-c", command], {
      input,
      encoding: "utf8",
      timeout: 10_000,
    });
    if (status === 2)
      return {
        reason: stderr.trim(),
        content: `UserPromptSubmit operation blocked by hook:\n[${command}]: ${stderr}\n\nOriginal prompt: ${prompt}`,
      };
  }
  return undefined;
}

function commandsOf(event) {
  try {
    const { hooks } = JSON.parse(readFileSync(join(process.cwd(), ".claude/settings.json"), "utf8"));
    return hooks[event].flatMap((group) => group.hooks.map(({ command }) => command));
  } catch {
    return [];
  }
}
