import { asking } from "./asking.ts";
import { back } from "./back.ts";
import { background } from "./background.ts";
import { choices } from "./choices.ts";
import { costs } from "./costs.ts";
import { elsewhere } from "./elsewhere.ts";
import { machine } from "./machine.ts";
import { memory } from "./memory.ts";
import { outputs } from "./outputs.ts";
import { restarting } from "./restarting.ts";
import { routines } from "./routines.ts";
import { rules } from "./rules.ts";
import { showing } from "./showing.ts";
import { steering } from "./steering.ts";
import { talking } from "./talking.ts";

export const scenarios = [
  ...talking,
  ...asking,
  ...steering,
  ...choices,
  ...rules,
  ...showing,
  ...costs,
  ...background,
  ...back,
  ...elsewhere,
  ...routines,
  ...outputs,
  ...memory,
  ...restarting,
  ...machine,
];
