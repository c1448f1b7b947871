import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examineState, stateWarnings } from "../../../../src/setup/doctor/state.ts";
import { emptyPlaces } from "../../../support/setup-world.ts";

test("state that only its owner can read, and state that is not there, is no cause for a warning", () => {
  const places = emptyPlaces();
  const root = join(places.home, "state");
  expect(stateWarnings(root)).toEqual([]);
  mkdirSync(join(root, "deep"), { recursive: true, mode: 0o700 });
  places.write(join(root, "deep", "one.json"), "{}", 0o600);
  expect(stateWarnings(root)).toEqual([]);
});

test("state that others can read is named, however deep it lies, and no more than three of it", () => {
  const places = emptyPlaces();
  const root = join(places.home, "state");
  mkdirSync(join(root, "a", "b"), { recursive: true, mode: 0o700 });
  const file = join(root, "a", "b", "one.json");
  places.write(file, "{}");
  chmodSync(file, 0o640);
  expect(stateWarnings(root)).toEqual([
    `${file} can be read by other users of this machine. Run: chmod -R go= ${root}`,
  ]);
  chmodSync(root, 0o755);
  expect(stateWarnings(root).map((line) => line.split(" ")[0])).toEqual([root, file]);
  for (const name of ["2", "3", "4"]) {
    places.write(join(root, name), "{}");
    chmodSync(join(root, name), 0o644);
  }
  expect(stateWarnings(root)).toHaveLength(3);
});

test("links in the state lead nowhere", () => {
  const places = emptyPlaces();
  const root = join(places.home, "state");
  mkdirSync(root, { mode: 0o700 });
  symlinkSync(places.home, join(root, "up"));
  symlinkSync("/etc/hosts", join(root, "hosts"));
  symlinkSync(join(root, "nothing"), join(root, "broken"));
  expect(stateWarnings(root)).toEqual([]);
});

test("documents that could not be read are named, with what becomes of them", () => {
  const places = emptyPlaces();
  const root = join(places.home, "state");
  mkdirSync(join(root, "server"), { recursive: true, mode: 0o700 });
  const file = join(root, "server", "cursor-x.json.unreadable");
  places.write(file, "{", 0o600);
  expect(stateWarnings(root)).toEqual([expect.stringContaining(`${file} could not be read`)]);
});

const roomy = async () => 20_000_000_000;

test("how much state there is and how much room is told, and little room is warned of", async () => {
  const places = emptyPlaces();
  const root = join(places.home, "state");
  expect(await examineState(root, roomy)).toEqual([
    { status: "ok", text: `nothing is kept in ${root} yet, 20 GB free` },
  ]);
  mkdirSync(root, { mode: 0o700 });
  places.write(join(root, "one.json"), "x".repeat(2_500_000), 0o600);
  expect(await examineState(root, async () => 499_000_000)).toEqual([
    { status: "ok", text: `${root} holds 2.5 MB, 499 MB free` },
    { status: "warning", text: expect.stringContaining(`Only 499 MB are free where ${root} is. Make room`) },
  ]);
});

test("a place where nothing can be kept is a problem before it is needed", async () => {
  const places = emptyPlaces();
  const file = join(places.home, "file");
  places.write(file, "");
  const root = join(file, "state");
  expect(await examineState(root, roomy)).toEqual([
    {
      status: "problem",
      text: expect.stringMatching(/state can't be used to keep sessions.*XDG_STATE_HOME/),
    },
  ]);
});
