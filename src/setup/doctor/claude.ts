// Doctor's look at Claude Code: its version, its login, and whether there is a newer one.

import { type ClaudeLogin, type ClaudeVersion, checkClaude, checkClaudeLogin } from "../checks.ts";
import { type NewestVersion, newerThan } from "./newest.ts";
import { type Finding, findingsOf, skipped, warning } from "./report.ts";

const PACKAGE = "@anthropic-ai/claude-code";

export interface ClaudeExamination {
  readonly claudeVersion: ClaudeVersion;
  readonly claudeLogin: ClaudeLogin;
  readonly newestVersion: NewestVersion;
}

export async function examineClaude(
  path: string,
  { claudeVersion, claudeLogin, newestVersion }: ClaudeExamination,
): Promise<Finding[]> {
  const newestAsked = newestVersion(PACKAGE);
  const claude = await checkClaude(claudeVersion, path);
  if (!claude.ok) return findingsOf(claude);
  const version = claude.value;
  const [login, newest] = await Promise.all([checkClaudeLogin(claudeLogin, path, version), newestAsked]);
  return [
    ...findingsOf(claude),
    ...(login === undefined
      ? [skipped(`whether Claude is logged in can't be checked with version ${version}`)]
      : findingsOf(login)),
    ...(newerThan(version, newest)
      ? [warning(`Claude Code ${newest} is out. Update with: ${path} update`)]
      : []),
  ];
}
