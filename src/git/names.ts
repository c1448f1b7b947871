// What a branch may be called, and where its worktree is kept. Pure.

import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { named } from "../util/named.ts";
import type { Result } from "./refusal.ts";

const LONGEST_BYTES = 200;
const LONGEST_FOLDER = 60;

/** The name a person gave, with `-` for spaces, if `git check-ref-format --branch` allows it and people can read it. */
export function branchNameFrom(text: string): Result<string> {
  const name = text.trim().replaceAll(/ +/g, "-");
  const why = objection(name);
  return why === undefined
    ? { value: name }
    : { problem: `${named(shortened(name))} can't be the name of a branch: ${why}.` };
}

function objection(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (Buffer.byteLength(name) > LONGEST_BYTES) return `it is longer than ${LONGEST_BYTES} bytes`;
  if (name.startsWith("-")) return "it begins with `-`";
  if (name === "HEAD" || name === "@") return "git uses this word itself";
  if (name.startsWith("refs/")) return `it is one of git's full names; say ${named(basename(name))}`;
  // Characters that can't be seen, too, and what would end a name in a post.
  const bad = /[\p{C}\p{Z}~^:?*[\\`]/u.exec(name)?.[0];
  if (bad !== undefined)
    return /[\p{C}\p{Z}`]/u.test(bad)
      ? "it has a character that is not allowed"
      : `it has ${named(bad)} in it`;
  const sequence = ["..", "@{", "//"].find((one) => name.includes(one));
  if (sequence !== undefined) return `it has ${named(sequence)} in it`;
  if (/^\/|[/.]$/.test(name)) return "it begins with `/`, or ends with `/` or `.`";
  const part = name.split("/").find((one) => one.startsWith(".") || one.endsWith(".lock"));
  return part === undefined ? undefined : `${named(part)} begins with \`.\` or ends with \`.lock\``;
}

function shortened(name: string): string {
  return name.length > LONGEST_FOLDER ? `${name.slice(0, LONGEST_FOLDER)}…` : name;
}

/**
 * Outside of the repository, where no status shows it and no build finds it: `root/shop-1f0c…/fix-cart`. A branch's
 * name is never part of a path as it is.
 * @param repository its root
 */
export function worktreePath(root: string, repository: string, branch: string): string {
  return join(root, `${folder(basename(repository))}-${hash(repository)}`, folderOf(branch));
}

/** Names that differ only in case differ in their folder on every file system. */
function folderOf(branch: string): string {
  const safe = folder(branch);
  return safe === branch ? safe : `${safe}-${hash(branch)}`;
}

function folder(name: string): string {
  const safe = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "");
  return safe.slice(0, LONGEST_FOLDER).replace(/[.-]$/, "") || "branch";
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}
