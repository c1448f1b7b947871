// The built daemon where its packages are reached by links, as pnpm installs them. Node follows no link to a module while
// the last file that was looked at is a socket or a pipe (fs.realpathSync with a cache; 20.19 to 22.23, mended in 24). In
// Node 20 a CommonJS module that is found then by an import, and runs after another look, stays an empty object.

import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { daemonWorld } from "../support/daemon-world.ts";
import { sharedModel } from "../support/shared-model.ts";

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
const model = sharedModel();

/** The daemon, and somebody who looks at a file once ws is found, before it can run. */
const WITH_A_LOOK = `
import { statSync } from "node:fs";
import Module from "node:module";

const look = () => {
  if (Object.keys(Module._cache).some((path) => path.includes("/ws/lib/"))) {
    statSync(".");
  } else {
    setImmediate(look);
  }
};
look();
await import("./mm-claude.js");
`;

test("a daemon whose packages are links connects where a killed one has left its socket", async () => {
  const world = await daemonWorld(model.url);
  const installed = join(world.home, "installed");
  mkdirSync(installed);
  for (const name of ["bin", "dist", "package.json"]) {
    cpSync(join(CHECKOUT, name), join(installed, name), { recursive: true });
  }
  symlinkSync(realpathSync(join(CHECKOUT, "node_modules")), join(installed, "node_modules"));
  const program = join(installed, "bin/with-a-look.js");
  writeFileSync(program, WITH_A_LOOK);

  const killed = await world.ready();
  killed.signal("SIGKILL");
  await killed.exit;
  // Until it has an answer, the daemon looks at nothing else.
  world.sandbox.faults.delay(2000, { path: /\/users\/me$/ });
  const daemon = world.start({ program });
  await daemon.prints(/Ready!|no connection to Mattermost/);
  expect(daemon.output()).not.toContain("no connection to Mattermost");
});
