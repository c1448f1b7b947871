// One streamed request to the Messages API: its events, or the error it answered with.

import { request } from "node:http";

export class ApiError extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** @returns an async iterable of the stream's events */
export async function* streamMessage(body, signal) {
  const response = await post(body, signal);
  let rest = "";
  for await (const chunk of response.setEncoding("utf8")) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) yield JSON.parse(event.slice(event.indexOf("data: ") + 6));
  }
}

function post(body, signal) {
  return new Promise((resolve, reject) => {
    const url = `${process.env.ANTHROPIC_BASE_URL}/v1/messages?beta=true`;
    const call = request(
      url,
      { method: "POST", headers: { "content-type": "application/json" }, signal },
      (response) => {
        if (response.statusCode === 200) return resolve(response);
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () =>
          reject(new ApiError(response.statusCode, errorText(text), response.headers)),
        );
      },
    );
    call.on("error", reject);
    call.end(JSON.stringify({ ...body, stream: true }));
  });
}

function errorText(text) {
  try {
    return JSON.parse(text).error.message;
  } catch {
    return text.slice(0, 200);
  }
}

/** Each event, and with the last event of a block the whole block. */
export async function* blocks(events) {
  let messageId;
  let open;
  for await (const event of events) {
    if (event.type === "message_start") messageId = event.message.id;
    if (event.type === "content_block_start") open = { ...event.content_block, json: "" };
    if (event.type === "content_block_delta") {
      const { delta } = event;
      if (delta.type === "text_delta") open.text += delta.text;
      if (delta.type === "thinking_delta") open.thinking += delta.thinking;
      if (delta.type === "signature_delta") open.signature += delta.signature;
      if (delta.type === "input_json_delta") open.json += delta.partial_json;
    }
    if (event.type !== "content_block_stop") {
      yield { event };
      continue;
    }
    const { json, ...content } = open;
    if (content.type === "tool_use") content.input = JSON.parse(json || "{}");
    yield { event, block: { messageId, content } };
  }
}
