// The recorded traffic of real servers, 7.10 and 10.11, as the contract tests read it.
import { readFileSync } from "node:fs";

export interface RestExchange {
  readonly kind: "rest";
  readonly as: string;
  readonly note?: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly response: { readonly status: number; readonly body: unknown };
}

export interface SocketLine {
  readonly kind: "ws-open" | "ws-in" | "ws-out";
  readonly url?: string;
  readonly note?: string;
  readonly frame?: Readonly<Record<string, unknown>>;
}

function linesOf(version: string): (RestExchange | SocketLine)[] {
  return readFileSync(new URL(`../fixtures/mattermost/server-${version}.ndjson`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RestExchange | SocketLine);
}

export function exchangesOf(version: string): readonly RestExchange[] {
  return linesOf(version).filter((line) => line.kind === "rest");
}

export function framesOf(version: string): readonly object[] {
  return linesOf(version).flatMap((line) => (line.kind === "ws-in" && line.frame ? [line.frame] : []));
}

const restExchanges = exchangesOf("7.10");

/** Of 7.10, one list a connection: its opening first, then its frames. */
export const connections: readonly SocketLine[][] = linesOf("7.10")
  .filter((line) => line.kind !== "rest")
  .reduce<SocketLine[][]>((all, line) => {
    if (line.kind === "ws-open") all.push([]);
    all.at(-1)?.push(line);
    return all;
  }, []);

/** The recorded answer to exactly this request; throws when there is none. */
export function exchange(method: string, path: string, note?: string): RestExchange {
  const found = restExchanges.find(
    (one) =>
      one.request.method === method &&
      one.request.path === path &&
      (note === undefined || one.note?.includes(note)),
  );
  if (found === undefined) throw new Error(`not in the recording: ${method} ${path} ${note ?? ""}`);
  return found;
}
