import { asking } from "./asking.ts";
import { background } from "./background.ts";
import { choices } from "./choices.ts";
import { restarting } from "./restarting.ts";
import { steering } from "./steering.ts";
import { talking } from "./talking.ts";

export const scenarios = [...talking, ...asking, ...steering, ...choices, ...background, ...restarting];
