// The commands that ask for the settings and check them, put together with what they need.

import type { ConfigInput } from "../config/load.ts";
import { FILE_ORDER } from "../config/settings.ts";
import type { RestClient } from "../mattermost/rest.ts";
import { EXIT, type Output } from "./output.ts";

export async function setup(input: ConfigInput, output: Output): Promise<number> {
  const { print, printError } = output;
  if (!process.stdin.isTTY) {
    printError(
      "error: setup asks questions, so it needs a terminal; without one, set the variables of --help",
    );
    return EXIT.failed;
  }
  const saved = await wizard(input, false, output);
  if (saved === undefined) return EXIT.cancelled;
  if (saved.next === "start") print("Start it in the directory where Claude shall work: mm-claude");
  return EXIT.ok;
}

/** What was saved; undefined when the person gave up. */
export async function wizard(input: ConfigInput, isFirstStart: boolean, output: Output) {
  const { print } = output;
  const [
    { runWizard },
    { askOnTerminal },
    { claudePathOf, givenTexts },
    { settingsFiles, userFile, userFileName },
    { existsSync },
  ] = await Promise.all([
    import("../setup/wizard.ts"),
    import("../setup/prompt.ts"),
    import("../config/load.ts"),
    import("../config/files.ts"),
    import("node:fs"),
  ]);
  const [here] = settingsFiles(input);
  const isHidden = here !== undefined && existsSync(here);
  return runWizard({
    ask: askOnTerminal({ print }),
    print,
    connect: await connector(),
    claudePath: claudePathOf(input),
    context: input,
    ...(await claudeQuestions(output)),
    given: givenTexts(input),
    file: userFile(input),
    fileName: userFileName(input),
    isFirstStart,
    ...(isHidden ? { fileHint: HIDDEN } : {}),
    ...((await canBeService()) ? { offerService: () => installedAsService(input, output) } : {}),
  });
}

const HIDDEN = `In this directory ${FILE_ORDER[0]} is read instead of that file: move its mm-claude settings there.`;

export async function doctor(
  input: ConfigInput,
  { json }: { readonly json?: boolean },
  manifest: { readonly name: string; readonly version: string },
  output: Output,
): Promise<number> {
  const { print, secrets } = output;
  const [
    { runDoctor },
    { runCommand },
    { freeBytesAt },
    { newestVersion, npmRegistry },
    { givenTexts },
    { loadColours },
    { farMachines },
  ] = await Promise.all([
    import("../setup/doctor/doctor.ts"),
    import("../util/run-command.ts"),
    import("../setup/doctor/state.ts"),
    import("../setup/doctor/newest.ts"),
    import("../config/load.ts"),
    import("../terminal/colours.ts"),
    import("./far-machines.ts"),
  ]);
  secrets.add(givenTexts(input).token ?? "");
  return runDoctor({
    input,
    version: manifest.version,
    packageName: manifest.name,
    nodeVersion: process.versions.node,
    connect: await connector(),
    ...(await claudeQuestions(output)),
    ...farMachines(secrets),
    newestVersion: newestVersion(npmRegistry(process.env, runCommand)),
    run: runCommand,
    freeBytes: freeBytesAt,
    print,
    paint: await loadColours(process.stdout, process.env),
    isJson: json === true,
  });
}

async function canBeService(): Promise<boolean> {
  const [{ hasServiceManager }, { runCommand }] = await Promise.all([
    import("../service/command.ts"),
    import("../util/run-command.ts"),
  ]);
  return hasServiceManager({ platform: process.platform, run: runCommand });
}

/** As it stands in the file that was just written. */
async function installedAsService(input: ConfigInput, output: Output): Promise<boolean> {
  const { service } = await import("./operations.ts");
  return (await service({ action: "install" }, input, output)) === EXIT.ok;
}

/** What is asked of the claude program itself, which gets no secret of ours. */
async function claudeQuestions({ secrets }: Output) {
  const [{ claudeVersion }, { claudeLogin }] = await Promise.all([
    import("../claude/version.ts"),
    import("../claude/login.ts"),
  ]);
  return {
    claudeVersion: (path: string) => claudeVersion(path, { secrets: [...secrets] }),
    claudeLogin: (path: string, version: string) => claudeLogin(path, version, { secrets: [...secrets] }),
  };
}

/** Somebody waits for the answer, so a server that is down is told after two tries. */
async function connector(): Promise<(url: string, token: string) => RestClient> {
  const { connectRest } = await import("../mattermost/rest.ts");
  return (url, token) => connectRest({ url, token, tries: 2 });
}
