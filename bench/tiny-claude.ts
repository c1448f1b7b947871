// What speaks for all tiny Claudes: one process, so that a crowd of them leaves the machine to those who are measured.
// Answers `initialize`, and streams the tokens it is asked for. A token says when it was written, on the clock of
// clock.ts. Each line of its input is a Claude that has begun: its session and its two pipes.

import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { now } from "./clock.ts";

const uuid = "00000000-0000-4000-8000-000000000000";
let messages = 0;

createInterface({ input: process.stdin }).on("line", (line) => {
  const [session = "", stdin = "", stdout = ""] = line.split(" ");
  serve(session, stdin, stdout);
});

function serve(session_id: string, stdin: string, stdout: string): void {
  // Neither end waits for the other.
  const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants;
  const input = new Socket({ fd: openSync(stdin, O_RDONLY | O_NONBLOCK), readable: true, writable: false });
  const output = new Socket({ fd: openSync(stdout, O_RDWR | O_NONBLOCK), readable: false, writable: true });
  /** As long as the real one's. */
  const encode = (frame: object): string =>
    `${JSON.stringify({ session_id, uuid, parent_tool_use_id: null, ...frame })}\n`;
  const emit = (...frames: object[]): void => void output.write(frames.map(encode).join(""));
  const event = (body: object): object => ({ type: "stream_event", event: body });
  const delta = (text: string): object =>
    event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
  let timer: NodeJS.Timeout | undefined;

  /** At each write as many tokens as are due, however late the timer is. */
  function stream(
    turn: string,
    count: number,
    perSecond: number,
    writes: number,
    end: (text: string) => void,
  ): void {
    const startedAt = performance.now();
    let text = "";
    let written = 0;
    const writeDue = (): void => {
      const due = Math.min(count, 1 + Math.floor(((performance.now() - startedAt) * perSecond) / 1000));
      const token = ` n${Math.floor(now())}`;
      if (due > written) output.write(encode(delta(token)).repeat(due - written));
      text += token.repeat(due - written);
      written = due;
      if (written < count) return;
      clearInterval(timer);
      const last = ` end-${turn}-ended`;
      emit(delta(last));
      end(text + last);
    };
    timer = setInterval(writeDue, 1000 / writes);
    writeDue();
  }

  function play(message: { readonly content: unknown }, sent: unknown): void {
    const [, turn = "", count, perSecond, writes] =
      /TINY (\d+) (\d+) (\d+) (\d+)/.exec(JSON.stringify(message.content)) ?? [];
    const id = `msg_${++messages}`;
    emit(
      { type: "user", message, isReplay: true, uuid: sent },
      { type: "system", subtype: "init", model: "tiny", tools: [], slash_commands: [] },
      event({ type: "message_start", message: { id, role: "assistant", content: [] } }),
      event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
    );
    stream(turn, Number(count), Number(perSecond), Number(writes), (text) => {
      emit(
        { type: "assistant", message: { id, role: "assistant", content: [{ type: "text", text }] } },
        event({ type: "content_block_stop", index: 0 }),
        event({ type: "message_stop" }),
        { type: "result", subtype: "success", is_error: false, result: text, terminal_reason: "completed" },
      );
    });
  }

  createInterface({ input }).on("line", (line) => {
    const frame = JSON.parse(line);
    if (frame.type === "user") play(frame.message, frame.uuid);
    if (frame.type !== "control_request") return;
    const response = { subtype: "success", request_id: frame.request_id, response: { commands: [] } };
    emit({ type: "control_response", response });
  });
  input.on("end", () => {
    clearInterval(timer);
    output.end();
  });
  input.on("error", () => {});
  output.on("error", () => {});
}
