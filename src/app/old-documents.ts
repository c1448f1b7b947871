// Removes what nobody will read again from the state folder, after thirty days: documents that could not be read, and
// documents of channels that no mm-claude has served here since.

import { lstatSync, readdirSync, rmSync, type Stats } from "node:fs";
import { join } from "node:path";
import { QUARANTINED } from "../store/document-store.ts";
import { isLocked } from "../store/lock.ts";
import type { Log } from "../util/log.ts";

const KEPT_DAYS = 30;
const KEPT_MS = KEPT_DAYS * 24 * 3_600_000;

/**
 * The bindings of names to accounts stay. Without them, when a channel is served again, whoever has a name by then
 * would be let in.
 */
const OF_CHANNEL = /^(?:session|cursor|rules|notes|routines)-([a-z0-9]{26})(?:-|\.json$)/;

/** Says how many there are left that could not be read. */
export function removeOldDocuments(folder: string, served: readonly string[], now: number, log: Log): void {
  const found = readdirSync(folder).flatMap((name) => {
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    return stats ? [{ name, stats }] : [];
  });
  const [old, kept] = byAge(
    found.filter(({ name }) => name.endsWith(QUARANTINED)),
    now,
  );
  for (const { name } of [...old, ...ofChannelsLeft(folder, found, served, now)]) {
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
      log.debug(`${join(folder, name)} is old and removed`);
    } catch (error) {
      log.warn(`${join(folder, name)} is old and could not be removed`, error);
    }
  }
  if (kept.length > 0) {
    log.warn(
      `${kept.length === 1 ? "A document" : `${kept.length} documents`} in ${folder} could not be read and ` +
        `${kept.length === 1 ? "is" : "are"} kept for ${KEPT_DAYS} days: ${kept.map(({ name }) => name).join(", ")}`,
    );
  }
}

interface Found {
  readonly name: string;
  readonly stats: Stats;
}

/** By when a file got its name: its content is older. */
function byAge(found: readonly Found[], now: number): [old: Found[], kept: Found[]] {
  const isOld = ({ stats }: Found): boolean => now - stats.ctimeMs > KEPT_MS;
  return [found.filter(isOld), found.filter((one) => !isOld(one))];
}

function ofChannelsLeft(
  folder: string,
  found: readonly Found[],
  served: readonly string[],
  now: number,
): Found[] {
  const channelOf = ({ name }: Found): string | undefined => OF_CHANNEL.exec(name)?.[1];
  const isServed = (channelId: string | undefined): boolean =>
    channelId === undefined ||
    served.includes(channelId) ||
    isLocked(folder, channelId) ||
    found.some((one) => channelOf(one) === channelId && now - one.stats.mtimeMs <= KEPT_MS);
  const left = [...new Set(found.map(channelOf))].filter((channelId) => !isServed(channelId));
  return found.filter((one) => left.includes(channelOf(one)));
}
