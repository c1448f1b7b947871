// The stand-ins for docker and kubectl against the real programs where those are, and our shell through them.

import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { remoteOf } from "../../../src/remote/runner.ts";
import { remoteShell } from "../../../src/remote/shell.ts";
import { type Containers, containers } from "../../support/containers.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const said = ({ status, stderr }: Pick<SpawnSyncReturns<string>, "status" | "stderr">) => ({
  status,
  stderr: stderr.trim(),
});
const run = (path: string, args: readonly string[], input = "") =>
  spawnSync(path, args, { encoding: "utf8", input });

function world(): Containers {
  const all = containers();
  all.create("shop", { PATH: process.env["PATH"] ?? "", HOME: "/" });
  return all;
}

const WRONG: Readonly<Record<"docker" | "kubectl", readonly (readonly string[])[]>> = {
  docker: [["exec", "shop"], ["exec"], ["exec", "-i", "shop"]],
  kubectl: [
    ["exec", "shop", "sh"],
    ["exec", "shop"],
    ["exec", "-i", "shop", "--"],
  ],
};

describe.each(["docker", "kubectl"] as const)("the stand-in for %s", (name) => {
  const isThere = spawnSync(name, ["--help"]).status === 0;
  test.skipIf(!isThere).each(WRONG[name])(
    "says what the real one says of wrong words: %s %s %s",
    (...args) => {
      const words = args.filter((word) => word !== undefined);
      expect(said(run(world()[name], words))).toEqual(said(run(name, words)));
    },
  );

  const start = name === "docker" ? ["exec", "shop"] : ["exec", "shop", "--"];
  test("passes stdin on only when it is told to, and the exit code always", () => {
    const { [name]: path } = world();
    const [, ...more] = start;
    expect(run(path, [...start, "cat"], "heard").stdout).toBe("");
    expect(run(path, ["exec", "-i", ...more, "cat"], "heard").stdout).toBe("heard");
    expect(run(path, [...start, "sh", "-c", "exit 7"]).status).toBe(7);
    expect(run(path, [...start, "sh", "-c", "kill -9 $$"]).status).toBe(137);
  });

  test("leaves what runs there when the client is killed, and closes its stdin", async () => {
    const all = world();
    const [, ...more] = start;
    const client = spawn(all[name], [
      "exec",
      "-i",
      ...more,
      "sh",
      "-c",
      "echo on; cat; while :; do echo; sleep 0.05; done",
    ]);
    await new Promise((resolve) => client.stdout.once("data", resolve));
    client.kill("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(all.pids("shop").length).toBeGreaterThan(0);
    all.remove("shop");
    expect(all.pids("shop")).toEqual([]);
  });
});

describe.each([
  [
    "docker",
    (all: Containers, name: string) => [all.docker, "exec", name],
    "Error response from daemon: No such container: gone",
  ],
  [
    "kubectl",
    (all: Containers, name: string) => [all.kubectl, "-n", "dev", "exec", `deploy/${name}`],
    'Error from server (NotFound): pods "gone" not found',
  ],
] as const)("a shell behind %s", (_, runnerOf, unknown) => {
  const shellIn = (all: Containers, name = "shop") =>
    remoteShell(remoteOf(runnerOf(all, name)), { SECRET: "x" });

  test("runs a script there: its words, its stdin, its code, and nothing of the runner's own words or variables", async () => {
    const outcome = await shellIn(world()).run(
      'cat; printf %s "$1$SECRET"; echo oops >&2; exit 3',
      ["it's\n"],
      {
        input: Buffer.from([0, 255]),
      },
    );
    expect(outcome).toEqual({
      code: 3,
      output: Buffer.concat([Buffer.from([0, 255]), Buffer.from("it's\n")]),
      said: "oops",
      isCut: false,
    });
  });

  test("is unreached where there is no such container, in the runner's words", async () => {
    await expect(shellIn(world(), "gone").run(":")).rejects.toMatchObject({
      code: "unreached",
      plain: expect.stringContaining(`can't be reached: ${unknown}`),
    });
  });

  test("is cut when the container goes", async () => {
    const all = world();
    const begun = join(temporaryDirectory(), "begun");
    const running = shellIn(all).run(`touch '${begun}'; sleep 60`);
    await expect.poll(() => existsSync(begun)).toBe(true);
    all.remove("shop");
    await expect(running).rejects.toMatchObject({ code: "cut" });
  });
});
