// Takes up a conversation that was begun in a terminal: whether there is such a one in the project's directory, and nobody
// writes it.

import { realpathSync } from "node:fs";
import { conversationsThere } from "../claude/conversations-there.ts";
import { promptsSince, runsElsewhere } from "../claude/other-programs.ts";
import { readSavedConversation } from "../claude/saved-conversation.ts";
import { homeIn } from "../remote/script.ts";
import type { RunScript } from "../remote/types.ts";
import { inlineCode } from "../render/markdown.ts";
import { authorize, type Person, type RightsOf } from "../session/authorization.ts";
import type { Origin } from "../session/steering/origin.ts";
import type { Later } from "../util/later.ts";

/** What is saved under an id, by Claude in the project's directory. */
interface Found {
  /** How many messages people have written. */
  readonly prompts: number;
  readonly bytes: number;
  /** The process that has it open. */
  readonly pid: number | undefined;
}

/** Undefined when there is no such conversation in the project's directory. */
export type FindConversation = (conversationId: string) => Later<Found | undefined>;

export interface AdoptionOptions {
  readonly rightsOf: RightsOf;
  /** Who may, where not everybody who is listed may. */
  readonly approvers: readonly string[];
  readonly find: FindConversation;
  readonly isHeld: (conversationId: string) => boolean;
  readonly begin: (opening: { readonly owner: Person; readonly origin: Origin }) => void;
}

/** Why not, in a sentence or two. Says nothing of where else a conversation is. */
export function adopt(
  conversationId: string,
  by: Person,
  options: AdoptionOptions,
): Later<string | undefined> {
  const { approvers, find, rightsOf } = options;
  const mayAct = (["start", "approve"] as const).every((action) =>
    authorize(action, by.id, undefined, rightsOf),
  );
  if (!mayAct) {
    const who =
      approvers.length > 0 ? approvers.map((name) => inlineCode(`@${name}`)).join(", ") : "allowed users";
    return `⚠️ Only ${who} can do that, ${inlineCode(`@${by.name}`)}`;
  }
  const found = find(conversationId);
  return found instanceof Promise
    ? found.then((one) => takeUp(conversationId, by, one, options))
    : takeUp(conversationId, by, found, options);
}

function takeUp(
  conversationId: string,
  by: Person,
  found: Found | undefined,
  { isHeld, begin }: AdoptionOptions,
): string | undefined {
  if (!found || found.prompts === 0) {
    return `ℹ️ There is no conversation ${inlineCode(conversationId)} in this project's directory. \`claude --resume\` there lists what there is.`;
  }
  if (isHeld(conversationId)) {
    return "⚠️ That conversation has a thread already: two must not write it.";
  }
  const { bytes, pid, prompts } = found;
  if (pid !== undefined) {
    return `💻 That conversation is open in a terminal (process ${pid}): two programs must not write it. End it there, then ask again.`;
  }
  begin({ owner: by, origin: { kind: "terminal", conversationId, bytes, prompts } });
  return undefined;
}

/** `environment`: the one that Claude runs in. */
export function findHere(directory: string, environment: NodeJS.ProcessEnv): FindConversation {
  return (conversationId) => {
    const saved = readSavedConversation(environment, conversationId);
    if (saved?.directory === undefined || realPath(saved.directory) !== realPath(directory)) {
      return undefined;
    }
    return {
      prompts: saved.prompts,
      bytes: promptsSince(environment, conversationId, undefined)?.bytes ?? 0,
      pid: runsElsewhere(environment, conversationId, undefined),
    };
  };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** `$1` and `$2`: whether they are one directory. */
const ARE_SAME = `
unset CDPATH
directory=$2
${homeIn("directory")}
one=$(cd "$1" 2>/dev/null && pwd -P && echo .) || one=$1
other=$(cd "$directory" 2>/dev/null && pwd -P && echo .) || other=$directory
[ "$one" = "$other" ]
`;

export function findThere(directory: string, run: RunScript): FindConversation {
  const { look } = conversationsThere(run);
  return async (conversationId) => {
    const { saved, news, pid } = await look({ conversationId });
    if (saved?.directory === undefined || (await run(ARE_SAME, [saved.directory, directory])).code !== 0) {
      return undefined;
    }
    return { prompts: saved.prompts, bytes: news?.bytes ?? 0, pid };
  };
}
