// What a program in this place can do wrong, on request: by FAKE_CLAUDE or by a message "RUN name".

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** @returns the name of the misbehaviour a message asks for */
export function misbehaviourIn(text) {
  const name = /.*\bRUN\s+([a-z][a-z0-9-]*)/s.exec(text)?.[1];
  return name !== undefined && name in byName ? name : undefined;
}

export function misbehave(name, wire) {
  byName[name](wire);
}

const byName = {
  garbage(wire) {
    wire.raw("this line is no JSON {\n[1, 2]\n");
  },
  "unknown-frames"(wire) {
    wire.emit({ type: "brand_new", payload: 1 }, { type: "system", subtype: "brand_new" });
    wire.emit({ type: "control_request", request_id: "odd", request: { subtype: "brand_new" } });
  },
  "lacking-field"(wire) {
    wire.emit({ type: "assistant", message: { content: [{ type: "text", text: "no id" }] } });
  },
  die() {
    process.stderr.write("thread 'main' panicked: the fake was told to die\n");
    process.exit(134);
  },
  /** Stays in the process group; holds stdout open. */
  grandchild() {
    startGrandchild(false);
  },
  /** Leaves the process group, so that nobody can reach it; holds stdout open. */
  "detached-grandchild"() {
    startGrandchild(true);
  },
};

function startGrandchild(detached) {
  const child = spawn("sleep", ["30"], { stdio: ["ignore", "inherit", "ignore"], detached });
  child.unref();
  writeFileSync(join(process.env.HOME, "grandchild.pid"), String(child.pid));
}
