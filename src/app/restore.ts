// What the bridge reads from the state folder when it starts, and writes there: sessions, and which accounts the names in
// the settings stand for.

import { pauseAfter } from "../mattermost/budget.ts";
import { isTransient } from "../mattermost/error.ts";
import type { ChannelId, ThreadId, User } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import { notice } from "../render/attachments.ts";
import { bindNames, decodeBindings, encodeBindings, type Named } from "../session/allow-list.ts";
import { sessionPrefix } from "../session/dependencies.ts";
import { type KeptSession, keptOf } from "../session/passive-sessions.ts";
import { inFlightOf } from "../session/phases.ts";
import { decodeSnapshot, type SessionSnapshot } from "../session/snapshot.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { endGroup } from "../util/processes.ts";

const SESSION_LOST = "the session of its thread does not go on";

export interface KeptSessions {
  readonly snapshots: readonly KeptSession[];
  /** The threads of those that can't be understood. */
  readonly lost: readonly ThreadId[];
}

/**
 * The sessions of an earlier run; what can't be understood is quarantined. `names`: those of all documents, where they
 * are known.
 */
export function readSnapshots(
  folder: DocumentStore,
  channelId: ChannelId,
  names: readonly string[] = folder.names(),
): KeptSessions {
  const prefix = sessionPrefix(channelId);
  const snapshots: KeptSession[] = [];
  const lost: ThreadId[] = [];
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const threadId = name.slice(prefix.length) as ThreadId;
    const snapshot = readSnapshot(folder, channelId, threadId);
    if (snapshot) {
      snapshots.push(keptOf(snapshot));
    } else {
      lost.push(threadId);
    }
  }
  return { snapshots, lost };
}

/** Undefined where it can't be understood: then it is quarantined. */
export function readSnapshot(
  folder: DocumentStore,
  channelId: ChannelId,
  threadId: ThreadId,
): SessionSnapshot | undefined {
  const name = `${sessionPrefix(channelId)}${threadId}`;
  const document = folder.read(name, SESSION_LOST);
  const snapshot = decodeSnapshot(document);
  if (document !== undefined && !snapshot) {
    folder.quarantine(name, "it is damaged, or another version wrote it", SESSION_LOST);
  }
  return snapshot;
}

/** They could be read, and nothing can be done with them. */
export function quarantinedSessions(
  folder: DocumentStore,
  channelId: ChannelId,
  threadIds: readonly ThreadId[],
): void {
  for (const threadId of threadIds) {
    folder.quarantine(`${sessionPrefix(channelId)}${threadId}`, "it is damaged", SESSION_LOST);
  }
}

/** Said in the thread of a session that is quarantined. */
export const SESSION_LOST_NOTICE = notice(
  "💥 **This session is lost**: what mm-claude kept of it can't be read. Its log says where that is. Mention me to start a new one.",
);

/** Claude processes of a daemon that was killed: nobody listens to them any more. */
export async function endLeftovers(snapshots: readonly Pick<SessionSnapshot, "process">[]): Promise<void> {
  await Promise.all(snapshots.map(({ process: known }) => known && endGroup(known)));
}

const RETRY = { baseMs: 1000, maxMs: 30_000, random: () => 1 };

/**
 * Looks up who wrote the messages that still wait, and who allowed all tools of a session. The server is asked about
 * these accounts before Claude gets a message and before a right is kept. Goes on until the server answers.
 */
export async function lookUpWriters(
  snapshots: readonly KeptSession[],
  users: Users,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<void> {
  const states = snapshots.flatMap((snapshot) => ("state" in snapshot ? [snapshot.state] : []));
  const waiting = states.flatMap((state) => [
    ...state.queue,
    ...[inFlightOf(state)?.message].flatMap((message) => message ?? []),
  ]);
  const grantors = states.flatMap((state) => [
    ...(state.auto?.grantedBy ? [state.auto.grantedBy] : []),
    ...state.steering.rules.map(({ by }) => by),
  ]);
  const writers = new Set(
    [...waiting.flatMap(({ by, approvedBy }) => (approvedBy ? [by, approvedBy] : [by])), ...grantors].map(
      ({ id }) => id,
    ),
  );
  for (let attempt = 0; ; attempt++) {
    try {
      await Promise.all([...writers].map((id) => users.byId(id)));
      return;
    } catch (error) {
      if (!isTransient(error)) {
        log.warn("Could not look up who wrote the messages that wait", error);
        return;
      }
      await new Promise<void>((resolve) => clock.setTimeout(resolve, pauseAfter(error, attempt, RETRY)));
    }
  }
}

/**
 * The names of a setting, each with the account that is let in by it: the one that had it at the first start with it.
 * `of`: what the setting is of, a channel or a project.
 */
export function admitted(
  setting: "ALLOWED_USERS" | "APPROVERS" | "BOTS",
  users: readonly User[],
  of: string,
  folder: DocumentStore,
  log: Log,
): readonly Named[] {
  const name = `names-${setting.toLowerCase()}-${of}`;
  const kept = folder.read(name, `${setting} means the accounts that have these names now`);
  const binding = bindNames(users, decodeBindings(kept));
  const json = encodeBindings(binding.bindings);
  // Of many projects hardly one has changed since the last start.
  if (json !== JSON.stringify(kept)) {
    folder.change(name, () => json);
    // Soon: until it is kept, the next start would take whoever has the name by then. There may be hundreds of projects.
    void folder.saved(name, { isPatient: true });
  }
  for (const changed of binding.changedHands) {
    log.warn(
      `@${changed} in ${setting} is another account than at an earlier start, so it is not let in. If that is right, ` +
        `stop mm-claude, delete ${folder.path}/${name}.json and start again.`,
    );
  }
  return Object.entries(binding.bindings).map(([username, id]) => ({ id, username }));
}
