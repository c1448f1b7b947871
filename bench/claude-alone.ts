// The CLI with nothing around it but this reader: the limit for everything that waits for Claude.

import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { claudeArguments, claudeEnvironment } from "../src/claude/argv.ts";
import { scriptedEnvironment } from "../src/sandbox/model/environment.ts";
import { now, within } from "./clock.ts";
import { ended, start } from "./programs.ts";
import { askedAt, nextTurn, request } from "./scenes.ts";

const PATIENCE_MS = 30_000;

export interface AloneTurn {
  /** All in ms; from the spawn for the first turn of a process, from the message for another. */
  readonly asked: number;
  readonly first: number;
  readonly last: number;
  /** From the model's first token to the first delta. */
  readonly token: number;
}

export interface AloneClaude {
  turn(isFirst: boolean): Promise<AloneTurn>;
  /** From the end of stdin to the end of the process, in ms. */
  end(): Promise<number>;
}

export interface AloneOptions {
  readonly claudePath: string;
  readonly modelUrl: string;
  readonly home: string;
  readonly directory: string;
  readonly sessionId: string;
  readonly resume: boolean;
}

export function startAlone(options: AloneOptions): AloneClaude {
  const { claudePath, modelUrl, home, directory, sessionId, resume } = options;
  const spawnedAt = now();
  const child = start(
    claudePath,
    claudeArguments({ claudePath, directory, sessionId, resume, extraDirectories: [] }),
    {
      cwd: directory,
      env: claudeEnvironment(scriptedEnvironment(modelUrl, home)),
      stdio: ["pipe", "pipe", "ignore"],
    },
  );
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error("The CLI has no pipes.");
  stdin.on("error", () => {});
  let onLine: (line: string) => void = () => {};
  createInterface({ input: stdout }).on("line", (line) => onLine(line));
  const write = (frame: unknown): void => void stdin.write(`${JSON.stringify(frame)}\n`);
  write({
    type: "control_request",
    request_id: randomUUID(),
    request: { subtype: "initialize", hooks: null },
  });

  return {
    turn(isFirst) {
      const turn = nextTurn();
      const from = isFirst ? spawnedAt : now();
      let firstAt: number | undefined;
      const wait = new Promise<AloneTurn>((resolve, reject) => {
        child.once("exit", () => reject(new Error("The CLI ended in a turn.")));
        onLine = (line) => {
          if (line.includes('"text_delta"')) firstAt ??= now();
          if (!line.includes('"type":"result"')) return;
          const asked = askedAt.get(turn) ?? Number.NaN;
          const first = firstAt ?? Number.NaN;
          resolve({ asked: asked - from, first: first - from, last: now() - from, token: first - asked });
        };
      });
      write({ type: "user", message: { role: "user", content: request("paced", turn) }, uuid: randomUUID() });
      return within(PATIENCE_MS, () => "the CLI's result", wait);
    },
    async end() {
      const from = now();
      stdin.end();
      await within(PATIENCE_MS, () => "the CLI's end", ended(child));
      return now() - from;
    },
  };
}
