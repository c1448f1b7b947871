// What is written to a Claude on another machine so that its end of the connection knows of ours: each generation passes
// over it, before a turn, in one and after it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { claudeArguments } from "../../src/claude/argv.ts";
import { SIGN_OF_LIFE } from "../../src/remote/claude-script.ts";
import { claudeHome, realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";

const model = sharedModel();

describe.each(realClaudes())("claude $version", ({ path }) => {
  test("answers as if there were no signs of life", async () => {
    const { directory, environment } = claudeHome(model.url);
    const start = { claudePath: path, directory, resume: false, extraDirectories: [] };
    const conversationId = "3f0b1c1e-0000-4000-8000-000000000000";
    const child = spawn(path, claudeArguments({ ...start, conversationId }), {
      cwd: directory,
      env: environment,
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const write = (...lines: readonly string[]): void => {
      child.stdin.write(lines.map((line) => `${line}\n`).join(""));
    };
    const content = [{ type: "text", text: "RUN hello" }];
    const initialize = { subtype: "initialize", hooks: {} };
    write(
      JSON.stringify({ type: "control_request", request_id: "first", request: initialize }),
      SIGN_OF_LIFE,
    );
    await expect.poll(() => said, { timeout: 20_000 }).toContain('"request_id":"first"');
    write(SIGN_OF_LIFE, JSON.stringify({ type: "user", message: { role: "user", content } }), SIGN_OF_LIFE);
    await expect.poll(() => said, { timeout: 20_000 }).toContain('"type":"result"');
    write(SIGN_OF_LIFE);
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(said).toContain("Hello! I am a scripted model.");
    expect(said).not.toContain("alive");
  }, 60_000);
});
