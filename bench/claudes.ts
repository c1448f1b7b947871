// The Claude CLI under measurement: which program it is, and in which environment it runs.

import { scriptedEnvironment } from "../sandbox/model/environment.ts";
import { FAKE_CLAUDE, installedClaude } from "./programs.ts";
import { type Ask, askReal, askScript } from "./scenes.ts";

export const CLAUDES = ["scripted", "fake", "real"] as const;
export type ClaudeKind = (typeof CLAUDES)[number];

export interface Claude {
  readonly path: string;
  /** Whether its model follows our script. */
  readonly isScripted: boolean;
  readonly ask: Ask;
  /** @param home a directory of its own, for all but a real one: that has its account where its person has it */
  environment(home: string): NodeJS.ProcessEnv;
}

export function claudeOf(kind: ClaudeKind, modelUrl: string): Claude {
  if (kind === "real") {
    return {
      path: process.env["CLAUDE_PATH"] || "claude",
      isScripted: false,
      ask: askReal,
      environment: () => ({ ...process.env }),
    };
  }
  return {
    path: kind === "fake" ? FAKE_CLAUDE : installedClaude(),
    isScripted: true,
    ask: askScript,
    environment: (home) => scriptedEnvironment(modelUrl, home),
  };
}
