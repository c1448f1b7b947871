// Takes up a conversation that was begun in a terminal: whether there is such a one in the project's directory, and nobody
// writes it.

import { realpathSync } from "node:fs";
import { promptsSince, runsElsewhere } from "../claude/other-programs.ts";
import { readSavedConversation } from "../claude/saved-conversation.ts";
import { inlineCode } from "../render/markdown.ts";
import { authorize, type Person, type RightsOf } from "../session/authorization.ts";
import type { Origin } from "../session/steering/origin.ts";

export interface AdoptionOptions {
  readonly rightsOf: RightsOf;
  /** Who may, where not everybody who is listed may. */
  readonly approvers: readonly string[];
  /** Of the project. */
  readonly directory: string;
  /** The one that Claude runs in. */
  readonly environment: NodeJS.ProcessEnv;
  readonly isHeld: (conversationId: string) => boolean;
  readonly begin: (opening: { readonly owner: Person; readonly origin: Origin }) => void;
}

/** Why not, in a sentence or two. Says nothing of where else a conversation is. */
export function adopt(conversationId: string, by: Person, options: AdoptionOptions): string | undefined {
  const { approvers, directory, environment, isHeld, rightsOf, begin } = options;
  const mayAct = (["start", "approve"] as const).every((action) =>
    authorize(action, by.id, undefined, rightsOf),
  );
  if (!mayAct) {
    const who =
      approvers.length > 0 ? approvers.map((name) => inlineCode(`@${name}`)).join(", ") : "allowed users";
    return `⚠️ Only ${who} can do that, ${inlineCode(`@${by.name}`)}`;
  }
  const saved = readSavedConversation(environment, conversationId);
  const isHere = saved?.directory !== undefined && realPath(saved.directory) === realPath(directory);
  if (!saved || !isHere || saved.prompts === 0) {
    return `ℹ️ There is no conversation ${inlineCode(conversationId)} in this project's directory. \`claude --resume\` there lists what there is.`;
  }
  if (isHeld(conversationId)) {
    return "⚠️ That conversation has a thread already: two must not write it.";
  }
  const pid = runsElsewhere(environment, conversationId, undefined);
  if (pid !== undefined) {
    return `💻 That conversation is open in a terminal (process ${pid}): two programs must not write it. End it there, then ask again.`;
  }
  const bytes = promptsSince(environment, conversationId, undefined)?.bytes ?? 0;
  begin({ owner: by, origin: { kind: "terminal", conversationId, bytes, prompts: saved.prompts } });
  return undefined;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
