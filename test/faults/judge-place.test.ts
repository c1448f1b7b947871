import { expect, test } from "vitest";
import { isWorkplace, judgePlace } from "./judge-place.ts";
import type { Place } from "./places.ts";
import type { Stage } from "./stage.ts";
import { type Heard, newThread } from "./thread.ts";

const placeOf = (name: Place["name"], hasWorktrees = false): Place => ({
  name,
  channelId: "channel",
  channel: "channel",
  speakers: ["alice"],
  hasGuest: true,
  address: "",
  hasWorktrees,
});
const stageWith = (document: object): Stage => ({ documentOf: () => document }) as unknown as Stage;
const heardIn = (folder: string): Heard => ({ id: "one", folder, lines: [], requests: [], answers: [] });
const whatOf = (document: object, place: Place, folder: string): string[] =>
  judgePlace(stageWith(document), newThread("root", place, "/src/api"), [heardIn(folder)]).map(
    ({ what }) => what,
  );

test("a session of the project that was asked for, whose Claude works there, is as it must be", () => {
  const api = { project: "api", directory: "/src/api", state: {} };
  expect(whatOf(api, placeOf("api"), "-src-api")).toEqual([]);
  const settings = { directory: "/src/api", state: {} };
  expect(whatOf(settings, placeOf("project"), "-src-api")).toEqual([]);
  const made = { path: "/trees/api/fix", directory: "/src/api" };
  const inWorktree = { project: "docs", directory: made.path, state: { worktree: { made } } };
  expect(whatOf(inWorktree, placeOf("docs", true), "-trees-api-fix")).toEqual([]);
});

test("a session of another project, or in another directory, is seen", () => {
  const web = { project: "web", directory: "/src/api", state: {} };
  expect(whatOf(web, placeOf("api"), "-src-api")).toEqual([expect.stringContaining("the session is of web")]);
  const elsewhere = { project: "api", directory: "/src/web", state: {} };
  expect(whatOf(elsewhere, placeOf("api"), "-src-web")).toEqual([expect.stringContaining("in /src/web")]);
  const without = { project: "docs", directory: "/src/api", state: {} };
  expect(whatOf(without, placeOf("docs", true), "-src-api")).toEqual([
    expect.stringContaining("its worktree is undefined"),
  ]);
});

test("a Claude that worked elsewhere than its session says is seen, also by where its tools ran", () => {
  const api = { project: "api", directory: "/src/api", state: {} };
  expect(whatOf(api, placeOf("api"), "-src-web")).toEqual([
    "conversation one is in -src-web, and not in -src-api",
  ]);
  const thread = newThread("root", placeOf("api"), "/src/api");
  expect(isWorkplace(stageWith(api), thread, "/src/api")).toBe(true);
  expect(isWorkplace(stageWith(api), thread, "/src/web")).toBe(false);
});
