// What a case is given and what it gives.

import type { Claude } from "../claudes.ts";
import type { DaemonOptions } from "../daemon.ts";
import type { Note } from "../metrics/table.ts";
import type { OpenPlace, PlaceOptions } from "../place.ts";
import type { Ask } from "../scenes.ts";
import type { Stage } from "../stage.ts";

/** The stages that stand while the bench runs, opened when they are first asked for. */
export type StageName =
  /** Its sessions sleep soon. */
  | "talking"
  /** A Claude waits for the next thread. */
  | "prewarmed"
  /** Its CLI notes in `answerLog` when answers arrive. */
  | "steered";

export interface Bench {
  /** The CLI under measurement. */
  readonly claude: Claude;
  /** The path of the mm-claude under measurement. */
  readonly program: string;
  readonly ask: Ask;
  readonly directory: string;
  readonly answerLog: string;
  readonly isQuick: boolean;
  readonly openPlace: OpenPlace;
  stage(name: StageName): Promise<Stage>;
  /** For one case alone, which closes it. */
  openStage(
    options: Pick<DaemonOptions, "name"> &
      Partial<Pick<DaemonOptions, "claudePath" | "settings" | "isProbed">>,
    place?: PlaceOptions,
  ): Promise<Stage>;
}

/** What a case can't do without. */
type Need =
  /** The sandbox's inside: its faults and what it counts. */
  | "inside"
  /** A model that follows the script. */
  | "script";

export interface Case {
  readonly name: string;
  /** Runs in the first round, and then in every so manieth. */
  readonly every: number;
  /** It is the same for each program that is measured: what it measures has nothing of mm-claude in it, or is ours alone. */
  readonly isOnce?: boolean;
  readonly needs?: readonly Need[];
  run(bench: Bench, note: Note): Promise<void>;
}
