// Somebody changes projects.yaml while the daemon runs: takes a project out, moves it to another directory or adds one,
// and puts it back. Nothing that was said before is lost by that, and no session works anywhere else than it did.

import type { People } from "./people.ts";
import type { Place } from "./places.ts";
import type { Random } from "./random.ts";
import type { Play, Scene } from "./scenes.ts";
import type { Stage } from "./stage.ts";
import { durableDocumentOf, type Problem } from "./thread.ts";
import { pause } from "./troubles.ts";

/** Until all is heard that was said there; while more goes wrong it may take long. */
const HEARD_WITHIN_MS = 4000;
const LOOK_EVERY_MS = 40;
const SHORT = { kind: "words", count: 6, tokenDelayMs: 5 } as const;

export const changeProjects: Scene = (play) => {
  const changes = [takenOut, takenOut, moved, added];
  return play.random.pick(changes)(play);
};

/** What was said there so far is heard; what is said next, once it is there again. */
async function takenOut({ stage, people, random }: Play): Promise<readonly Problem[]> {
  const { api, docs, direct } = stage.places;
  const place = random.pick([api, docs, direct]);
  const directory = stage.projects.directoryOf(place);
  if (directory === "") {
    return [];
  }
  const problems = await people.quiet.during(place, async () => {
    if (!(await isAllHeard(stage, people, place))) {
      return [];
    }
    stage.projects.write(place, undefined);
    const without = await goBy(stage, random);
    await pause(random.between(100, 900));
    stage.projects.write(place, directory);
    return [...without, ...(await goBy(stage, random))];
  });
  await speakThere(place, { stage, people, random });
  return problems;
}

/** Sessions that began before stay where they are; new ones begin in the other directory. */
async function moved({ stage, people, random }: Play): Promise<readonly Problem[]> {
  const { api, docs, direct } = stage.places;
  const place = random.pick([api, docs, direct]);
  const directory = stage.projects.directoryOf(place);
  const problems: Problem[] = [];
  for (const next of [stage.projects.newDirectory(place), directory]) {
    const isMoved = await people.quiet.during(place, async () => {
      const mayMove = await isAllHeard(stage, people, place);
      if (mayMove) {
        stage.projects.write(place, next);
        problems.push(...(await goBy(stage, random)));
      }
      return mayMove;
    });
    if (!isMoved) {
      break;
    }
    await people.open(random, { ...SHORT, place });
    await speakThere(place, { stage, people, random });
  }
  return problems;
}

/** It stays until nothing happens there any more. */
async function added({ stage, people, random }: Play): Promise<readonly Problem[]> {
  const { extra } = stage.places;
  if (stage.projects.served.includes(extra)) {
    return [];
  }
  const directory = stage.projects.newDirectory(extra);
  const problems = await people.quiet.during(extra, async () => {
    stage.projects.write(extra, directory);
    return goBy(stage, random);
  });
  await people.open(random, { ...SHORT, place: extra });
  return problems;
}

/** What was added goes again; its sessions have ended by then. */
export async function removeAdded(stage: Stage): Promise<readonly Problem[]> {
  stage.projects.write(stage.places.extra, undefined);
  return told(stage);
}

async function speakThere(place: Place, { people, random }: Omit<Play, "isAlone">): Promise<void> {
  const threads = people.threads.filter((thread) => thread.place === place);
  if (threads.length > 0) {
    await people.speak(random.pick(threads), random.pick(["alice", "bob"]), random, SHORT);
  }
}

/** For good: also if the power went now. */
async function isAllHeard(stage: Stage, people: People, place: Place): Promise<boolean> {
  const isHeard = (): boolean =>
    people.threads
      .filter((thread) => thread.place === place)
      .every((thread) => {
        const taken = durableDocumentOf(stage, thread)?.state.taken;
        const posts = stage.sandbox.state.thread(thread.root).filter((post) => post.userId !== stage.bot.id);
        return taken && posts.every(({ id }) => taken.includes(id));
      });
  for (const deadline = Date.now() + HEARD_WITHIN_MS; !isHeard(); await pause(LOOK_EVERY_MS)) {
    if (Date.now() > deadline) {
      stage.note(`not all of what was said in ${place.name} is heard: nothing is changed`);
      return false;
    }
  }
  return true;
}

/** Most tell the daemon, as `mm-claude project` does. */
async function goBy(stage: Stage, random: Random): Promise<readonly Problem[]> {
  if (random.chance(0.15)) {
    await stage.projects.seen();
  }
  return told(stage);
}

async function told(stage: Stage): Promise<readonly Problem[]> {
  const why = await stage.projects.reload();
  return why === undefined
    ? []
    : [{ kind: "wrong", what: `the daemon does not go by projects.yaml: ${why}` }];
}
