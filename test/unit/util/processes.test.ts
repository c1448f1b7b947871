import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { isRunning, type ProcessTable, startMark } from "../../../src/util/processes.ts";

const UTC = "Wed Jun 11 08:02:03 2025 UTC";

/** A Mac where process 42 runs since 2025-06-11 08:02:03 UTC, and `ps` heeds its environment as the real one does. */
const mac = (start = new Date("2025-06-11T08:02:03Z")): ProcessTable => ({
  platform: "darwin",
  ps(args, { TZ = "Europe/Berlin", LC_ALL = "de_DE.UTF-8" }) {
    if (args.join(" ") !== "-o lstart= -p 42") {
      throw new Error("exit code 1");
    }
    const part = (options: Intl.DateTimeFormatOptions): string =>
      new Intl.DateTimeFormat(LC_ALL === "C" ? "en-US" : "de-DE", { timeZone: TZ, ...options }).format(start);
    const day = part({ day: "numeric" }).replace(".", "").padStart(2);
    const time = part({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    const words = [
      part({ weekday: "short" }),
      part({ month: "short" }),
      day,
      time,
      part({ year: "numeric" }),
    ];
    return `${words.join(" ")}    \n`;
  },
});

test("on a Mac the start is told in UTC and in one language, whatever the daemon's own are", () => {
  expect(startMark(42, mac())).toBe(UTC);
  expect(startMark(43, mac())).toBeUndefined();
});

const hasPs = spawnSync("ps", ["-o", "lstart=", "-p", String(process.pid)]).status === 0;

test.skipIf(!hasPs)("a real ps gives the same mark in two time zones", () => {
  const marks = ["Asia/Kolkata", "America/St_Johns"].map((zone) =>
    startMark(process.pid, {
      platform: "darwin",
      ps: (args, environment) =>
        execFileSync("ps", args, {
          encoding: "utf8",
          env: { TZ: zone, LC_ALL: "de_DE.UTF-8", ...environment },
        }),
    }),
  );
  expect(marks[0]).toMatch(/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d+ \d\d:\d\d:\d\d \d{4} UTC$/);
  expect(new Set(marks).size).toBe(1);
});

test("a process is the one that was known by its mark, and no other that has its number", () => {
  expect(isRunning({ pid: 42, startMark: UTC }, mac())).toBe(true);
  expect(isRunning({ pid: 42, startMark: "Wed Jun 11 09:02:03 2025 UTC" }, mac())).toBe(false);
  expect(isRunning({ pid: 43, startMark: UTC }, mac())).toBe(false);
  expect(isRunning({ pid: 42, startMark: "" }, mac())).toBe(false);
});

test.each([
  "Wed Jun 11 08:02:03 2025",
  "Wed Jun 11 10:02:03 2025",
  "Wed Jun 11 13:47:03 2025",
  "Tue Jun 10 22:02:03 2025",
  "Wed Jun 11 22:02:03 2025",
  "Mi 11 Jun 10:02:03 2025",
  "mer. 11 juin 10:02:03 2025",
  "水  6/11 17:02:03 2025",
])("what an older version wrote in its own time zone and language (%s) is that process", (words) => {
  expect(isRunning({ pid: 42, startMark: words }, mac())).toBe(true);
});

test.each([
  "Wed Jun 11 08:02:04 2025",
  "Wed Jun 11 08:03:03 2025",
  "Tue Jun 10 08:02:03 2025",
  "Mi 11 Jun 10:02:04 2025",
  "123456",
])("what an older version wrote of another process (%s) is not", (words) => {
  expect(isRunning({ pid: 42, startMark: words }, mac())).toBe(false);
});

test.skipIf(process.platform !== "linux")(
  "on Linux a mark is the kernel's count, the same in every zone",
  () => {
    const mark = startMark(process.pid) ?? "";
    expect(mark).toMatch(/^\d+$/);
    expect(isRunning({ pid: process.pid, startMark: mark })).toBe(true);
    expect(isRunning({ pid: process.pid, startMark: `${mark}0` })).toBe(false);
  },
);
