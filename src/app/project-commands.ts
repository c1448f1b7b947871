// Commands that are about a project and not about one of its sessions: who may give them, and who carries them out.

import type { AuditEntry } from "../audit/record.ts";
import { notice } from "../render/attachments.ts";
import { inlineCode } from "../render/markdown.ts";
import { authorize, type RightsOf } from "../session/authorization.ts";
import { COMMANDS } from "../session/commands.ts";
import type { ProjectCommand, ProjectCommandName } from "../session/project-commands.ts";
import type { Clock } from "../util/clock.ts";
import { RateLimit } from "../util/rate-limit.ts";
import type { Redact } from "../util/redact.ts";
import type { Replies } from "./replies.ts";

/** What the commands of a project have in common. */
export interface ProjectWorld {
  /** As of now. */
  readonly rightsOf: RightsOf;
  readonly clock: Clock;
  readonly reply: Replies["send"];
  readonly audit: (entry: AuditEntry) => void;
  readonly redact: Redact;
  /** Of this machine, as an IANA name. */
  readonly timeZone: string;
}

export type ProjectHandlers = Partial<Record<ProjectCommandName, (command: ProjectCommand) => void>>;

const TELL_EVERY_MS = 60_000;

export function projectCommands(
  handlers: ProjectHandlers,
  { clock, reply, rightsOf }: ProjectWorld,
): (command: ProjectCommand) => void {
  const refusals = new RateLimit({ burst: 1, everyMs: TELL_EVERY_MS });
  return (command) => {
    const { by, name, threadId } = command;
    // Taking part in a session gives no right in its project.
    if (authorize(COMMANDS[name].action, by.id, undefined, rightsOf)) {
      handlers[name]?.(command);
    } else if (refusals.tryTake(by.id, clock.now())) {
      reply(threadId, notice(`⚠️ Only allowed users can do that, ${inlineCode(`@${by.name}`)}`));
    }
  };
}
