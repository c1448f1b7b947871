// Doctor's look at the machine: Node.js, mm-claude itself, and the place where its state is kept.

import type { ConfigInput } from "../../config/load.ts";
import { stateRoot } from "../../store/locations.ts";
import { type NewestVersion, newerThan } from "./newest.ts";
import { type Finding, ok, problem, warning } from "./report.ts";
import { examineRoutines } from "./routines.ts";
import { examineState, type FreeBytes } from "./state.ts";

export interface MachineExamination {
  readonly input: ConfigInput;
  readonly version: string;
  readonly packageName: string;
  readonly nodeVersion: string;
  readonly newestVersion: NewestVersion;
  readonly freeBytes: FreeBytes;
}

const OLDEST_NODE = [20, 19] as const;

export async function examineMachine(machine: MachineExamination): Promise<Finding[]> {
  const { input, version, packageName, nodeVersion, newestVersion, freeBytes } = machine;
  const root = stateRoot({ stateHome: input.env["XDG_STATE_HOME"], home: input.home });
  const [newest, state] = await Promise.all([newestVersion(packageName), examineState(root, freeBytes)]);
  return [
    isNewEnough(nodeVersion)
      ? ok(`Node.js ${nodeVersion}`)
      : problem(`Node.js ${nodeVersion} is too old. Install ${OLDEST_NODE.join(".")} or newer.`),
    newerThan(version, newest)
      ? warning(`mm-claude ${newest} is out, this is ${version}. Update with: npm install -g ${packageName}`)
      : ok(`mm-claude ${version}`),
    ...state,
    ...examineRoutines(root, Date.now(), Intl.DateTimeFormat().resolvedOptions().timeZone),
  ];
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}
