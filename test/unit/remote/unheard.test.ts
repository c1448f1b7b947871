// How the end of a Claude on another machine is told that the shell around it has ended, with each of the shells here.

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandOf } from "../../../src/claude/command.ts";
import { ClaudeProcess, type End } from "../../../src/claude/process.ts";
import type { Remote } from "../../../src/remote/types.ts";
import { POSIX_SHELLS } from "../../support/posix-shells.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const TIMES = { signOfLifeMs: 60_000, graceS: 1, silenceS: 2 };
/** Of programs in Claude's place. */
const READS = "echo ready; echo words >&2; while read -r line; do :; done; exit 3";
const IGNORES_ITS_END = `${READS.replace("exit 3", "while :; do sleep 1; done")}`;
const CRASHES = "echo ready; read -r line; exec 0<&-; exit 4";

describe.each(POSIX_SHELLS)("$name", ({ there }) => {
  function started(program: string, around?: (firstLine: string) => Partial<Remote>) {
    const directory = temporaryDirectory();
    const claudePath = join(directory, "claude");
    writeFileSync(claudePath, `#!/bin/sh\n${program}\n`);
    chmodSync(claudePath, 0o755);
    const { remote } = there();
    const start = {
      claudePath,
      directory,
      conversationId: "c1",
      resume: false,
      extraDirectories: [],
      remote,
    };
    const command = commandOf(start, process.env, TIMES);
    const runner = around?.(command.remote?.firstLine ?? "");
    let tellReady = () => {};
    let tellEnd = (_end: End) => {};
    const ready = new Promise<void>((resolve) => {
      tellReady = resolve;
    });
    const end = new Promise<End>((resolve) => {
      tellEnd = resolve;
    });
    const claude = new ClaudeProcess(
      { ...command, ...runner },
      { lines: tellReady, tooLong: () => {}, endless: () => {}, ended: tellEnd },
    );
    claude.start();
    return { claude, ready, end };
  }

  test.concurrent("where nothing comes any more, it is the connection that is lost", async () => {
    const { end } = started(READS);
    expect(await end).toEqual({
      code: null,
      signal: null,
      stderr: "nothing came there for 2 s",
      lost: "cut",
    });
  });

  test.concurrent("so it is where its stdin is closed there, and nobody here has done it", async () => {
    const { end } = started(READS, (firstLine) => ({
      path: "sh",
      arguments: [
        "-c",
        `head -c ${Buffer.byteLength(firstLine)} | env "$@"`,
        "sh",
        ...there().remote.arguments,
      ],
    }));
    expect(await end).toMatchObject({ lost: "cut", stderr: "its input was closed there" });
  });

  test.concurrent("one that is ended from here ends as it does itself", async () => {
    const { claude, ready, end } = started(READS);
    await ready;
    await claude.close(1000);
    expect(await end).toEqual({ code: 3, signal: null, stderr: "words" });
  });

  test.concurrent("one that has to be ended there is not told as lost when it was to end", async () => {
    const { claude, ready, end } = started(IGNORES_ITS_END);
    await ready;
    await claude.close(1000);
    // The shell there may add a word of its own.
    expect(await end).toEqual({ code: 143, signal: null, stderr: expect.stringMatching(/^words(\s\w+)?$/) });
  });

  test.concurrent("one that ends by itself while something is sent to it has stopped", async () => {
    const { claude, ready, end } = started(CRASHES);
    await ready;
    for (let line = 0; line < 200; line++) claude.write("x".repeat(1000));
    expect(await end).toMatchObject({ code: 4 });
    expect(await end).not.toHaveProperty("lost");
  });
});
