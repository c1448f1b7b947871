// The line of docs/elsewhere.md that holds a key to what mm-claude starts, with a real sshd.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { remoteOf } from "../../src/remote/runner.ts";
import { remoteShell } from "../../src/remote/shell.ts";
import { hasSshServer, type SshServer, startSshServer } from "../support/ssh-server.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/elsewhere.md", import.meta.url)), "utf8");
const [, options = ""] = /^(restrict,command=".*") ssh-ed25519 /m.exec(page) ?? [];

describe.skipIf(!hasSshServer)("a key with the documented options", () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshServer({ HOME: temporaryDirectory() }, options);
  });
  afterAll(() => server.stop());

  it("runs scripts as any key does", async () => {
    const { run } = remoteShell(remoteOf(server.runner), { PATH: process.env["PATH"] });
    const outcome = await run('cat; printf %s "$1"; exit 3', ["it's"], { input: Buffer.from([0, 10]) });
    expect([outcome.code, outcome.output]).toEqual([
      3,
      Buffer.concat([Buffer.from([0, 10]), Buffer.from("it's")]),
    ]);
  });

  it("starts nothing else, has no terminal, and forwards nothing", () => {
    const [program = "", ...words] = server.runner;
    const [host = ""] = words.slice(-1);
    const ssh = (more: readonly string[], command: string) =>
      spawnSync(program, [...words.slice(0, -1), ...more, host, command], {
        encoding: "utf8",
        input: "set --; tty; echo it was the script\n",
        timeout: 10_000,
      });
    const plain = ssh([], "echo it was the command");
    expect(plain.stdout).toBe("not a tty\nit was the script\n");
    expect(ssh(["-tt"], "x").stderr).toContain("PTY allocation request failed");
    expect(ssh(["-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9"], "x").status).toBe(255);
  });
});
