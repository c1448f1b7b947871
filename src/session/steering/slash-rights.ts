// Which of Claude's own slash commands change how Claude works, and so are for those who may approve. What the others
// lead to is asked about like anything that a message leads to. Pure.

import type { SlashCommand } from "../../claude/types.ts";

/** Of 2.1.330 and older versions, also those that none of them takes over stdio: a later one may. */
const CHANGES_SETTINGS: ReadonlySet<string> = new Set([
  "add-dir",
  "agents",
  "allowed-tools",
  "approved-tools",
  "auto-mode-setup",
  "autocompact",
  "chrome",
  "config",
  "effort",
  "fast",
  "fewer-permission-prompts",
  "hooks",
  "ide",
  "install-github-app",
  "install-slack-app",
  "keybindings",
  "login",
  "logout",
  "mcp",
  "memory",
  "migrate-installer",
  "model",
  "output-style",
  "permissions",
  "plugin",
  "plugins",
  "marketplace",
  "privacy-settings",
  "reload-plugins",
  "reload-skills",
  "remote-control",
  "remote-env",
  "sandbox",
  "settings",
  "setup-token",
  "statusline",
  "terminal-setup",
  "update-config",
  "vim",
]);

/** `commands`: as Claude has told them, because a name may be another one's alias. */
export function changesSettings(name: string, commands: readonly SlashCommand[] = []): boolean {
  const word = name.toLowerCase();
  const same = commands.filter((one) => [one.name, ...one.aliases].some((it) => it.toLowerCase() === word));
  return [word, ...same.flatMap((one) => [one.name, ...one.aliases])].some(
    (one) => CHANGES_SETTINGS.has(one.toLowerCase()) || one.toLowerCase().startsWith("output-style:"),
  );
}

/** The name in what goes to Claude as a slash command. */
export function slashNameIn(text: string): string {
  return /^\s*\/([^\s]*)/.exec(text)?.[1] ?? "";
}
