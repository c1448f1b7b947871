// Holds the sources to the table in layers.json: which folder may import from which. Part of `npm run lint`.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { layerFaults } from "./layer-rules.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const layers = JSON.parse(readFileSync(`${ROOT}layers.json`, "utf8"));

function sourcesIn(top) {
  return readdirSync(`${ROOT}${top}`, { recursive: true })
    .map((path) => `${top}/${path.replaceAll("\\", "/")}`)
    .filter((path) => /\.m?ts$/.test(path) && !path.startsWith("sandbox/dist/"));
}

// Checked out without the sandbox, the rest still has to hold.
const tops = readdirSync(ROOT).filter((name) => name === "src" || name === "sandbox");
const rules = Object.entries(layers).filter(([folder]) => tops.includes(folder.split("/")[0]));
const files = new Map(tops.flatMap(sourcesIn).map((path) => [path, readFileSync(ROOT + path, "utf8")]));
const faults = layerFaults(Object.fromEntries(rules), files);
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
