// The mm-claudes that run here for one bot: which they are, and telling them that projects.yaml has changed.

import { type Asked, askReload, askStatus } from "../control/client.ts";
import { controlFolder, controlSockets, pidOf } from "../control/location.ts";
import type { ReloadAnswer, Status } from "../control/protocol.ts";

export interface DaemonPlace {
  readonly environment: NodeJS.ProcessEnv;
  readonly uid: number;
}

export interface Daemon {
  readonly path: string;
  readonly status: Status;
}

export interface Bot {
  readonly url: string;
  /** Undefined when the server could not be asked. */
  readonly username: string | undefined;
}

/** A mm-claude that does not answer may be another bot's, and is left alone. */
export async function daemonsOf(
  { url, username }: Bot,
  { environment, uid }: DaemonPlace,
): Promise<Daemon[]> {
  const paths = controlSockets(controlFolder(environment, uid));
  const asked = await Promise.all(paths.map(async (path) => ({ path, answer: await askStatus(path) })));
  return asked.flatMap(({ path, answer }) => {
    if (answer.kind !== "answered" || answer.value.server.url !== url) return [];
    const { bot = username } = answer.value;
    return username === undefined || bot === username ? [{ path, status: answer.value }] : [];
  });
}

export interface Told {
  /** Of those that took it up. */
  readonly answers: readonly Extract<ReloadAnswer, { ok: true }>[];
  /** Why one goes on as before: what the file asks for can't be. */
  readonly problems: readonly string[];
  /** A sentence about each that could not be told, or can't do it. */
  readonly untold: readonly string[];
}

export async function tellAll(daemons: readonly Daemon[]): Promise<Told> {
  const asked = await Promise.all(daemons.map(async ({ path }) => ({ path, answer: await askReload(path) })));
  const known = asked.flatMap(({ answer }) => (answer.kind === "answered" ? [answer.value] : []));
  return {
    answers: known.flatMap((answer) => (answer.ok ? [answer] : [])),
    problems: known.flatMap((answer) => (answer.ok ? [] : answer.problems)),
    untold: asked.flatMap(({ path, answer }) => untold(pidOf(path), answer)),
  };
}

function untold(pid: number, answer: Asked<ReloadAnswer>): string[] {
  switch (answer.kind) {
    case "hanging":
      return [`The mm-claude that runs (process ${pid}) has not answered yet; see mm-claude logs.`];
    case "refused":
      return [`The mm-claude that runs (process ${pid}) does not go by it yet: ${answer.why}.`];
    // It will read the file when it is started.
    case "gone":
    case "answered":
      return [];
  }
}
