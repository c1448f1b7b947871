// Doctor's look at the settings: whether they are complete and right, who can read them, and what has no effect.

import { dirname } from "node:path";
import { type ConfigInput, type Loaded, unknownSettingWarnings } from "../../config/load.ts";
import { SETTING_KEYS, SETTINGS } from "../../config/settings.ts";
import { everyone, NOT_ASKED } from "../checks.ts";
import { secrecyWarnings } from "../token-exposure.ts";
import { isUsableDirectory } from "./paths.ts";
import { type Finding, ok, problem, warning } from "./report.ts";

type Complete = Extract<Loaded, { config: unknown }>;

export type LoadedOrWrong =
  | Complete
  /** `wrong`: a sentence each; `hasNone`: nothing was ever set. */
  | { readonly wrong: readonly string[]; readonly hasNone: boolean };

const NONE = "There are no settings yet. Run mm-claude setup, which asks for them.";

export function examineSettings(input: ConfigInput, loaded: LoadedOrWrong): Finding[] {
  const isComplete = "config" in loaded;
  const found = isComplete
    ? [ok(`settings are complete (${sourceOf(loaded)})`)]
    : (loaded.hasNone ? [NONE] : loaded.wrong).map(problem);
  const warnings = [
    ...unknownSettingWarnings(input),
    ...secrecyWarnings(input, isComplete ? loaded.source.file : undefined),
    ...(isComplete ? [...peopleWarnings(loaded), ...metricsWarnings(loaded)] : []),
  ];
  return [...found, ...warnings.map(warning)];
}

function sourceOf({ source }: Complete): string {
  const used = SETTING_KEYS.map((key) => source.origins[key]);
  return [
    ...(used.includes("option") ? ["options"] : []),
    ...(used.includes("environment") ? ["the environment"] : []),
    ...(source.file === undefined ? [] : [source.file]),
  ].join(", ");
}

function peopleWarnings({ config }: Complete): string[] {
  return [
    ...(config.skipPermissions ? [NOT_ASKED] : []),
    ...(config.allowedUsers.length === 0 ? [everyone()] : []),
  ];
}

function metricsWarnings({ config: { metricsFile } }: Complete): string[] {
  if (metricsFile === undefined) return [];
  const folder = dirname(metricsFile);
  return isUsableDirectory(folder)
    ? []
    : [
        `${SETTINGS.metricsFile.variable}: nothing can be written into ${folder}. Create it, or mend its rights.`,
      ];
}
