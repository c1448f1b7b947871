// Checks everything a start depends on and says what it found, section by section. Changes nothing.

import { ConfigError, renderProblem } from "../../config/error.ts";
import { type ConfigInput, claudePathOf, type Loaded, loadConfig } from "../../config/load.ts";
import { SETTINGS } from "../../config/settings.ts";
import type { RunCommand } from "../../util/run-command.ts";
import type { ClaudeLogin, ClaudeVersion } from "../checks.ts";
import type { ClaudeAnswers } from "../far-machine.ts";
import { examineClaude } from "./claude.ts";
import { examineDirectory } from "./directory.ts";
import { examineMachine } from "./machine.ts";
import { type DoctorConnect, examineMattermost } from "./mattermost.ts";
import type { NewestVersion } from "./newest.ts";
import { projectSections, type Reach } from "./projects.ts";
import { type Paint, reportJson, sectionLines, summaryLine } from "./render.ts";
import { type Finding, type Section, skipped, verdictOf } from "./report.ts";
import { examineSettings, type LoadedOrWrong } from "./settings.ts";
import type { FreeBytes } from "./state.ts";

export interface DoctorOptions {
  readonly input: ConfigInput;
  /** mm-claude's own, and what its package is called. */
  readonly version: string;
  readonly packageName: string;
  /** As process.versions.node gives it. */
  readonly nodeVersion: string;
  readonly connect: DoctorConnect;
  readonly claudeVersion: ClaudeVersion;
  readonly claudeLogin: ClaudeLogin;
  readonly newestVersion: NewestVersion;
  readonly reach: Reach;
  readonly claudeAnswers: ClaudeAnswers;
  readonly run: RunCommand;
  readonly freeBytes: FreeBytes;
  readonly print: (line: string) => void;
  readonly paint: Paint;
  /** One JSON document instead of text. */
  readonly isJson: boolean;
}

/** The exit code: 0 when nothing stands in the way of a start. */
export async function runDoctor(options: DoctorOptions): Promise<0 | 1> {
  const { print, paint, isJson, version } = options;
  // All at once; told in this order, each as soon as those before it are known.
  const examined = sectionsOf(options);
  const all = Promise.all(examined);
  // A failure is told where it is awaited.
  all.catch(() => {});
  if (isJson) {
    print(reportJson(version, await all));
  } else {
    for (const section of examined) sectionLines(await section, paint).forEach(print);
    print(summaryLine(await all, paint));
  }
  return verdictOf(await all) === "problems" ? 1 : 0;
}

function sectionsOf(options: DoctorOptions): Promise<Section>[] {
  const { input } = options;
  const loaded = load(input);
  const config = "config" in loaded ? loaded.config : undefined;
  const listed = projectSections(config, options);
  const section = async (title: string, checks: Promise<Finding[]> | Finding[]): Promise<Section> => ({
    title,
    checks: await checks,
  });
  return [
    section(
      "Claude",
      listed.isElsewhere
        ? [skipped("not needed here: all projects are on other machines")]
        : examineClaude(config?.claudePath ?? claudePathOf(input), options),
    ),
    section("Settings", examineSettings(input, loaded)),
    section(
      "Mattermost",
      config === undefined
        ? [skipped("not checked before the settings are right")]
        : examineMattermost(config, input.env, options.connect),
    ),
    section("Where Claude works", examineDirectory(input, options.run)),
    ...listed.sections,
    section("This machine", examineMachine(options)),
  ];
}

function load(input: ConfigInput): LoadedOrWrong {
  try {
    const loaded: Loaded = loadConfig(input);
    if ("config" in loaded) return loaded;
    const hasNone = loaded.missing.length === requiredCount && loaded.source.file === undefined;
    return { wrong: loaded.missing.map(renderProblem), hasNone };
  } catch (error) {
    if (error instanceof ConfigError) return { wrong: error.problems.map(renderProblem), hasNone: false };
    throw error;
  }
}

const requiredCount = Object.values(SETTINGS).filter(({ fallback }) => fallback === "required").length;
