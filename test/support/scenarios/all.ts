import { asking } from "./asking.ts";
import { choices } from "./choices.ts";
import { costs } from "./costs.ts";
import { restarting } from "./restarting.ts";
import { steering } from "./steering.ts";
import { talking } from "./talking.ts";

export const scenarios = [...talking, ...asking, ...steering, ...choices, ...costs, ...restarting];
