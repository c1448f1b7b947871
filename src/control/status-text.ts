// What a daemon says of itself, for people. Pure.

import { onMachine } from "../util/machine.ts";
import type { ProjectStatus, SessionStatus, Status } from "./protocol.ts";

/** Lines; `now` in milliseconds since the epoch. */
export function statusText(status: Status, now: number): string[] {
  const { server, sessions, memory, requests, lastError, projects = [] } = status;
  const isOne = projects.length < 2;
  const live = sessions.filter(({ phase }) => phase !== "asleep");
  const asleep = sessions.length - live.length;
  const times =
    server.lost === 0 ? "" : `, lost ${server.lost === 1 ? "once" : `${server.lost} times`} before`;
  const waiting = requests.waiting === 0 ? "" : `, ${requests.waiting} requests wait`;
  const rows = [
    ["running", `since ${ago(now - status.startedAt)}, process ${status.pid}, v${status.version}`],
    [
      "server",
      server.isConnected
        ? `${server.url}, connected for ${ago(now - server.since)}${times}${waiting}`
        : `${server.url}, not connected for ${ago(now - server.since)}`,
    ],
    ...(status.channel && isOne ? [["channel", `${status.channel.name}, ${status.channel.link}`]] : []),
    ...(status.bot === undefined ? [] : [["bot", `@${status.bot}`]]),
    ...(isOne
      ? [["directory", onMachine(status.directory, projects[0]?.machine)]]
      : [["projects", `${projects.length}`]]),
    ["sessions", `${live.length} of ${status.maxSessions} live, ${asleep} asleep`],
    ["memory", `${megabytes(memory.rssBytes)} MB, without the Claudes`],
    ...(lastError ? [["last error", `${ago(now - lastError.at)} ago: ${lastError.text}`]] : []),
  ];
  return [
    ...rows.map(([name = "", value]) => `  ${name.padEnd(10)}  ${value}`),
    ...(isOne ? [] : projects.flatMap(projectLines)),
    ...live.flatMap((session) => sessionLines(session, now)),
  ];
}

function projectLines({ name, directory, machine, channel, sessions, away }: ProjectStatus): string[] {
  const live = sessions === 0 ? "no session" : sessions === 1 ? "1 session" : `${sessions} sessions`;
  const how = away === undefined ? live : `not served: ${away}`;
  return [`  ${name}: ${how}`, `    ${onMachine(directory, machine)}, ${channel.name}, ${channel.link}`];
}

function sessionLines(
  { by, project, phase, waitsFor, queued, link, lastActivityAt }: SessionStatus,
  now: number,
): string[] {
  const doing =
    waitsFor.length > 0
      ? `waits for ${waitsFor.join(", ")}`
      : phase === "working"
        ? "works"
        : "waits for a message";
  const more = queued === 0 ? "" : `, ${queued} more to come`;
  const where = project === undefined ? "" : ` in ${project}`;
  return [`  @${by}${where}: ${doing}${more}, ${ago(now - lastActivityAt)}`, `    ${link}`];
}

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** As people say it: the largest unit that fills, such as "3 h". */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);
