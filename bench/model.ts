// The scripted model of the bench: its scenes, and when it was asked and wrote its first and last token, by turn.

import { subscribe } from "node:diagnostics_channel";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ScriptedModel, startScriptedModel } from "../sandbox/model/server.ts";
import { now } from "./clock.ts";
import { scene } from "./scenes.ts";

interface TokenTimes {
  firstAt?: number;
  lastAt?: number;
}

/** In a token's text, as `firstWords` and `lastWords` have it. */
const MARK = /"text":"\s*(begin|end)-(\d+)-(?:begun|ended)"/;

export const tokenTimes = new Map<number, TokenTimes>();

export async function startModel(): Promise<ScriptedModel> {
  const model = await startScriptedModel({ scenes: [scene] });
  const port = Number(new URL(model.url).port);
  // The model keeps no times of its own; what it writes is looked at on its way out.
  subscribe("http.server.request.start", (message) => {
    const { server, response } = message as { server: Server; response: ServerResponse };
    if ((server.address() as AddressInfo | null)?.port === port) watch(response);
  });
  return model;
}

function watch(response: ServerResponse): void {
  const write = response.write.bind(response) as (chunk: unknown) => boolean;
  response.write = (chunk: unknown): boolean => {
    const [, kind, number] = MARK.exec(String(chunk)) ?? [];
    if (kind !== undefined) {
      const times = tokenTimes.get(Number(number)) ?? {};
      tokenTimes.set(Number(number), times);
      if (kind === "begin") times.firstAt ??= now();
      else times.lastAt = now();
    }
    return write(chunk);
  };
}
