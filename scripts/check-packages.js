// Holds package.json and package-lock.json to our rules, and asks the registry for known weaknesses: part of
// `npm run check`. Where the registry does not answer that question, it says so and goes on.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { INLINED } from "./bundle.js";
import { auditFaults, faults, notes } from "./package-rules.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const AUDIT_AT_MOST_MS = 30_000;

function read(name) {
  return JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), "utf8"));
}

/** What npm printed, parsed; undefined when that was nothing of use. It exits 1 when it found something. */
function audit(...options) {
  return new Promise((resolve) => {
    const limits = {
      cwd: ROOT,
      timeout: AUDIT_AT_MOST_MS,
      killSignal: "SIGKILL",
      maxBuffer: 64 * 1024 * 1024,
    };
    execFile("npm", ["audit", "--json", ...options], limits, (_, stdout) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        resolve(undefined);
      }
    });
  });
}

const manifest = read("package.json");
const lock = read("package-lock.json");
const [published, all] = await Promise.all([audit("--omit=dev"), audit()]);
const known = [auditFaults(published), auditFaults(all, ["high", "critical"], INLINED)];

for (const note of notes(lock)) console.warn(`note: ${note}`);
if (known.includes(undefined)) {
  const why = published?.statusCode ?? all?.statusCode;
  const said = why === undefined ? "no answer" : `it answered ${why}`;
  console.warn(`warning: the registry could not be asked for known weaknesses (${said}).`);
}
const found = new Set([...faults(manifest, lock, INLINED), ...known.flatMap((some) => some ?? [])]);
for (const fault of found) console.error(`error: ${fault}`);
if (found.size > 0) process.exitCode = 1;
