// `mm-claude project`, put together with the settings, the server and what runs on this machine.

import { ConfigError } from "../config/error.ts";
import { type ConfigInput, loadConfig } from "../config/load.ts";
import { projectDefaults } from "../config/project.ts";
import { connectRest } from "../mattermost/rest.ts";
import { stateRoot } from "../store/locations.ts";
import type { Print } from "../util/output.ts";
import { printable } from "../util/printable.ts";
import { farMachines } from "./far-machines.ts";
import type { Output } from "./output.ts";
import { type AddRequest, addToProjects } from "./project-add.ts";
import type { ProjectWorld } from "./project-change.ts";
import { listProjects } from "./project-list.ts";
import { removeFromProjects } from "./project-remove.ts";

export type ProjectRequest =
  | ({ readonly action: "add" } & AddRequest)
  | { readonly action: "list"; readonly json?: boolean | undefined }
  | { readonly action: "remove"; readonly name: string };

export async function project(
  request: ProjectRequest,
  input: ConfigInput,
  { print, printError, secrets }: Output,
): Promise<number> {
  // The channels are those of the projects.
  const loaded = loadConfig(input, { needsChannel: false });
  if ("missing" in loaded) {
    const heading = "mm-claude project needs these settings (mm-claude setup asks for them)";
    throw new ConfigError(loaded.missing, heading);
  }
  const { config } = loaded;
  secrets.add(config.token);
  return perform(request, {
    config,
    places: input,
    projectsInput: {
      places: input,
      defaults: projectDefaults(config),
      stateRoot: stateRoot({ stateHome: input.env["XDG_STATE_HOME"], home: input.home }),
    },
    // Somebody waits for the answer, so a server that is down is told after two tries.
    connect: (url, token) => connectRest({ url, token, tries: 2 }),
    daemons: { environment: process.env, uid: process.getuid?.() ?? 0 },
    far: farMachines(secrets),
    // Names of channels and people are in it, and what daemons answer.
    print: (line) => print(printable(line)),
    printError: (line) => printError(printable(line)),
    confirm: process.stdin.isTTY ? (message) => confirmOnTerminal(message, print) : undefined,
  });
}

function perform(request: ProjectRequest, world: ProjectWorld): Promise<number> {
  switch (request.action) {
    case "add":
      return addToProjects(request, world);
    case "list":
      return listProjects(request.json === true, world);
    case "remove":
      return removeFromProjects(request.name, world);
  }
}

export async function confirmOnTerminal(message: string, print: Print): Promise<boolean> {
  const { askOnTerminal } = await import("../setup/prompt.ts");
  return (await askOnTerminal({ print })({ kind: "confirm", message, initial: false })) === true;
}
