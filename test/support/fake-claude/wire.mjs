// Writing frames, and the questions that wait for an answer. Knows nothing of turns.

import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";

export function createWire(firstSessionId) {
  let sessionId = firstSessionId;
  const asks = new Map();

  const encode = (frame) =>
    `${JSON.stringify({ ...frame, session_id: sessionId, uuid: frame.uuid ?? randomUUID() })}\n`;

  /** Several frames in one write reach the reader together. */
  function emit(...frames) {
    raw(
      frames
        .map((frame) => (frame.type.startsWith("control_") ? `${JSON.stringify(frame)}\n` : encode(frame)))
        .join(""),
    );
  }

  /** Synchronous: nothing is lost when the process ends right after. */
  function raw(text) {
    let bytes = Buffer.from(text);
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(1, bytes));
      } catch (error) {
        if (error.code === "EAGAIN") continue;
        if (error.code === "EPIPE") process.exit(1);
        throw error;
      }
    }
  }

  /** @returns the frame of the question, for the caller to emit, and its answer */
  function ask(request) {
    const request_id = randomUUID();
    const answer = new Promise((resolve) => asks.set(request_id, resolve));
    return {
      frame: { type: "control_request", request_id, request: { subtype: "can_use_tool", ...request } },
      answer,
    };
  }

  return {
    emit,
    raw,
    /** From now on the frames are another conversation's. */
    beginSession(id) {
      sessionId = id;
    },
    ask,
    settle(response) {
      asks.get(response.request_id)?.(
        response.subtype === "success" ? response.response : { behavior: "deny", message: response.error },
      );
      asks.delete(response.request_id);
    },
    /** Takes every open question back. */
    cancelAsks() {
      const open = [...asks];
      asks.clear();
      for (const [request_id, resolve] of open) {
        emit({ type: "control_cancel_request", request_id });
        resolve("cancelled");
      }
    },
    failAsks(reason) {
      for (const resolve of asks.values()) {
        resolve({ behavior: "deny", message: `Tool permission request failed: AbortError: ${reason}` });
      }
      asks.clear();
    },
  };
}
