// The real daemon of the built program with a fault in it: at SIGUSR2 something throws that nobody catches, as FAULT says.

import { homedir } from "node:os";
import { runDaemon } from "../../dist/app/daemon.js";
import { loadConfig } from "../../dist/config/load.js";
import { Router } from "../../dist/router/router.js";

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

process.on("SIGUSR2", FAULTS[process.env.FAULT]);

const { config } = loadConfig({ options: {}, env: process.env, cwd: process.cwd(), home: homedir() });
const { exitCode } = await runDaemon(config, { version: "0.0.0", home: homedir() });
process.exit(exitCode);
