import { asking } from "./asking.ts";
import { choices } from "./choices.ts";
import { restarting } from "./restarting.ts";
import { showing } from "./showing.ts";
import { steering } from "./steering.ts";
import { talking } from "./talking.ts";

export const scenarios = [...talking, ...asking, ...steering, ...choices, ...showing, ...restarting];
