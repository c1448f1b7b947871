// What the program costs by itself: its start, and its size on the disk.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { now } from "../clock.ts";
import type { Note } from "../metrics/table.ts";
import { call } from "../person.ts";
import type { Place } from "../place.ts";
import { ended, npm, ROOT, start } from "../programs.ts";
import type { Case } from "./case.ts";

export const starting: Case = {
  name: "start",
  every: 1,
  async run({ claude, program, openStage }, note) {
    note("bare.node", await timed(process.execPath, ["-e", "0"]));
    note("start.version", await timed(process.execPath, [program, "--version"]));
    note("alone.version", await timed(claude.path, ["--version"]));
    const stage = await openStage({ name: "start" });
    note("start.ready", stage.daemon.readyMs);
    note("start.roundTrips", await roundTrips(stage.place));
    await stage.close();
  },
};

/** What a start has to ask the server, one after the other. */
async function roundTrips({ url, bot: { account, channelId }, person }: Place): Promise<number> {
  const { id, token } = account;
  const from = now();
  await call(url, token, "GET", "/users/me");
  await call(url, token, "GET", `/channels/${channelId}`);
  await call(url, token, "GET", `/channels/${channelId}/members/${id}`);
  await call(url, token, "POST", "/users/usernames", [person.username]);
  await call(url, token, "GET", "/config/client?format=old");
  return now() - from;
}

async function timed(path: string, args: readonly string[]): Promise<number> {
  const from = now();
  const child = start(path, args, { stdio: "ignore" });
  await ended(child);
  return now() - from;
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly devOptional?: boolean; readonly optional?: boolean }>
  >;
}

/** What an installation puts on the disk: our own files as they are packed, and of the lock file what is no one's dev. */
export const size: Case = {
  name: "size",
  // It is the same each time.
  every: Number.POSITIVE_INFINITY,
  isOnce: true,
  async run(_bench, note) {
    const [packed] = JSON.parse(npm(["pack", "--dry-run", "--ignore-scripts", "--json"])) as {
      readonly unpackedSize: number;
    }[];
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Lock;
    const installed = Object.entries(packages)
      .filter(([path, { dev, devOptional }]) => path !== "" && dev !== true && devOptional !== true)
      .map(([path]) => join(ROOT, path));
    const bytes = installed.reduce((sum, path) => sum + bytesIn(path), packed?.unpackedSize ?? Number.NaN);
    noteSize(note, installed.length + 1, bytes, packed?.unpackedSize ?? Number.NaN);
  },
};

function noteSize(note: Note, packages: number, bytes: number, own: number): void {
  note("size.packages", packages);
  note("size.installed", bytes / 1e6);
  note("size.own", own / 1e6);
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    // A package that lies in another's folder is counted by itself.
    if (entry.name === "node_modules") return sum;
    return sum + (entry.isDirectory() ? bytesIn(path) : statSync(path).size);
  }, 0);
}
