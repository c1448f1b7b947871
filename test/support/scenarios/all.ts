import { asking } from "./asking.ts";
import { steering } from "./steering.ts";
import { talking } from "./talking.ts";

export const scenarios = [...talking, ...asking, ...steering];
