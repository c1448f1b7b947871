// Doctor as its tests run it: with a sandbox server, empty places, and a machine on which all is well.

import { type DoctorOptions, runDoctor } from "../../../../src/setup/doctor/doctor.ts";
import { emptyPlaces, setupWorld } from "../../../support/setup-world.ts";

const COLOURS = { bold: "*", dim: "~", green: "+", red: "#", yellow: "=" };

export interface Over extends Partial<Omit<DoctorOptions, "input" | "print">> {
  readonly world?: Awaited<ReturnType<typeof setupWorld>>;
  readonly env?: Record<string, string>;
  readonly options?: DoctorOptions["input"]["options"];
  readonly places?: ReturnType<typeof emptyPlaces>;
  readonly hasColours?: boolean;
}

export async function examine({
  world: given,
  env,
  options,
  places,
  hasColours = false,
  ...over
}: Over = {}) {
  const world = given ?? (await setupWorld());
  const { cwd, home, configHome } = places ?? emptyPlaces();
  const printed: string[] = [];
  const exitCode = await runDoctor({
    input: { cwd, home, configHome, env: env ?? settings(world), options: options ?? {} },
    version: "0.1.0",
    packageName: "mattermost-claude-code",
    nodeVersion: "20.19.0",
    connect: world.connect,
    claudeVersion: async () => "2.1.330",
    claudeLogin: async () => "logged-in",
    reach: () => {
      throw new Error("no other machine was to be asked");
    },
    claudeAnswers: { versionIn: () => undefined, tellsLogin: () => false, loginIn: () => undefined },
    newestVersion: async () => undefined,
    run: async () => ({ code: 0, output: "" }),
    freeBytes: async () => 20_000_000_000,
    paint: (colour, text) => (hasColours ? COLOURS[colour] + text : text),
    isJson: false,
    ...over,
    print: (line) => printed.push(line),
  });
  const lines = printed.map((line) => line.replace(/^ {2}/, ""));
  const marked = (mark: string) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(2));
  return {
    exitCode,
    printed,
    lines,
    cwd,
    home,
    good: marked("✓ "),
    bad: marked("✗ "),
    warnings: marked("! "),
    left: marked("- "),
  };
}

export const settings = (world: Awaited<ReturnType<typeof setupWorld>>) => ({
  MATTERMOST_URL: world.url,
  MATTERMOST_TOKEN: world.bot.token,
  MATTERMOST_CHANNEL_ID: world.channel.id,
  ALLOWED_USERS: "alice",
});
