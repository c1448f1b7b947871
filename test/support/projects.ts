// Projects for tests, as the settings and projects.yaml make them.

import type { Project } from "../../src/config/project.ts";

export const projectOf = (more: Partial<Project> = {}): Project => ({
  name: "lab",
  origin: "settings",
  channel: "channel",
  directory: "/",
  allowedUsers: [],
  approvers: [],
  bots: [],
  skipPermissions: false,
  maxSessions: 5,
  sessionTimeoutMs: 1_800_000,
  prewarm: 0,
  runner: undefined,
  claudePath: "claude",
  worktree: "off",
  mode: undefined,
  model: undefined,
  effort: undefined,
  thinking: undefined,
  maxCostPerDay: undefined,
  ...more,
});
