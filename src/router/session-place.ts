// Where a first message wants its session: `in NAME:` names a project of the channel, `on branch NAME:` asks for a git
// worktree. Pure.

export interface SessionPlace {
  /** As written; undefined when none is named. */
  readonly project: string | undefined;
  readonly branch: string | undefined;
  /** What is left for Claude. */
  readonly text: string;
}

/** A name has letters of any script, and signs that nobody sees: whoever wrote these meant a name, if none of ours. */
const PLACE =
  /^(?:in\s+([\p{L}\p{M}\p{N}\p{Cf}_.-]{1,80})(?=[\s,:]))?[\s,]*(?:on\s+branch\s+([^\s:,]{1,250})\s*)?:(?:\s+|$)/iu;

/**
 * `names`: the projects of the channel. Where there is only one, no other word after "in" is taken for a project's name:
 * "in short: …" is a sentence.
 */
export function sessionPlaceIn(text: string, names: readonly string[]): SessionPlace {
  const trimmed = text.trimStart();
  const [prefix = "", project, branch] = PLACE.exec(trimmed) ?? [];
  const isOfProjects =
    project === undefined || names.length > 1 || names.some((name) => isSameName(name, project));
  if ((project === undefined && branch === undefined) || !isOfProjects) {
    return { project: undefined, branch: undefined, text };
  }
  return { project, branch, text: trimmed.slice(prefix.length) };
}

export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
