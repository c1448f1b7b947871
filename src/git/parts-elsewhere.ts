// Parts of a repository that are kept elsewhere: large files (git-lfs) and submodules. A new worktree has neither, and
// without them it is still worth having: what fails here is a warning.

import { fieldsOf, type Git, textOf } from "./git.ts";
import { failure } from "./refusal.ts";

/** Without its program its filters must not be called: the files are checked out as its pointers. */
export const WITHOUT_LFS = ["smudge=", "process=", "required=false"].flatMap((setting) => [
  "-c",
  `filter.lfs.${setting}`,
]);

export async function lacksLfs(git: Git, directory: string): Promise<boolean> {
  // An alias would run in its place where it is missing.
  return (await git.read(directory, ["-c", "alias.lfs=", "lfs", "version"])).code !== 0;
}

export async function fetchLfs(git: Git, top: string, isMissing: boolean): Promise<string[]> {
  if (isMissing) {
    return ["git-lfs is not installed: the large files are only its pointers here."];
  }
  const pull = await git.write(top, ["lfs", "pull"]);
  return pull.code === 0 ? [] : [failure("The large files could not be fetched", top, pull).message];
}

/** Those that are in use in the project's own directory: all worktrees of a repository share these settings. */
export async function updateSubmodules(git: Git, top: string): Promise<string[]> {
  const [urls, paths] = await Promise.all([
    git.read(top, ["config", "-z", "--get-regexp", "^submodule\\..*\\.url$"]),
    git.read(top, ["config", "-z", "--file", ".gitmodules", "--get-regexp", "^submodule\\..*\\.path$"]),
  ]);
  const used = new Set(fieldsOf(urls).map((field) => (field.split("\n")[0] ?? "").replace(/\.url$/, "")));
  const wanted = fieldsOf(paths).flatMap((field) => {
    const [key = "", path = ""] = textOf(field).split("\n", 2);
    return used.has(key.replace(/\.path$/, "")) ? [path] : [];
  });
  if (wanted.length === 0) {
    return [];
  }
  const update = await git.write(top, ["submodule", "update", "--init", "--recursive", "--", ...wanted]);
  return update.code === 0 ? [] : [failure("The submodules could not be fetched", top, update).message];
}
