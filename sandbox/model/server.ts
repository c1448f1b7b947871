// A Messages API on loopback that answers from a script, so that the real Claude CLI runs with no account
// and no network. Stateless as to the conversation: a request says by itself which step comes next.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Conversation, readConversation } from "./conversation.ts";
import { streamMessage, writeMessage } from "./message.ts";
import type { Scene, Step } from "./scene.ts";
import { answerSideRequest } from "./side-request.ts";

export interface ScriptedModelOptions {
  readonly scenes: readonly Scene[];
  /** Between two tokens, unless the step says otherwise. */
  readonly tokenDelayMs?: number;
  /** 0 or none: any free port. */
  readonly port?: number;
}

interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** The scene that answered; undefined for a side request. */
  readonly scene: string | undefined;
  readonly step: number | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ScriptedModel {
  readonly url: string;
  /** The last requests, oldest first. */
  readonly requests: readonly LoggedRequest[];
  close(): Promise<void>;
}

const requestsKept = 200;
/** A conversation with pictures is sent anew with every step. */
const bytesKept = 64 * 1024 * 1024;
const bodyLimitBytes = 64 * 1024 * 1024;

export async function startScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const requests: LoggedRequest[] = [];
  const sizes: number[] = [];
  let keptBytes = 0;

  function keep(request: LoggedRequest, size: number): void {
    requests.push(request);
    keptBytes += size;
    sizes.push(size);
    while (requests.length > requestsKept || (keptBytes > bytesKept && requests.length > 1)) {
      requests.shift();
      keptBytes -= sizes.shift() ?? 0;
    }
  }

  const attempts = createAttemptCounter();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const path = (request.url ?? "/").replace(/\?.*/, "");
    const text = await readBody(request);
    const body = parseBody(text);
    const isMessage = method === "POST" && path === "/v1/messages";
    const conversation = isMessage ? readConversation(body) : undefined;
    const scene = conversation && options.scenes.find((one) => one.matches(conversation.userText));
    keep({ method, path, scene: scene?.name, step: conversation?.step, body }, text.length);

    if (method === "POST" && path === "/v1/messages/count_tokens") {
      return sendJson(response, 200, { input_tokens: Math.ceil(text.length / 4) });
    }
    if (!isMessage) return sendJson(response, method === "HEAD" ? 200 : 404, notFound);
    const step =
      conversation === undefined
        ? { text: answerSideRequest(text) }
        : (scene?.play({ ...conversation, attempt: attempts.of(conversation) }) ??
          unscripted(options.scenes));
    if (conversation !== undefined) attempts.note(conversation, step);
    await playStep(step, body, response, options.tokenDelayMs ?? 0);
  }

  const server = createServer((request, response) => {
    // A client that went away mid-answer was interrupted: nothing to do, nobody to tell.
    response.on("error", () => {});
    answer(request, response).catch((cause: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, apiError("api_error", String(cause)));
    });
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, close: () => close(server) };
}

async function playStep(
  step: Step,
  body: Readonly<Record<string, unknown>>,
  response: ServerResponse,
  defaultDelayMs: number,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const pause = async (ms: number): Promise<void> => {
    if (ms > 0) await sleep(ms, undefined, { signal: gone.signal }).catch(() => {});
  };

  await pause(step.delayMs ?? 0);
  if (step.error !== undefined) {
    return sendJson(response, step.error.status, step.error.body, step.error.headers);
  }
  const message = writeMessage(step, String(body["model"] ?? "scripted"));
  if (body["stream"] !== true) return sendJson(response, 200, message);

  const tokenDelayMs = step.tokenDelayMs ?? defaultDelayMs;
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  for (const event of streamMessage(message)) {
    if (gone.signal.aborted) return;
    const wasTaken = response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    if (event.type === "content_block_delta") await pause(tokenDelayMs);
    if (!wasTaken) await drained(response, gone.signal);
  }
  response.end();
}

function unscripted(scenes: readonly Scene[]): Step {
  return { text: `I follow a script. Say RUN and one of: ${scenes.map((scene) => scene.name).join(", ")}.` };
}

/** How often a conversation's step has failed already: the CLI asks again after an error. */
function createAttemptCounter(): { of(at: Conversation): number; note(at: Conversation, step: Step): void } {
  const failures = new Map<string, number>();
  const keyOf = ({ userText, step, calls }: Conversation): string => JSON.stringify([userText, step, calls]);
  const of = (at: Conversation): number => failures.get(keyOf(at)) ?? 0;
  return {
    of,
    note(at, step) {
      if (step.error === undefined) failures.delete(keyOf(at));
      else if (failures.size < requestsKept) failures.set(keyOf(at), of(at) + 1);
    },
  };
}

const apiError = (type: string, message: string): object => ({ type: "error", error: { type, message } });
const notFound = apiError("not_found_error", "The scripted model has no such page.");

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimitBytes) throw new Error("request too large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const go = (): void => {
      response.off("drain", go);
      gone.removeEventListener("abort", go);
      resolve();
    };
    response.on("drain", go);
    gone.addEventListener("abort", go);
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
