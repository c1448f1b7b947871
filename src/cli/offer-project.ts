// `mm-claude` in a further directory, on a terminal: whether the mm-claude that runs shall serve that directory as well.

import type { ConfigInput } from "../config/load.ts";
import { EXIT, type Output } from "./output.ts";
import { confirmOnTerminal, project } from "./project.ts";

/** `channel`: as `mm-claude project add` takes it. What stands in the way of a start has been said. */
export async function offerProject(channel: string, input: ConfigInput, output: Output): Promise<number> {
  const question = "Add this directory as a project of that channel?";
  return (await confirmOnTerminal(question, output.print))
    ? project({ action: "add", channel }, input, output)
    : EXIT.badSettings;
}
