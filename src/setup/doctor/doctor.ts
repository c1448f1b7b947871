// Checks everything a start depends on and says what it found, one line each. Changes nothing.
import { ConfigError, type Problem } from "../config/error.ts";
import {
  type ConfigInput,
  givenTexts,
  type Loaded,
  loadConfig,
  unknownSettingWarnings,
} from "../config/load.ts";
import { type Config, SETTING_KEYS } from "../config/settings.ts";
import type { MattermostApi } from "../mattermost/types.ts";
import { stateRoot } from "../store/locations.ts";
import { readRegularFile } from "../util/regular-file.ts";
import {
  type Check,
  type ClaudeVersion,
  checkAccount,
  checkApprovers,
  checkBotName,
  checkChannel,
  checkClaude,
  checkExtraCertificates,
  checkProxy,
  checkServer,
  checkUsers,
} from "./checks.ts";
import { stateWarnings } from "./state-warnings.ts";
import { secrecyWarnings } from "./token-exposure.ts";

export interface DoctorOptions {
  readonly input: ConfigInput;
  readonly print: (line: string) => void;
  readonly connect: (url: string, token: string) => MattermostApi;
  readonly claudeVersion: ClaudeVersion;
  /** As process.versions.node gives it. */
  readonly nodeVersion: string;
}

const OLDEST_NODE = [20, 19] as const;

/** The exit code: 0 when nothing stands in the way of a start. */
export async function runDoctor({
  input,
  print,
  connect,
  claudeVersion,
  nodeVersion,
}: DoctorOptions): Promise<0 | 1> {
  let failures = 0;
  let warnings = 0;
  const good = (text: string) => print(`✓ ${text}`);
  const warn = (text: string) => {
    warnings += 1;
    print(`! ${text}`);
  };
  const bad = (text: string) => {
    failures += 1;
    print(`✗ ${text}`);
  };
  const report = <T>(check: Check<T>): T | undefined => {
    if (!check.ok) {
      bad(check.text);
      return undefined;
    }
    good(check.text);
    for (const hint of check.hints) warn(hint);
    return check.value;
  };

  if (isNewEnough(nodeVersion)) good(`Node.js ${nodeVersion}`);
  else bad(`Node.js ${nodeVersion} is too old. Install ${OLDEST_NODE.join(".")} or newer.`);

  const loaded = load(input);
  if ("problems" in loaded)
    for (const one of loaded.problems) bad(`${one.setting}: ${one.problem}. ${one.mend}.`);
  else good(`settings are complete (${describeSource(loaded)})`);
  const file = "config" in loaded ? loaded.source.file : undefined;
  const state = stateRoot({ stateHome: input.env["XDG_STATE_HOME"], home: input.home });
  const found = [...unknownSettingWarnings(input), ...secrecyWarnings(input, file), ...stateWarnings(state)];
  for (const warning of found) warn(warning);

  const config = "config" in loaded ? loaded.config : undefined;
  report(await checkClaude(claudeVersion, config?.claudePath ?? givenTexts(input).claudePath ?? "claude"));
  if (config === undefined) print("- the server is not checked before the settings are right");
  else await checkMattermost(config, input.env, connect, report);
  if (config?.skipPermissions === true) {
    warn("SKIP_PERMISSIONS is on: Claude runs every tool without asking anybody.");
  }

  print("");
  print(summary(failures, warnings));
  return failures === 0 ? 0 : 1;
}

/** Who reads nothing but the last line must not take warnings for none. */
function summary(failures: number, warnings: number): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  if (failures === 0)
    return warnings === 0 ? "All is well." : `No problems, but ${counted(warnings, "warning")}.`;
  return `${counted(failures, "problem")} found${warnings === 0 ? "" : `, and ${counted(warnings, "warning")}`}.`;
}

async function checkMattermost(
  config: Config,
  env: ConfigInput["env"],
  connect: DoctorOptions["connect"],
  report: <T>(check: Check<T>) => T | undefined,
): Promise<void> {
  const certificates = checkExtraCertificates(env["NODE_EXTRA_CA_CERTS"], readRegularFile);
  for (const check of [checkProxy(config.url), certificates]) {
    if (check !== undefined) report(check);
  }
  const api = connect(config.url, config.token);
  const server = await checkServer(api, config.url);
  report(server);
  if (!server.ok) return;
  const account = report(await checkAccount(api));
  if (account === undefined) return;
  report(await checkChannel(api, config.channelId, account));
  report(await checkBotName(api, config.botName ?? account.username, account));
  report(await checkUsers(api, config.allowedUsers));
  report(await checkApprovers(api, config.approvers, config.skipPermissions));
}

function load(
  input: ConfigInput,
): Extract<Loaded, { config: Config }> | { readonly problems: readonly Problem[] } {
  try {
    const loaded = loadConfig(input);
    return "config" in loaded ? loaded : { problems: loaded.missing };
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function describeSource({ source }: Extract<Loaded, { config: Config }>): string {
  const used = SETTING_KEYS.map((key) => source.origins[key]);
  return [
    ...(used.includes("option") ? ["options"] : []),
    ...(used.includes("environment") ? ["the environment"] : []),
    ...(source.file === undefined ? [] : [source.file]),
  ].join(", ");
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}
