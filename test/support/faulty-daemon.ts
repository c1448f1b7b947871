// The real daemon with a fault in it: at SIGUSR2 something throws that nobody catches, as FAULT says.

import { homedir } from "node:os";
import { runDaemon } from "../../src/app/daemon.ts";
import { loadConfig } from "../../src/config/load.ts";
import { Router } from "../../src/router/router.ts";

const fault = () => new TypeError("the fault this test has put in");

const FAULTS = {
  throws: () => {
    throw fault();
  },
  rejects: () => void Promise.reject(fault()),
  rejectsWithoutError: () => void Promise.reject(Object.create(null)),
  again: () => {
    setInterval(() => {
      throw fault();
    }, 1);
  },
  // From then on at the next event of the server's.
  router: () => {
    Router.prototype.take = () => {
      throw fault();
    };
  },
  brokenPipe: () => {
    throw Object.assign(new Error("write EPIPE"), { code: "EPIPE", syscall: "write" });
  },
};

process.on("SIGUSR2", FAULTS[process.env["FAULT"] as keyof typeof FAULTS]);

const home = homedir();
const loaded = loadConfig({ options: {}, env: process.env, cwd: process.cwd(), home, configHome: undefined });
if ("missing" in loaded) throw new Error(`Missing: ${JSON.stringify(loaded.missing)}`);
const { exitCode } = await runDaemon(loaded.config, { version: "0.0.0", home });
process.exit(exitCode);
