import { expect, test } from "vitest";
import { bannerRows } from "../../../src/app/banner.ts";
import type { Channel } from "../../../src/mattermost/types.ts";
import type { ReadyProject } from "../../../src/setup/project-checks.ts";
import { projectOf } from "../../support/projects.ts";
import { user } from "../../support/session-script.ts";

const ready = (more: Parameters<typeof projectOf>[0]): ReadyProject => ({
  project: projectOf({ origin: "file", ...more }),
  channel: { id: "c", displayName: "Shop" } as Channel,
  allowedUsers: [],
  approvers: [],
  bots: [],
});

const rows = (projects: readonly ReadyProject[], claudeVersion: string | undefined) =>
  bannerRows(
    { botName: undefined, url: "https://chat.example.com" },
    { account: user("claude-code"), projects, claudeVersion },
    { home: "/home/dev", links: new Map() },
  );

test("a project's machine is told, and that no Claude is here where all are elsewhere", () => {
  const far = ready({ name: "far", directory: "/home/dev/shop", runner: ["ssh", "-p", "22", "dev@build1"] });
  expect(rows([far], undefined).slice(2)).toEqual([
    ["Claude Code", "on other machines"],
    ["Projects", "far: /home/dev/shop on dev@build1, Shop"],
  ]);
  const near = ready({ name: "near", directory: "/home/dev/shop" });
  expect(rows([near, far], "2.1.330").slice(2)).toEqual([
    ["Claude Code", "2.1.330"],
    ["Projects", "near: ~/shop, Shop"],
    ["", "far: /home/dev/shop on dev@build1, Shop"],
  ]);
});
