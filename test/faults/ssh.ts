// What goes wrong between the daemon and a machine behind ssh. Only where the campaign is played over it.

import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import { pause } from "./troubles.ts";

export async function cutConnections(stage: Stage): Promise<void> {
  stage.note("all ssh connections are cut");
  stage.endings.push(Date.now());
  await stage.ssh?.stop();
  await stage.ssh?.start();
}

/** Nobody can log in for a while. */
export async function takeMachineAway(stage: Stage, random: Random): Promise<void> {
  stage.note("the machine is away");
  stage.endings.push(Date.now());
  await stage.ssh?.stop();
  await pause(random.between(300, 4000));
  await stage.ssh?.start();
  stage.endings.push(Date.now());
  stage.note("the machine is back");
}
