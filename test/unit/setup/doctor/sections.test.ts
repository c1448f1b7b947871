// What doctor looks at besides the settings and the server's people, and how it tells all of it.

import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { DoctorOptions } from "../../../../src/setup/doctor/doctor.ts";
import { emptyPlaces, setupWorld } from "../../../support/setup-world.ts";
import { examine, type Over, settings } from "./examine.ts";

describe("Claude", () => {
  test("that is not logged in is a failure with the command that logs it in", async () => {
    const { bad, exitCode } = await examine({ claudeLogin: async () => "logged-out" });
    expect(bad).toEqual(["Claude is not logged in. Run: claude auth login"]);
    expect(exitCode).toBe(1);
  });

  test("that can't tell whether it is logged in is no failure and no warning", async () => {
    const { left, lines } = await examine({ claudeLogin: async () => "unknown" });
    expect(left).toEqual(["whether Claude is logged in can't be checked with version 2.1.330"]);
    expect(lines.at(-1)).toBe("All is well.");
  });

  test("is found by the path that is set, also when other settings are wrong", async () => {
    const places = emptyPlaces();
    const asked: string[] = [];
    const claudeVersion = async (path: string) => {
      asked.push(path);
      return "2.1.330";
    };
    await examine({ places, claudeVersion, env: { CLAUDE_PATH: "~/bin/claude" } });
    expect(asked).toEqual([join(places.home, "bin/claude")]);
  });
});

test("a newer mm-claude and a newer Claude Code are warned of, with the way to get them", async () => {
  const newest = new Map([
    ["mattermost-claude-code", "0.2.0"],
    ["@anthropic-ai/claude-code", "2.1.331"],
  ]);
  const newestVersion = async (name: string) => newest.get(name);
  expect((await examine({ newestVersion })).warnings).toEqual([
    "Claude Code 2.1.331 is out. Update with: claude update",
    "mm-claude 0.2.0 is out, this is 0.1.0. Update with: npm install -g mattermost-claude-code",
  ]);
});

describe("the directory where Claude works", () => {
  const at = (cwd: string, over: Over = {}) => examine({ places: { ...emptyPlaces(), cwd }, ...over });

  test("is warned of when it is the whole machine, or all that is the person's own", async () => {
    expect((await at("/")).warnings).toEqual([expect.stringContaining("Claude works in /, and so in all")]);
    const places = emptyPlaces();
    const { warnings } = await examine({ places: { ...places, cwd: places.home } });
    expect(warnings).toEqual([expect.stringContaining(`your home directory ${places.home}`)]);
  });

  test("that is gone is a failure", async () => {
    const places = emptyPlaces();
    rmSync(places.cwd, { recursive: true });
    expect((await examine({ places })).bad).toEqual([
      `There is no directory ${places.cwd}. Start mm-claude in the one where Claude shall work.`,
    ]);
  });

  test.skipIf(process.getuid?.() === 0)("that can't be written is a failure", async () => {
    const places = emptyPlaces();
    chmodSync(places.cwd, 0o500);
    expect((await examine({ places })).bad).toEqual([expect.stringContaining("Claude can't read and write")]);
  });

  test("without git, or in no repository, is told", async () => {
    expect((await examine({ run: async () => ({ code: undefined, output: "" }) })).warnings).toEqual([
      expect.stringContaining("git is not installed"),
    ]);
    const { left, lines } = await examine({ run: async () => ({ code: 128, output: "" }) });
    expect(left).toEqual([expect.stringContaining("in no git repository")]);
    expect(lines.at(-1)).toBe("All is well.");
  });
});

describe("the server", () => {
  const where = async (leadMs: number | undefined, editLimit = async () => Number.POSITIVE_INFINITY) => {
    const world = await setupWorld();
    const connect: DoctorOptions["connect"] = (url, token) => ({
      ...world.connect(url, token),
      clockLeadMs: () => leadMs,
      postEditLimit: editLimit,
    });
    return examine({ world: { ...world, connect } as typeof world });
  };

  test("whose clock is more than a minute off is warned of", async () => {
    expect((await where(61_000)).warnings).toEqual([
      expect.stringContaining("This machine's clock is 61 s behind the server's"),
    ]);
    expect((await where(-3_600_000)).warnings).toEqual([
      expect.stringContaining("This machine's clock is 60 min ahead of the server's"),
    ]);
    for (const leadMs of [undefined, 59_000, -59_000]) expect((await where(leadMs)).warnings).toEqual([]);
  });

  test("that closes posts soon is warned of, and one that gives them minutes is not", async () => {
    expect((await where(0, async () => 60)).warnings).toEqual([
      expect.stringContaining("Posts can be edited for 60 s only"),
    ]);
    const { warnings, good } = await where(0, async () => 600);
    expect(warnings).toEqual([]);
    expect(good).toContain("posts can be edited for 10 min");
  });
});

test("a metrics file that can't be written is warned of", async () => {
  const world = await setupWorld();
  const { warnings } = await examine({ world, env: { ...settings(world), METRICS_FILE: "/nowhere/a.prom" } });
  expect(warnings).toEqual([expect.stringContaining("METRICS_FILE: nothing can be written into /nowhere")]);
});

test("signs and headings have colours where a terminal shows them", async () => {
  const { printed } = await examine({ hasColours: true, env: {}, claudeLogin: async () => "unknown" });
  for (const line of ["*Claude", "  +✓ Claude Code 2.1.330 (claude)", "#1 problem found."]) {
    expect(printed).toContain(line);
  }
  expect(printed.some((line) => line.startsWith("  ~- "))).toBe(true);
  expect(printed.some((line) => line.startsWith("  #✗ "))).toBe(true);
});

test("as JSON it is one document with the verdict and every check", async () => {
  const { printed, exitCode } = await examine({ isJson: true, options: { skipPermissions: true } });
  expect(printed).toHaveLength(1);
  const { sections, ...head } = JSON.parse(printed[0] ?? "") as {
    sections: { title: string; checks: object[] }[];
  };
  expect(head).toEqual({ version: "0.1.0", verdict: "warnings", summary: "Well, with 1 warning." });
  expect(sections.map(({ title }) => title)).toEqual([
    "Claude",
    "Settings",
    "Mattermost",
    "Where Claude works",
    "This machine",
  ]);
  expect(sections[1]?.checks).toEqual([
    { status: "ok", text: "settings are complete (options, the environment)" },
    { status: "warning", text: expect.stringContaining("SKIP_PERMISSIONS is on") },
  ]);
  expect(exitCode).toBe(0);
  const ill = await examine({ isJson: true, env: {} });
  expect(JSON.parse(ill.printed[0] ?? "")).toMatchObject({ verdict: "problems" });
  expect(ill.exitCode).toBe(1);
});

test("what doesn't depend on another check doesn't wait for it", async () => {
  const started = new Set<string>();
  const waitsFor = (name: string, others: string[]) =>
    vi.waitFor(() => {
      started.add(name);
      if (!others.every((one) => started.has(one))) throw new Error("not yet");
    }, 10_000);
  const { lines } = await examine({
    claudeVersion: async () => {
      await waitsFor("claude", ["newest", "git"]);
      return "2.1.330";
    },
    newestVersion: async () => {
      await waitsFor("newest", ["claude", "git"]);
      return undefined;
    },
    run: async () => {
      await waitsFor("git", ["claude", "newest"]);
      return { code: 0, output: "" };
    },
  });
  expect(lines.at(-1)).toBe("All is well.");
});
