// What doctor says about the routines that are kept.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { UserId } from "../../../../src/mattermost/types.ts";
import { encodeBook, type Routine } from "../../../../src/routines/book.ts";
import { examineRoutines } from "../../../../src/setup/doctor/routines.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";

const NOW = Date.UTC(2026, 10, 28, 6, 0);

const routine = (number: number, more: Partial<Routine> = {}): Routine => ({
  number,
  id: `r${number}`,
  by: { id: "alice" as UserId, name: "alice" },
  schedule: { kind: "cron", expression: "0 9 * * 1-5", timeZone: "UTC" },
  text: "look",
  handledUntil: NOW - 1000,
  skipped: 0,
  ...more,
});

test("the routines of each project are told with the next run, and those that have stopped", () => {
  const root = temporaryDirectory();
  const folder = join(root, "chat.example.com-1");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "routines-abcdefghijklmnopqrstuvwxyz-shop.json"),
    // As a running mm-claude adds to it.
    `${encodeBook({ next: 2, routines: [routine(1)], cards: [] })}\n${encodeBook({ next: 3, routines: [routine(1), routine(2, { paused: {} })], cards: [] })}\n`,
  );
  writeFileSync(join(folder, "routines-abc.json"), encodeBook({ next: 1, routines: [], cards: [] }));
  writeFileSync(join(folder, "routines-def.json"), "{");
  expect(examineRoutines(root, NOW, "UTC")).toEqual([
    { status: "ok", text: "2 routines of project shop, next: Mon 30 Nov 09:00" },
    {
      status: "warning",
      text: expect.stringContaining("Routine 2 of project shop is stopped, because @alice"),
    },
  ]);
  expect(examineRoutines(join(root, "none"), NOW, "UTC")).toEqual([]);
});
