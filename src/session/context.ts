// What a session is told once: where it runs, with which limits and settings, and who is who.

import { existsSync } from "node:fs";
import type { RightsOf } from "./authorization.ts";

/** What a session is told once. */
export interface SessionContext {
  readonly version: string;
  readonly botName: string;
  readonly directory: string;
  /** The project of projects.yaml that it is of; undefined: the one of the settings, which is named by its directory. */
  readonly project?: string | undefined;
  /** The channel's other projects in which sessions can begin, as of now. */
  readonly otherProjects: () => readonly string[];
  readonly home: string;
  readonly maxSessions: number;
  readonly idleMs: number;
  /** Sessions begin with permissions skipped. */
  readonly isAuto: boolean;
  /** The longest post in code points. */
  readonly postLimit: number;
  /** What an account is here, as of now. */
  readonly rightsOf: RightsOf;
  /** Names to call when a tool or a plan is to be approved and the owner may not; none when all who are listed may. */
  readonly approvers: readonly string[];
  /** Names of all who are listed; none when everyone is. */
  readonly listed?: readonly string[];
  /** Of this machine, as an IANA name: in it times are told. */
  readonly timeZone: string;
}

/** A conversation belongs to its directory, wherever mm-claude is started the next time; as long as there is that directory. */
export function contextIn(
  directory: string | undefined,
  context: SessionContext,
): { readonly context: SessionContext; readonly lostDirectory: string | undefined } {
  const isLost = directory !== undefined && !existsSync(directory);
  return {
    context: directory === undefined || isLost ? context : { ...context, directory },
    lostDirectory: isLost ? directory : undefined,
  };
}
