// The least of a Claude CLI that a session needs, so small that hundreds of them fit on one machine: answers
// `initialize`, and streams the tokens it is asked for. A token says when it was written, on the clock of clock.ts.
// A block, and no import: this is a script, and the quickest kind to start.
{
  const args = process.argv.slice(2);
  if (args.includes("--version")) {
    console.log("2.1.330 (Claude Code)");
    process.exit(0);
  }
  const session_id = args[args.indexOf("--session-id") + 1] ?? "";
  const uuid = "00000000-0000-4000-8000-000000000000";
  /** As long as the real one's. */
  const encode = (frame: object): string =>
    `${JSON.stringify({ session_id, uuid, parent_tool_use_id: null, ...frame })}\n`;
  const emit = (...frames: object[]): void => void process.stdout.write(frames.map(encode).join(""));
  const event = (body: object): object => ({ type: "stream_event", event: body });
  const delta = (text: string): object =>
    event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
  let messages = 0;

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
      const token = ` n${process.hrtime.bigint() / 1_000_000n}`;
      const frame = encode(delta(token));
      if (due > written) process.stdout.write(frame.repeat(due - written));
      text += token.repeat(due - written);
      written = due;
      if (written < count) return;
      clearInterval(timer);
      const last = ` end-${turn}-ended`;
      emit(delta(last));
      end(text + last);
    };
    const timer = setInterval(writeDue, 1000 / writes);
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

  let rest = "";
  process.stdin.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const frame = JSON.parse(line);
      if (frame.type === "user") play(frame.message, frame.uuid);
      if (frame.type !== "control_request") continue;
      const response = { subtype: "success", request_id: frame.request_id, response: { commands: [] } };
      emit({ type: "control_response", response });
    }
  });
  process.stdin.on("end", () => process.exit(0));
}
