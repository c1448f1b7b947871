// `mm-claude send` as a shell calls it: its text from the arguments and from stdin, its files, Ctrl-C and the time it has.

import { randomUUID } from "node:crypto";
import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { type GiveUp, nothingSent, runSend, SEND_EXIT } from "../control/send-command.ts";
import { MOST_FILES, MOST_TEXT_BYTES } from "../control/send-protocol.ts";
import { fence } from "../render/markdown.ts";
import type { Output } from "./output.ts";

export interface SendFlags {
  readonly project?: string;
  readonly thread?: string;
  readonly as?: string;
  readonly file?: readonly string[];
  readonly wait?: boolean;
  readonly json?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

export async function send(
  words: readonly string[],
  { project, thread, as, file = [], wait = false, json, timeout }: SendFlags,
  { printError }: Output,
): Promise<number> {
  const refuse = (problem: string): number => {
    printError(`error: ${problem}`);
    return SEND_EXIT.refused;
  };
  if (timeout !== undefined && !wait) {
    return refuse("--timeout is for --wait: without it nothing is waited for");
  }
  const files = filesOf(file);
  if (typeof files === "string") {
    return refuse(files);
  }
  const { signal: giveUp, end } = givingUp(timeout);
  try {
    const piped = await textFrom(process.stdin, giveUp, () =>
      printError("The message goes on with what is piped in, and waits for its end (else: </dev/null)"),
    );
    if (giveUp.aborted) {
      return nothingSent({ giveUp, printError });
    }
    const text = messageOf(words.join(" "), piped);
    if (Buffer.byteLength(text) > MOST_TEXT_BYTES) {
      return refuse(
        `the text is longer than ${MOST_TEXT_BYTES / 1000} kB. Write it to a file, and send that with --file`,
      );
    }
    if (text === "" && files.length === 0) {
      return refuse(
        'there is nothing to send. Write it behind the command, or pipe it in: echo "run the tests" | mm-claude send',
      );
    }
    return await runSend(
      {
        request: "send",
        key: randomUUID(),
        text,
        files: [...files],
        wait,
        ...(as === undefined ? {} : { as }),
        ...(project === undefined ? {} : { project }),
        ...(thread === undefined ? {} : { thread }),
      },
      { json: json === true },
      {
        environment: process.env,
        uid: process.getuid?.() ?? 0,
        write: (part) => void process.stdout.write(part),
        isTerminal: process.stdout.isTTY,
        printError,
        giveUp,
      },
    );
  } finally {
    end();
  }
}

/** Arguments first; what is piped in beside them is shown as a block. */
export function messageOf(said: string, piped: string): string {
  const block = piped.replace(/\r?\n$/, "");
  return said.trim() === "" ? block.trim() : block.trim() === "" ? said : `${said}\n\n${fence(block)}`;
}

/** Absolute; a sentence when one of them can't be sent. */
export function filesOf(asked: readonly string[]): readonly string[] | string {
  if (asked.length > MOST_FILES) {
    return `a message has ${MOST_FILES} files at most: make an archive`;
  }
  const paths = [...new Set(asked.map((path) => resolve(path)))];
  for (const path of paths) {
    try {
      if (!statSync(path).isFile()) {
        return `${path} is no regular file${statSync(path).isDirectory() ? ": make an archive of the directory" : ""}`;
      }
      accessSync(path, constants.R_OK);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      return code === "ENOENT" || code === "ENOTDIR"
        ? `there is no file ${path}`
        : `${path} can't be read (${code})`;
    }
  }
  return paths;
}

/** Many a program leaves the stdin of those that it starts open. */
const PIPED_WITHIN_MS = 3000;

/** Nothing from a terminal: nobody would know that something is waited for. No more than a message may have. */
async function textFrom(
  stream: NodeJS.ReadStream,
  giveUp: AbortSignal,
  onSilence: () => void,
): Promise<string> {
  if (stream.isTTY) {
    return "";
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  const stop = (): void => void stream.destroy();
  giveUp.addEventListener("abort", stop);
  const timer = setTimeout(onSilence, PIPED_WITHIN_MS);
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      parts.push(part);
      bytes += part.length;
      if (bytes > 2 * MOST_TEXT_BYTES) {
        break;
      }
    }
  } catch (error) {
    if (!giveUp.aborted) {
      throw error;
    }
  } finally {
    clearTimeout(timer);
    giveUp.removeEventListener("abort", stop);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** At Ctrl-C, and when the time is up. */
function givingUp(timeoutMs: number | undefined): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const because = (why: GiveUp) => (): void => controller.abort(why);
  const cancel = because("cancelled");
  process.on("SIGINT", cancel);
  const timer = timeoutMs === undefined ? undefined : setTimeout(because("timedOut"), timeoutMs);
  return {
    signal: controller.signal,
    end: () => {
      process.off("SIGINT", cancel);
      clearTimeout(timer);
    },
  };
}
