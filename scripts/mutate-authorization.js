// Takes the conditions of authorization out, one at a time, and fails unless a test notices each: `npm run test:authorization`. What
// is taken out comes from the source by rules, so that a new condition is covered too. Works in a copy, never here.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "vitest/node";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COPIED = ["src", "test", "docs", "package.json", "tsconfig.json"];
/** Authorization itself: every condition in it counts. */
const AUTHORIZATION = ["src/session/authorization.ts", "src/session/allow-list.ts"];
/** Where authorization is used: that it is asked counts. */
const USES = ["src/session", "src/router"];
const ASKED = new Set(["may", "authorize"]);
/** What was asked before, and is looked at later. */
const ANSWERS = new Set(["mayStart", "mayStartSomewhere"]);
const TESTS = [
  "test/unit/session/**/*.test.ts",
  "test/unit/router/**/*.test.ts",
  "test/unit/app/restore.test.ts",
];
const AT_ONCE = 2;
/** Tests that take longer have lost their way, which is one way to notice. */
const RUN_AT_MOST_MS = 60_000;

/** What can be taken out without any effect, and why. Tried all the same, to hear of it when that has changed. */
const EQUIVALENT = [];

/** By the kind of syntax: what is done to it, and what it is replaced by, in text and parts of itself. */
const AUTHORIZATION_RULES = {
  LogicalExpression: ({ operator, left, right }) => [
    [`left of ${operator} gone`, "(", right, ")"],
    [`right of ${operator} gone`, "(", left, ")"],
  ],
  BinaryExpression({ operator, left, right }) {
    const flipped = { "===": "!==", "!==": "===" }[operator];
    return flipped ? [["flipped", left, ` ${flipped} `, right]] : [];
  },
  UnaryExpression: ({ operator, argument }) =>
    operator === "!" ? [["not negated", "(", argument, ")"]] : [],
  ConditionalExpression: ({ consequent, alternate }) => [
    ["always the first", "(", consequent, ")"],
    ["always the second", "(", alternate, ")"],
  ],
  Literal: ({ value }) => (typeof value === "boolean" ? [["flipped", `${!value}`]] : []),
  // A place in the table that nobody is meant to have.
  Property: ({ key, value }) => (value.name === "undefined" ? [["had by all", key, ": true"]] : []),
  IfStatement: ({ consequent, alternate }) => [
    ["gone", alternate ?? "{}"],
    ["always done", "if (true) ", consequent],
  ],
};

/** Authorization says yes, whoever it is. */
const USE_RULES = {
  CallExpression: ({ callee }) => (ASKED.has(callee.name) ? [["not asked", "true"]] : []),
  MemberExpression: ({ property }) => (ANSWERS.has(property.name) ? [["not looked at", "true"]] : []),
};

function mutantsOf(root) {
  const uses = USES.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name}`),
  ).sort();
  return [
    ...AUTHORIZATION.flatMap((file) => mutantsOfFile(root, file, AUTHORIZATION_RULES)),
    ...uses.flatMap((file) => mutantsOfFile(root, file, USE_RULES)),
  ];
}

function mutantsOfFile(root, file, rules) {
  const text = readFileSync(join(root, file), "utf8");
  const mutants = [];
  const write = (part) => (typeof part === "string" ? part : text.slice(part.start, part.end));
  for (const [node, rule] of placesIn(parseAst(text, { lang: "ts" }), rules)) {
    for (const [what, ...parts] of rule(node)) {
      const after = parts.map(write).join("");
      const mutated = text.slice(0, node.start) + after + text.slice(node.end);
      // Throws when a rule has made something that is no program: that would be noticed, and say nothing.
      parseAst(mutated, { lang: "ts" });
      const line = text.slice(0, node.start).split("\n").length;
      mutants.push({ file, line, what, was: oneLine(write(node)), mutated });
    }
  }
  return mutants;
}

/** Where in a syntax tree a rule applies; what authorization is asked belongs to authorization. */
function* placesIn(value, rules) {
  if (Array.isArray(value)) {
    for (const entry of value) yield* placesIn(entry, rules);
  } else if (typeof value?.type === "string" && !/^TS(?:Type|Interface|Literal|Union)/.test(value.type)) {
    if (rules[value.type]) yield [value, rules[value.type]];
    const inside = ASKED.has(value.callee?.name) ? AUTHORIZATION_RULES : rules;
    for (const part of Object.values(value)) yield* placesIn(part, inside);
  }
}

function oneLine(text) {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 70 ? `${line.slice(0, 69)}…` : line;
}

const children = new Set();

/** A copy of what the tests need, which one run at a time may change. */
function copyInto(folder) {
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const config = {
    cacheDir: join(folder, ".cache"),
    test: {
      include: TESTS,
      globalSetup: "test/support/temporary.ts",
      pool: "threads",
      isolate: false,
      maxWorkers: 1,
      bail: 1,
      testTimeout: 20_000,
    },
  };
  writeFileSync(join(folder, "vitest.config.js"), `export default ${JSON.stringify(config)};\n`);
  return folder;
}

/** The first test that fails, in words; undefined when all pass. Throws when no test could be run. */
async function failureIn(folder) {
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const vitest = join(folder, "node_modules", "vitest", "vitest.mjs");
  const { isLate, output } = await run(folder, [vitest, "run", "--reporter=json", `--outputFile=${report}`]);
  if (isLate) return `no end after ${RUN_AT_MOST_MS / 1000} s`;
  let results;
  try {
    results = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    throw new Error(`The tests could not be run:\n${output}`);
  }
  if (results.success) return undefined;
  for (const { name, assertionResults } of results.testResults) {
    const failed = assertionResults.find(({ status }) => status === "failed");
    if (failed) return `${name.slice(name.indexOf("test/unit/"))}: ${oneLine(failed.fullName)}`;
  }
  throw new Error(`No test failed, but they could not all be run:\n${output}`);
}

function run(cwd, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    children.add(child);
    let output = "";
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, RUN_AT_MOST_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        output = (output + data).slice(-5000);
      });
    }
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      children.delete(child);
      resolve({ isLate, output });
    });
  });
}

/** Tries one after the other of what is left to try, and tells of each. */
async function work(folder, left, tell) {
  for (let mutant = left.shift(); mutant; mutant = left.shift()) {
    const path = join(folder, mutant.file);
    const original = readFileSync(path);
    writeFileSync(path, mutant.mutated);
    tell(mutant, await failureIn(folder));
    writeFileSync(path, original);
  }
}

const root = mkdtempSync(join(tmpdir(), "mm-claude-authorization-"));
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const folders = Array.from({ length: AT_ONCE }, (_, index) => copyInto(join(root, `${index}`)));
const failure = await failureIn(folders[0]);
if (failure !== undefined) throw new Error(`The tests fail as they are: ${failure}`);

const known = new Map(EQUIVALENT.map(({ why, ...change }) => [keyOf(change), why]));
const mutants = mutantsOf(folders[0]);
const unknown = new Set(known.keys());
let faults = 0;
let noticed = 0;

function keyOf({ file, what, was }) {
  return `${file} ${what}: ${was}`;
}

function tell(mutant, test) {
  const { file, line, what, was } = mutant;
  const why = known.get(keyOf(mutant));
  unknown.delete(keyOf(mutant));
  const outcome = test === undefined ? (why ?? "NO TEST NOTICED") : `noticed by ${test}`;
  console.log(`${file}:${line} ${what}: ${was} → ${outcome}`);
  noticed += test === undefined ? 0 : 1;
  faults += (test === undefined) === (why === undefined) ? 1 : 0;
  if (test !== undefined && why !== undefined) console.log("  It is listed as without effect, and has one.");
}

await Promise.all(folders.map((folder) => work(folder, mutants, tell)));
for (const key of unknown) console.log(`Listed as without effect, but not there any more: ${key}`);
console.log(`${noticed} noticed, ${known.size} known to be without effect, ${faults + unknown.size} faults.`);
if (faults + unknown.size > 0) process.exitCode = 1;
