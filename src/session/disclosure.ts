// To show a change, mm-claude itself reads the file that Claude wants to change, and the channel sees it before anybody
// has decided. Only this file reads in that way, and it says what may be shown: ordinary text files of the session's
// directory, but no file of mm-claude's own and none with a secret in it.

import * as nodeFs from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { ClaudeEvent } from "../claude/types.ts";
import { editedFile } from "../render/tools.ts";
import type { Redact } from "../util/redact.ts";

export interface DisclosureRules {
  /** Where the session works; nothing outside is shown. */
  readonly directory: string;
  /** Files, and directories with all that is in them. Absolute. */
  readonly deniedPaths: readonly string[];
  /** A text that it would change is not shown at all: what a change makes of a secret is not known to it any more. */
  readonly redact: Redact;
  /** Another machine, whose files can't be read in between. Undefined: this one. */
  readonly machine?: string | undefined;
}

type Disk = Pick<
  typeof nodeFs,
  | "closeSync"
  | "fstatSync"
  | "lstatSync"
  | "openSync"
  | "readlinkSync"
  | "readSync"
  | "realpathSync"
  | "statSync"
>;

/** A larger file's diff goes without the lines around it. */
const MAX_BYTES = 1024 * 1024;

/** What holds secrets as a rule. Whoever decides about a change of one line need not read the others to the channel. */
const SECRET_NAMES =
  /^(?:\.env(?:\.(?!example$|sample$|template$|dist$).*)?|\.git|\.git-credentials|\.htpasswd|\.netrc|\.npmrc|\.pgpass|\.pypirc|id_(?:rsa|dsa|ecdsa|ed25519)|.*\.(?:jks|kdbx|key|keystore|p12|pem|pfx))$/i;

/** The text of the file an edit is about, as it is before Claude changes it; nothing when it may not be shown. */
export function fileBefore(
  event: ClaudeEvent,
  rules: DisclosureRules,
  disk: Disk = nodeFs,
): { readonly fileBefore?: string } {
  const path = editedBy(event);
  // A file of this machine that has the same name is not what it is about.
  const isHere = rules.machine === undefined;
  const text = path !== undefined && isHere ? shownText(path, rules, disk) : undefined;
  return text === undefined ? {} : { fileBefore: text };
}

function editedBy(event: ClaudeEvent): string | undefined {
  switch (event.type) {
    case "toolUse":
      return editedFile(event.name, event.input);
    case "permissionAsked":
      return editedFile(event.toolName, event.input);
    default:
      return undefined;
  }
}

/** The whole text of a file, or undefined: it may not be shown, is no text, or can't be read. Waits for nothing. */
function shownText(path: string, rules: DisclosureRules, disk: Disk): string | undefined {
  // Claude Code trims a path and knows `~` (1.0.128 to 2.1.330): such a one would name another file to us.
  if (path.includes("\0") || path !== path.trim() || /^~(?:\/|$)/.test(path)) {
    return undefined;
  }
  try {
    const bytes = shownBytes(disk.realpathSync.native(resolve(rules.directory, path)), rules, disk);
    const text = bytes && new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text === undefined || text.includes("\0") || rules.redact(text) !== text ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Checked before the file is opened, because to open a device or a pipe may have an effect. Checked again after it was
 * read, by the path that the open file has then: so a file that was put in its place meanwhile is not shown.
 */
function shownBytes(realPath: string, rules: DisclosureRules, disk: Disk): Buffer | undefined {
  const denied = deniedIdentities(rules, disk);
  if (!mayBeShown(realPath, denied, rules, disk)) {
    return undefined;
  }
  const { O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = nodeFs.constants;
  const fd = disk.openSync(realPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  try {
    const stat = disk.fstatSync(fd, { bigint: true });
    if (!stat.isFile() || stat.size > MAX_BYTES) {
      return undefined;
    }
    const bytes = readAtMost(fd, Number(stat.size) + 1, disk);
    const openPath = openFilePath(fd, realPath, disk);
    const isSame = identity(disk.lstatSync(openPath, { bigint: true })) === identity(stat);
    // Files that the system generates while they are read (/proc, /sys) have another size than they report.
    const isWhole = BigInt(bytes.length) === stat.size;
    // Somebody may have moved what is denied, or put something new there.
    const everDenied = [...denied, ...deniedIdentities(rules, disk)];
    return isSame && isWhole && mayBeShown(openPath, everDenied, rules, disk) ? bytes : undefined;
  } finally {
    disk.closeSync(fd);
  }
}

/**
 * Compared by identity and not by name, because a file system may spell a name in many ways. A file of several names
 * (hard links) is not shown: one of them may be a denied one, and there is no way to find them.
 */
function mayBeShown(
  realPath: string,
  denied: readonly string[],
  { directory }: DisclosureRules,
  disk: Disk,
): boolean {
  const file = disk.lstatSync(realPath, { bigint: true });
  if (!file.isFile() || file.nlink !== 1n || file.size > MAX_BYTES) {
    return false;
  }
  const chain = [realPath, ...parents(realPath)];
  const identities = chain.map((path) => identity(disk.lstatSync(path, { bigint: true })));
  const depth = identities.indexOf(identity(disk.statSync(directory, { bigint: true })));
  return (
    depth > 0 &&
    !chain.slice(0, depth).some((path) => SECRET_NAMES.test(basename(path))) &&
    !identities.some((one) => denied.includes(one))
  );
}

function deniedIdentities({ deniedPaths }: DisclosureRules, disk: Disk): string[] {
  return deniedPaths.flatMap((path) => {
    const found = disk.statSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? [] : [identity(found)];
  });
}

function identity({ dev, ino }: nodeFs.BigIntStats): string {
  return `${dev}:${ino}`;
}

function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parents(parent)];
}

/** Where an open file lies now. Only Linux tells; elsewhere it is where its name leads now. */
function openFilePath(fd: number, path: string, disk: Disk): string {
  try {
    return disk.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return disk.realpathSync.native(path);
  }
}

function readAtMost(fd: number, length: number, disk: Disk): Buffer {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  for (let read = -1; read !== 0 && filled < length; filled += read) {
    read = disk.readSync(fd, buffer, filled, length - filled, filled);
  }
  return buffer.subarray(0, filled);
}
