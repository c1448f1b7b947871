// What a script for the model is made of. Knows nothing of HTTP and nothing of who plays it.

/** A tool use of the running turn and what came of it. */
export interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Undefined while it has no result. */
  readonly result: string | undefined;
  readonly isError: boolean;
}

export interface StepContext {
  /** How many messages the model has written since the person's last words. */
  readonly step: number;
  /** How often this very step was asked for before: more than 0 after an error. */
  readonly attempt: number;
  /** The person's last words, without what the CLI put around them. */
  readonly userText: string;
  readonly imageTypes: readonly string[];
  /** The tools on offer: they differ between versions. */
  readonly toolNames: readonly string[];
  readonly calls: readonly Call[];
  /** Where Claude works; empty when the request does not say. */
  readonly directory: string;
  /** In plan mode: the file the plan has to be written to (since 2.0); undefined where there is none. */
  readonly planFile: string | undefined;
  /** The notes that it was given with the system prompt, a line of JSON each. */
  readonly notes: readonly string[];
}

export interface ToolUse {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One message of the model, or an error in its place. */
export interface Step {
  readonly thinking?: string;
  readonly text?: string;
  readonly tools?: readonly ToolUse[];
  /** Before the first token. */
  readonly delayMs?: number;
  readonly tokenDelayMs?: number;
  readonly error?: {
    readonly status: number;
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Instead of a handful. */
  readonly tokens?: { readonly input: number; readonly output: number };
}

export interface Scene {
  readonly name: string;
  matches(userText: string): boolean;
  play(context: StepContext): Step;
}

/** A scene that is asked for by "RUN name". */
export function runScene(name: string, play: Scene["play"]): Scene {
  return { name, matches: (text) => lastRun(text) === name, play };
}

/** "RUN hello" → "hello"; the last one in the text counts. */
function lastRun(text: string): string | undefined {
  return [...text.matchAll(/\bRUN\s+([a-z][a-z0-9-]*)/g)].at(-1)?.[1];
}
