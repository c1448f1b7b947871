// The CLI with nothing around it but this reader: the limit for everything that waits for Claude.

import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { claudeArguments, claudeEnvironment } from "../src/claude/argv.ts";
import { now, within } from "./clock.ts";
import { tokenTimes } from "./model.ts";
import { ended, start } from "./programs.ts";
import { type Ask, askedAt, nextTurn } from "./scenes.ts";

const PATIENCE_MS = 60_000;

/** All in ms, and NaN where the model can't be looked into. */
export interface AloneTurn {
  /** This and the next two from the spawn for the first turn of a process, from the message for another. */
  readonly asked: number;
  readonly first: number;
  readonly last: number;
  /** From the model's first token to the first delta. */
  readonly token: number;
  /** From the model's last token to the end of the turn. */
  readonly lag: number;
}

export interface AloneClaude {
  readonly pid: number;
  turn(isFirst: boolean): Promise<AloneTurn>;
  /** From the end of stdin to the end of the process, in ms. */
  end(): Promise<number>;
}

export interface AloneOptions {
  readonly claudePath: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly ask: Ask;
  readonly directory: string;
  readonly conversationId: string;
  readonly resume: boolean;
}

export function startAlone(options: AloneOptions): AloneClaude {
  const { claudePath, environment, ask, directory, conversationId, resume } = options;
  const spawnedAt = now();
  const child = start(
    claudePath,
    claudeArguments({ claudePath, directory, conversationId, resume, extraDirectories: [] }),
    {
      cwd: directory,
      env: claudeEnvironment(environment),
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
    pid: child.pid ?? 0,
    turn(isFirst) {
      const turn = nextTurn();
      const from = isFirst ? spawnedAt : now();
      let firstAt: number | undefined;
      const wait = new Promise<AloneTurn>((resolve, reject) => {
        child.once("exit", () => reject(new Error("The CLI ended in a turn.")));
        onLine = (line) => {
          if (line.includes('"text_delta"')) firstAt ??= now();
          if (!line.includes('"type":"result"')) return;
          const last = now();
          const asked = askedAt.get(turn) ?? Number.NaN;
          const first = firstAt ?? Number.NaN;
          const { firstAt: firstToken = Number.NaN, lastAt: lastToken = Number.NaN } =
            tokenTimes.get(turn) ?? {};
          resolve({
            asked: asked - from,
            first: first - from,
            last: last - from,
            token: first - firstToken,
            lag: last - lastToken,
          });
        };
      });
      write({ type: "user", message: { role: "user", content: ask("paced", turn) }, uuid: randomUUID() });
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
