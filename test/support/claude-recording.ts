// Recorded stdio of the real CLI, and a short way to write down what it says.

import { readdirSync, readFileSync } from "node:fs";
import { type Decoded, Decoder } from "../../src/claude/decode.ts";
import { decodeMcpMessage } from "../../src/claude/decode-mcp.ts";
import { LineFramer } from "../../src/claude/line-framer.ts";

const directory = new URL("../fixtures/claude/", import.meta.url);

export function recordingNames(): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".ndjson"))
    .map((file) => file.replace(/\.ndjson$/, ""))
    .sort();
}

interface Recorded {
  readonly channel: string;
  readonly frame?: unknown;
}

/** The frames of one channel, in order. */
export function recordedFrames(name: string, channel: "stdin" | "stdout"): unknown[] {
  return readFileSync(new URL(`${name}.ndjson`, directory), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Recorded)
    .filter((recorded) => recorded.channel === channel)
    .map(({ frame }) => frame);
}

/** Everything a recording's stdout says, read through pipes that hand over `chunkBytes` at a time. */
export function decodeRecording(name: string, chunkBytes: number): Decoded[] {
  const stdout = recordedFrames(name, "stdout")
    .map((frame) => `${JSON.stringify(frame)}\n`)
    .join("");
  const bytes = Buffer.from(stdout);
  const decoder = new Decoder();
  const decoded: Decoded[] = [];
  const framer = new LineFramer({
    lines: (lines) => decoded.push(...lines.flatMap((line) => decoder.decode(line))),
    tooLong: () => {
      throw new Error("a recorded line is too long");
    },
    endless: () => {
      throw new Error("a recorded line never ends");
    },
  });
  for (let at = 0; at < bytes.length; at += chunkBytes) framer.push(bytes.subarray(at, at + chunkBytes));
  framer.end();
  return decoded;
}

/** One word or two for each thing said; deltas in a row are one. */
export function sketch(decoded: readonly Decoded[]): string {
  return decoded
    .map(sketchOne)
    .filter((word) => word !== "")
    .filter((word, at, all) => word !== "deltas" || all[at - 1] !== "deltas")
    .join(" · ");
}

function sketchOne(decoded: Decoded): string {
  switch (decoded.type) {
    case "turnStarted":
      return "turn";
    case "modeChanged":
      return `mode ${decoded.mode}`;
    case "messageStarted":
      return "message";
    case "textDelta":
      return "deltas";
    case "text":
      return `"${decoded.text.length > 24 ? `${decoded.text.slice(0, 23)}…` : decoded.text}"`.replaceAll(
        "\n",
        " ",
      );
    case "toolUse":
      return `use ${decoded.name}`;
    case "toolResult":
      return decoded.isError ? "failed" : "result";
    case "permissionAsked":
      return `ask ${decoded.toolName}`;
    case "mcpToolAsked":
      return `ask ${decoded.ask.toolName}`;
    case "mcpMessage": {
      const message = decodeMcpMessage(decoded.message);
      return `mcp ${"method" in message ? message.method : message.type}`;
    }
    case "planAsked":
      return `plan ${decoded.plan.length > 0 ? "written" : "empty"}`;
    case "questionAsked":
      return `${decoded.questions.length} questions`;
    case "askCancelled":
      return "ask cancelled";
    case "turnEnded":
      return decoded.wasAborted
        ? "aborted"
        : decoded.isError
          ? `error: ${decoded.reason.slice(0, 30)}`
          : "end";
    case "taskEnded":
      return `task ${decoded.status}`;
    case "backgroundTasks":
      return `${decoded.tasks.length} in background`;
    case "conversationReset":
      return "cleared";
    case "promptRefused":
      return `prompt refused: ${decoded.reason}`;
    case "compacted":
      return decoded.error === undefined ? "compacted" : "not compacted";
    case "apiRetry":
      return `retry ${decoded.attempt}/${decoded.maxRetries} after ${decoded.reason}`;
    case "unsupported":
      return `unsupported ${decoded.subtype}`;
    case "response":
      return decoded.error === undefined ? "response" : "refused";
    case "malformed":
      return `MALFORMED ${decoded.detail}`;
    case "silentTurn":
      return "nothing said";
    case "backgrounded":
      return "backgrounded";
    case "lifecycle":
    // Noise for a person; which kinds there are is tested by itself.
    case "skipped":
      return "";
    default:
      return decoded.type;
  }
}
