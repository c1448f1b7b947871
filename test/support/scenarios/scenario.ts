// What a scenario is: people doing something in a thread, and what they must see. One scenario runs against the fast
// fake `claude`, where the whole thread is compared with its reviewed golden file, and against the real CLI.

import type { SeenPost } from "../../../sandbox/server/state.ts";
import type { Project } from "../../../src/config/project.ts";
import type { Config } from "../../../src/config/settings.ts";
import type { OtherMachine } from "../other-machine.ts";
import type { World } from "../world.ts";

export interface Scenario {
  /** Names the golden file. */
  readonly name: string;
  /** A fact in the present tense. */
  readonly title: string;
  readonly config?: Partial<Config>;
  readonly project?: Partial<Project>;
  /** Claude's account has a plan with limits, and no API key. */
  readonly hasPlan?: boolean;
  /** Files in Claude's directory at the start. */
  readonly files?: Readonly<Record<string, string>>;
  readonly maxPostSize?: number;
  /** False when the thread is not the same each time; the scenario itself checks what matters. */
  readonly isGolden?: boolean;
  /** The oldest generation of the CLI that can do it: 1 is 1.0, 2 is 2.0, 3 is 2.1. 1 when left out. */
  readonly since?: 1 | 2 | 3;
  /**
   * With which Claudes the suite plays it besides the fake, where the long run takes all: the newest, when left out; the
   * oldest too where Claude is sent what no other scenario sends; none where others send the newest all of it.
   */
  readonly suiteClaudes?: "oldest" | "fake";
  /** Claude works on another machine. */
  readonly isElsewhere?: true;
  /** Plays it through and checks it on the way; gives the thread's root. */
  play(world: World, machine: OtherMachine | undefined): Promise<string>;
}

/** Starts a session as alice and gives the thread's root. */
export function ask(world: World, text: string): Promise<string> {
  return world.people.alice.say(`@claude-code ${text}`);
}

/** A PNG of one red pixel. */
export const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

/** The open card of the bot's that holds `part`, once its choices can be clicked. */
export async function openCard(world: World, root: string, part: string, choices: number): Promise<SeenPost> {
  return world.until(root, (posts) => {
    const card = posts.findLast((post) => post.username === "claude-code" && post.message.includes(part));
    return card && card.reactions.length >= choices ? card : undefined;
  });
}
