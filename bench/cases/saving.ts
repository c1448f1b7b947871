// How long a session's document takes, from when it has changed to when a loss of power could do it no harm; on the disk
// where the daemons of the bench keep their state.

import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DocumentFolder } from "../../src/store/document-store.ts";
import { systemClock } from "../../src/util/clock.ts";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { now, sleep } from "../clock.ts";
import { quantile } from "../quantile.ts";
import type { Case } from "./case.ts";

const SAVES = 100;
/** As of a session that has answered for a while. */
const TEXT = JSON.stringify({ words: "word ".repeat(4000) });
const silent = (): void => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

export const saving: Case = {
  name: "save",
  every: 3,
  async run(_bench, note) {
    const path = temporaryDirectory();
    const folder = DocumentFolder.open({ path, clock: systemClock, log, redact: (text) => text });
    const saves: number[] = [];
    const least: number[] = [];
    const file = openSync(join(path, "least"), "w");
    for (let at = 0; at < SAVES; at++) {
      const from = now();
      folder.change("session", () => TEXT);
      await folder.saved("session");
      saves.push(now() - from);
      const leastFrom = now();
      writeSync(file, TEXT);
      fsyncSync(file);
      least.push(now() - leastFrom);
      // One that waits for others is another thing.
      await sleep(5);
    }
    closeSync(file);
    await folder.close();
    note("save.p50", quantile(saves, 0.5));
    note("save.p99", quantile(saves, 0.99));
    note("bare.save", quantile(least, 0.5));
  },
};
