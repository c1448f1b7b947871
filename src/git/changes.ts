// What a worktree holds that its base doesn't: commits, what is not committed yet, and files that git doesn't know.
// Looking at it changes nothing, not even the index.

import { fieldsOf, type Git, type GitOptions, lineOf, textOf } from "./git.ts";
import type { Worktree } from "./make-worktree.ts";
import { asResult, must, type Result } from "./refusal.ts";
import { commitsSince } from "./repository.ts";

export interface Lines {
  readonly added: number;
  readonly removed: number;
  readonly files: number;
}

export interface Changes extends Lines {
  /** Something is not committed. */
  readonly isDirty: boolean;
  /** Commits that the base doesn't have. */
  readonly ahead: number;
}

export interface Patch {
  /** In bytes: files may be in any encoding. Of a binary file it only says that it differs. */
  readonly patch: Buffer;
  /** What is not in it, a sentence each. */
  readonly notes: readonly string[];
}

const ATTEMPT = "The changes can't be read";
const MOST_UNTRACKED = 2000;
const PATCH_BYTES = 20 * 1024 * 1024;

export function changesIn(git: Git, worktree: Worktree): Promise<Result<Changes>> {
  return asResult(async () => {
    const { top } = worktree;
    const [from, status] = await Promise.all([mergeBase(git, worktree), uncommitted(git, top)]);
    const [lines, ahead] = await Promise.all([
      linesBetween(git, top, [from], withUntracked(from, status.untracked)),
      commitsSince(git, top, from, "HEAD"),
    ]);
    return { ...lines, isDirty: status.files.length > 0, ahead };
  });
}

export function diffOf(git: Git, worktree: Worktree, maxBytes = PATCH_BYTES): Promise<Result<Patch>> {
  return asResult(async () => {
    const { top } = worktree;
    const [from, { untracked }] = await Promise.all([mergeBase(git, worktree), uncommitted(git, top)]);
    const args = [...DIFF, "--patch", "--unified=3", from, "--"];
    const options = { ...withUntracked(from, untracked), maxBytes };
    const { output, isCut } = await must(git.read, ATTEMPT, top, args, options);
    const left = untracked.length - MOST_UNTRACKED;
    return {
      patch: isCut ? output.subarray(0, output.lastIndexOf("\n") + 1) : output,
      notes: [
        ...(isCut ? [`The patch is cut after ${Math.round(maxBytes / 1024 / 1024)} MB.`] : []),
        ...(left > 0 ? [`${left} new files are not in it.`] : []),
      ],
    };
  });
}

/** Without the programs and the habits that the user's or the repository's settings name. */
const DIFF = [
  "diff",
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--no-relative",
  "--find-renames",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--submodule=short",
  // To look into one starts a git in it, with that one's settings.
  "--ignore-submodules=dirty",
];

/** @param range one commit: up to the files as they are; two: between them */
export async function linesBetween(
  git: Git,
  directory: string,
  range: readonly string[],
  options: GitOptions = {},
): Promise<Lines> {
  const fields = fieldsOf(
    await must(git.read, ATTEMPT, directory, [...DIFF, "--numstat", "-z", ...range, "--"], options),
  );
  let [added, removed, files] = [0, 0, 0];
  for (let at = 0; at < fields.length; at++) {
    const [plus, minus, path] = (fields[at] ?? "").split("\t");
    // Binary files have `-` for both numbers.
    added += Number(plus) || 0;
    removed += Number(minus) || 0;
    files++;
    // A renamed file has its two names in fields of their own.
    at += path === "" ? 2 : 0;
  }
  return { added, removed, files };
}

async function mergeBase(git: Git, { top, base, baseCommit }: Worktree): Promise<string> {
  const found = await git.read(top, [
    "merge-base",
    base === undefined ? baseCommit : `refs/heads/${base}`,
    "HEAD",
  ]);
  return found.code === 0 ? lineOf(found) : baseCommit;
}

export interface Uncommitted {
  /** Names for people, the untracked ones among them. */
  readonly files: readonly string[];
  /** A character for each byte of the name. */
  readonly untracked: readonly string[];
}

export async function uncommitted(git: Git, directory: string): Promise<Uncommitted> {
  const status = [
    "status",
    "--porcelain",
    "-z",
    "--no-renames",
    "--untracked-files=all",
    "--ignore-submodules=dirty",
  ];
  const fields = fieldsOf(await must(git.read, ATTEMPT, directory, status));
  return {
    files: fields.map((field) => textOf(field.slice(3))),
    // A repository within this one is listed as a directory; it is nothing of this one's.
    untracked: fields.flatMap((field) =>
      field.startsWith("?? ") && !field.endsWith("/") ? [field.slice(3)] : [],
    ),
  };
}

/** With a copy of the index that knows these files too, so that a diff shows them as new. */
function withUntracked(anyId: string, untracked: readonly string[]): GitOptions {
  // The id is never looked at: what counts is the file, which differs in every respect from its entry.
  const entries = untracked.slice(0, MOST_UNTRACKED).map((path) => `100644 ${anyId}\t${path}\0`);
  return entries.length === 0 ? {} : { entries: Buffer.from(entries.join(""), "latin1") };
}
