// What a case is given and what it gives.

import type { Note } from "../metrics.ts";
import type { Stage } from "../stage.ts";

export interface Setting {
  /** The CLI under measurement. */
  readonly claudePath: string;
  readonly modelUrl: string;
  readonly directory: string;
  /** Its sessions sleep soon. */
  readonly talking: Stage;
  /** Its CLI notes in `answerLog` when answers arrive. */
  readonly steered: Stage;
  readonly answerLog: string;
}

export interface Case {
  readonly name: string;
  /** Every how many rounds it runs. */
  readonly every: number;
  run(setting: Setting, note: Note): Promise<void>;
}
