// Whether a thread's session is of the project that people spoke to, and its Claude has worked where that is. Claude
// itself says where: it keeps its conversations by the directory that it works in.

import type { Place } from "./places.ts";
import type { Stage } from "./stage.ts";
import { documentOf, type Heard, type Played, type Problem } from "./thread.ts";

export function judgePlace(stage: Stage, thread: Played, heard: readonly Heard[]): Problem[] {
  const { place, directory } = thread;
  const document = documentOf(stage, thread);
  if (!document) {
    return [];
  }
  const name = NAMES[place.name] ?? place.name;
  const { project = "none", state } = document;
  const made = state.worktree?.made;
  const problems: Problem[] = [];
  if (project !== name || (made?.directory ?? document.directory) !== directory) {
    const what = `asked for in ${name} in ${directory}, the session is of ${project} in ${document.directory}`;
    problems.push({ kind: "wrong", what });
  }
  if (place.hasWorktrees && document.directory !== made?.path) {
    problems.push({
      kind: "wrong",
      what: `it works in ${document.directory}, its worktree is ${made?.path}`,
    });
  }
  const folder = folderOf(document.directory);
  for (const one of heard.filter((conversation) => conversation.folder !== folder)) {
    problems.push({
      kind: "wrong",
      what: `conversation ${one.id} is in ${one.folder}, and not in ${folder}`,
    });
  }
  return problems;
}

/** As the session knows its project, where it is none that projects.yaml has by that name. */
const NAMES: Partial<Readonly<Record<Place["name"], string>>> = {
  project: "none",
  direct: "direct messages",
};

/** Whether a tool of the thread's may have run there. */
export function isWorkplace(stage: Stage, thread: Played, directory: string): boolean {
  const own = documentOf(stage, thread)?.state.worktree?.made?.path;
  return directory === (thread.place.hasWorktrees ? own : thread.directory);
}

/** As Claude Code names it (2.1.330). */
const folderOf = (directory: string): string => directory.replaceAll(/[^a-zA-Z0-9]/g, "-");
