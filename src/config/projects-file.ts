// projects.yaml → the projects it asks for, or every problem of it at once, each with its line and column. Whether their
// directories and channels exist is not asked here.

import { resolve } from "node:path";
import { type Document, isMap, type Pair } from "yaml";
import type { z } from "zod";
import { readRegularFile } from "../util/regular-file.ts";
import { ConfigError, type Problem } from "./error.ts";
import { type Places, PROJECTS_NAME, projectsPath, shortPath } from "./files.ts";
import { parseProgram } from "./parse.ts";
import type { Project, ProjectsFile, projectDefaults } from "./project.ts";
import { checkKeys, dataIn, nameOf, offsetIn } from "./projects-check.ts";
import { parseProjectName, SCHEMAS } from "./projects-schema.ts";
import { dangerElsewhere, dangerJudge, type OwnPlaces, realPlace } from "./safe-directory.ts";
import { type Flaw, keyOf, offsetOf, parseYaml, resolved } from "./yaml-text.ts";

export interface ProjectsInput extends OwnPlaces {
  /** What holds where the file says nothing. */
  readonly defaults: ReturnType<typeof projectDefaults>;
}

const MOST_BYTES = 1_000_000;

/** Undefined when there is none. Throws ConfigError. */
export function readProjects(input: ProjectsInput): ProjectsFile | undefined {
  const text = readProjectsText(input.places);
  return text === undefined ? undefined : parseProjects(text, input);
}

/** Undefined when there is none. Throws ConfigError when it can't be read. */
export function readProjectsText(places: Places): string | undefined {
  const path = projectsPath(places);
  try {
    return readRegularFile(path, MOST_BYTES);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // ENOTDIR: a parent of the file is itself a file.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const why = code || (error instanceof Error ? error.message : String(error));
    const mend = "Make it a file that you may read, or remove it";
    throw unusable([{ setting: path, problem: `the file can't be read (${why})`, mend }], places);
  }
}

/** Where the file names it, such as `projects.yaml:8:3`; undefined where it doesn't. Throws ConfigError. */
export function placeOfProject(
  { name, origin }: Pick<Project, "name" | "origin">,
  places: Places,
): string | undefined {
  const yaml = parseYaml(readProjectsText(places) ?? "");
  const root = yaml.document.contents;
  const itemsOf = (map: unknown): readonly Pair[] => (isMap(map) ? map.items : []);
  const top = itemsOf(root);
  const projects = resolved(top.find((pair) => keyOf(pair) === "projects")?.value, yaml.document);
  const pair =
    origin === "direct"
      ? top.find((one) => keyOf(one) === "directMessages")
      : itemsOf(projects).find((one) => origin === "file" && keyOf(one) === name);
  if (pair === undefined) return undefined;
  const { line, column } = yaml.placeOf(offsetOf(pair.key));
  return `${PROJECTS_NAME}:${line}:${column}`;
}

/** Throws ConfigError. */
export function parseProjects(text: string, input: ProjectsInput): ProjectsFile {
  const yaml = parseYaml(text);
  const { projects, direct, flaws } =
    yaml.flaws.length > 0 ? { ...NOTHING, flaws: yaml.flaws } : projectsIn(yaml.document, input);
  if (flaws.length === 0) return { path: projectsPath(input.places), projects, directMessages: direct };
  const inOrder = [...flaws].sort((one, other) => one.offset - other.offset);
  const problems = inOrder.map(({ offset, problem, mend }) => {
    const { line, column } = yaml.placeOf(offset);
    return { setting: `${PROJECTS_NAME}:${line}:${column}`, problem, mend };
  });
  throw unusable(problems, input.places);
}

function unusable(problems: readonly Problem[], places: Places): ConfigError {
  return new ConfigError(problems, `mm-claude can't use ${shortPath(projectsPath(places), places)}`);
}

interface Found {
  readonly projects: readonly Project[];
  readonly direct: Project | undefined;
  readonly flaws: readonly Flaw[];
}

const NOTHING: Found = { projects: [], direct: undefined, flaws: [] };

function projectsIn(document: Document, input: ProjectsInput): Found {
  const root = document.contents;
  if (root === null) return NOTHING;
  if (!isMap(root)) {
    const mend = "Begin with a line projects: and put them below it, each with channel and directory";
    return { ...NOTHING, flaws: [{ offset: offsetOf(root), problem: "there are no projects in it", mend }] };
  }
  const checked = checkKeys(SCHEMAS.file, "the file", root, document);
  const [listed, direct] = ["projects", "directMessages"].map((name) =>
    root.items.find((pair) => keyOf(pair) === name),
  );
  const map = resolved(listed?.value, document);
  const flaws = [...checked.flaws];
  // What is left where the last one was removed.
  const isEmpty = listed === undefined || dataIn(listed.value, document) === "";
  if (!isEmpty && !isMap(map)) {
    const mend = "Put each on a line below it, as its name and a colon, with its keys below that";
    flaws.push({
      offset: offsetOf(listed.key),
      problem: "projects is to hold projects by their names",
      mend,
    });
  }
  const pairs = isMap(map) ? map.items : [];
  const rules = { ...input, document, dangerOf: dangerJudge(input) };
  const made = pairs.map((pair) => projectOf(pair, rules));
  const forDirect = direct === undefined ? undefined : directOf(direct, rules);
  return {
    projects: made.flatMap(({ project }) => project ?? []),
    direct: forDirect?.project,
    flaws: [
      ...flaws,
      ...sameNames(pairs),
      ...made.flatMap((one) => one.flaws),
      ...sameProjects(made),
      ...(forDirect?.flaws ?? []),
    ],
  };
}

interface Rules extends ProjectsInput {
  readonly document: Document;
  readonly dangerOf: (directory: string) => string | undefined;
}

interface Made {
  readonly flaws: readonly Flaw[];
  readonly project?: Project;
  /** Of its name. */
  readonly offset: number;
}

function projectOf(pair: Pair, rules: Rules): Made {
  const name = keyOf(pair);
  const offset = offsetOf(pair.key);
  const named = parseProjectName(name);
  const flaws = "problem" in named ? [{ offset, ...named }] : [];
  const { data, flaws: more } = checkKeys(SCHEMAS.project, nameOf(pair), pair, rules.document);
  if (data === undefined) return { offset, flaws: [...flaws, ...more] };
  const { channel, ...rest } = data;
  const made = complete({ ...rest, name, channel, origin: "file" }, pair, rules);
  return { ...made, flaws: [...flaws, ...made.flaws] };
}

function directOf(pair: Pair, rules: Rules): Made {
  const { data, flaws } = checkKeys(SCHEMAS.directMessages, nameOf(pair), pair, rules.document);
  if (data === undefined) return { offset: offsetOf(pair.key), flaws };
  const made = complete(
    { ...data, name: "direct messages", channel: undefined, origin: "direct" },
    pair,
    rules,
  );
  if (made.project === undefined || made.project.allowedUsers.length > 0) return made;
  const problem = "directMessages is open to everyone on the server, who could all use this machine";
  return {
    ...made,
    flaws: [...made.flaws, { offset: made.offset, problem, mend: "Name people in allowedUsers" }],
  };
}

type Given = z.output<typeof SCHEMAS.directMessages> &
  Pick<Project, "name" | "channel" | "origin"> & {
    readonly bots?: readonly string[] | undefined;
  };

/** With what the settings say where the file says nothing. */
function complete(given: Given, pair: Pair, { defaults, places, document, dangerOf }: Rules): Made {
  const { allowUnsafeDirectory, directory, name, channel, origin, ...own } = given;
  const { runner } = own;
  // Of another machine nothing is known here.
  const claudePath = own.claudePath ?? (runner ? "claude" : defaults.claudePath);
  const program = runner ? { value: claudePath } : parseProgram(claudePath, places);
  const project: Project = {
    name,
    origin,
    channel,
    directory: runner ? directory : resolve(directory.replace(/^~(?=\/|$)/, places.home)),
    runner,
    ...(runner && allowUnsafeDirectory ? { isUnsafeAllowed: true } : {}),
    allowedUsers: own.allowedUsers ?? defaults.allowedUsers,
    approvers: own.approvers ?? defaults.approvers,
    bots: own.bots ?? defaults.bots,
    skipPermissions: own.skipPermissions ?? defaults.skipPermissions,
    maxSessions: own.maxSessions ?? defaults.maxSessions,
    sessionTimeoutMs: own.sessionTimeoutMs ?? defaults.sessionTimeoutMs,
    // One that waits in each of many projects would fill the memory; to start one over there takes long.
    prewarm: own.prewarm ?? (runner ? 1 : 0),
    claudePath: "value" in program ? program.value : claudePath,
    worktree: own.worktree ?? defaults.worktree,
    mode: own.mode ?? defaults.mode,
    model: own.model ?? defaults.model,
    effort: own.effort ?? defaults.effort,
    thinking: own.thinking ?? defaults.thinking,
    maxCostPerDay: own.maxCostPerDay ?? defaults.maxCostPerDay,
  };
  const judge = runner ? dangerElsewhere : dangerOf;
  const danger = allowUnsafeDirectory ? undefined : judge(project.directory);
  const owner = nameOf(pair);
  const at = (key: string) => offsetIn(pair, key, document);
  const flaws = [
    ...(danger === undefined
      ? []
      : [
          {
            offset: at("directory"),
            problem: `directory of ${owner}: ${danger}`,
            mend: "Choose another, or confirm it with allowUnsafeDirectory: true",
          },
        ]),
    ...unlistedApprovers(project, own.approvers !== undefined, owner, at),
  ];
  return { project, flaws, offset: offsetOf(pair.key) };
}

/** One who is not listed would approve nothing, and nobody would know why. */
function unlistedApprovers(
  { allowedUsers, approvers }: Project,
  isOwn: boolean,
  owner: string,
  at: (key: string) => number,
): Flaw[] {
  const unlisted = approvers.filter((name) => !allowedUsers.includes(name));
  if (allowedUsers.length === 0 || unlisted.length === 0) return [];
  const names = `${unlisted.join(", ")}, who ${unlisted.length === 1 ? "is" : "are"} not in its allowedUsers`;
  return [
    isOwn
      ? {
          offset: at("approvers"),
          problem: `approvers of ${owner}: it names ${names}`,
          mend: "Add them to allowedUsers, or take them out here",
        }
      : {
          offset: at("allowedUsers"),
          problem: `allowedUsers of ${owner}: APPROVERS of the settings names ${names}`,
          mend: "Add them here, or give it approvers of its own",
        },
  ];
}

/** Unlike YAML itself, people take no notice of case. */
function sameNames(pairs: readonly Pair[]): Flaw[] {
  const firsts = new Map<string, string>();
  return pairs.flatMap((pair) => {
    const name = nameOf(pair);
    const plain = keyOf(pair).toLowerCase();
    const first = firsts.get(plain);
    firsts.set(plain, first ?? name);
    return first === undefined
      ? []
      : [
          {
            offset: offsetOf(pair.key),
            problem: `${name} has the name of ${first}`,
            mend: "Call it otherwise",
          },
        ];
  });
}

/** Nobody could tell which is meant. */
function sameProjects(all: readonly Made[]): Flaw[] {
  const firsts = new Map<string, string>();
  return all.flatMap(({ project, offset }) => {
    if (project === undefined) return [];
    const { channel, directory, runner } = project;
    const where = JSON.stringify([channel, runner, runner ? directory : realPlace(directory)]);
    const first = firsts.get(where);
    firsts.set(where, first ?? project.name);
    if (first === undefined) return [];
    const problem = `${project.name} has the channel and the directory of ${first}`;
    return [{ offset, problem, mend: "Take one of them out, or give it another directory" }];
  });
}
