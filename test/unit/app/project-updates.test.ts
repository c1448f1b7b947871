// projects.yaml and what is served, while the server and the disk have their moments.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ProjectUpdates } from "../../../src/app/project-updates.ts";
import type { Project } from "../../../src/config/project.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { Channel, MattermostApi, User } from "../../../src/mattermost/types.ts";
import type { ReadyProject } from "../../../src/setup/project-checks.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { warningsTo } from "../../support/logs.ts";
import { projectOf } from "../../support/projects.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const account = { id: "bot", username: "claude-code", isBot: true } as unknown as User;
const channelOf = (id: string) => ({ id, displayName: id, isArchived: false }) as unknown as Channel;
const project = (name: string): Project =>
  projectOf({ name, origin: "file", channel: name.padEnd(26, "a"), directory: "/tmp" });

function updatesOf(served: readonly Project[], unserved: readonly Project[] = []) {
  const clock = createFakeClock();
  // One that is not there is told as changed once.
  const path = join(temporaryDirectory(), "projects.yaml");
  writeFileSync(path, "");
  const lines: string[] = [];
  const world = {
    /** What the file asks for. */
    wanted: [...served, ...unserved],
    /** What the server answers with instead. */
    failure: undefined as Error | undefined,
    isMember: true,
    /** What the bridge can't do. */
    bridgeFailure: undefined as Error | undefined,
    now: [] as string[],
  };
  const answer = async <T>(value: T): Promise<T> => {
    if (world.failure) throw world.failure;
    return value;
  };
  const updates = new ProjectUpdates(
    {
      source: { path, read: () => world.wanted },
      api: {
        channel: (id: string) => answer(channelOf(id)),
        isMember: () => answer(world.isMember),
      } as unknown as MattermostApi,
      account,
      claudeVersion: async () => "2.1.330",
      bridge: {
        async update(projects) {
          if (world.bridgeFailure) throw world.bridgeFailure;
          world.now = projects.map((one) => one.project.name);
          return [];
        },
      },
      clock,
      log: warningsTo(lines),
    },
    {
      projects: served.map(
        (one): ReadyProject => ({
          project: one,
          channel: undefined,
          allowedUsers: [],
          approvers: [],
          bots: [],
        }),
      ),
      unserved: unserved.map((one) => ({ project: one, why: "the bot is not in it" })),
    },
  );
  updates.start();
  onTestFinished(() => updates.close());
  return { updates, world, clock, lines };
}

const down = new MattermostError("unreachable", "no answer");

test("a change that is not gone by because the server does not answer is gone by when it does", async () => {
  const { updates, world, clock } = updatesOf([project("web")]);
  world.wanted = [project("web"), project("api")];
  world.failure = down;
  expect(await updates.reload()).toMatchObject({ ok: false });
  await clock.advance(5000);
  expect(world.now).toEqual([]);
  world.failure = undefined;
  await clock.advance(5000);
  expect(world.now).toEqual(["web", "api"]);
});

test("a change that is wrong is not tried again by itself", async () => {
  const { updates, world, clock } = updatesOf([project("web")]);
  world.wanted = [project("web"), project("api")];
  world.isMember = false;
  expect(await updates.reload()).toMatchObject({ ok: false });
  world.isMember = true;
  await clock.advance(120_000);
  expect(world.now).toEqual([]);
});

test("a project that could not be served is, as soon as what stood in its way is gone", async () => {
  const { updates, world, clock } = updatesOf([project("web")], [project("api")]);
  world.isMember = false;
  await clock.advance(0);
  expect(world.now).toEqual([]);
  world.isMember = true;
  updates.lookAgain();
  await clock.advance(0);
  expect(world.now).toEqual(["web", "api"]);
});

test("what was gone since the start's own checks is not waited for", async () => {
  const { world, clock } = updatesOf([project("web")], [project("api")]);
  await clock.advance(0);
  expect(world.now).toEqual(["web", "api"]);
});

test("what nobody has thought of ends nothing, and is tried again", async () => {
  const { world, clock, lines } = updatesOf([project("web")], [project("api")]);
  world.bridgeFailure = new Error("the disk fails");
  await clock.advance(60_000);
  expect(lines.join("\n")).toContain("could not be looked at again");
  world.bridgeFailure = undefined;
  await clock.advance(60_000);
  expect(world.now).toEqual(["web", "api"]);
});
