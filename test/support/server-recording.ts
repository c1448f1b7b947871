// The recorded traffic of a real 7.10 server, as the contract tests read it.
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

const lines = readFileSync(new URL("../fixtures/mattermost/server-7.10.ndjson", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as RestExchange | SocketLine);

const restExchanges: readonly RestExchange[] = lines.filter((line) => line.kind === "rest");

/** One list a connection: its opening first, then its frames. */
export const connections: readonly SocketLine[][] = lines
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
