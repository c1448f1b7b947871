import { asking } from "./asking.ts";
import { back } from "./back.ts";
import { choices } from "./choices.ts";
import { elsewhere } from "./elsewhere.ts";
import { restarting } from "./restarting.ts";
import { steering } from "./steering.ts";
import { talking } from "./talking.ts";

export const scenarios = [
  ...talking,
  ...asking,
  ...steering,
  ...choices,
  ...back,
  ...elsewhere,
  ...restarting,
];
