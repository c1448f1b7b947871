// `docker exec` and `kubectl exec` as they behave with a daemon or a cluster behind them (docker 28, kubectl 1.32): argv, exit
// codes, messages, what becomes of stdin, and that what runs in a container isn't the client's child.
// Arguments: the place of the containers, `docker` or `kubectl`, and its own.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

const [, self, place, program, ...argv] = process.argv;

function fail(text, code = 1) {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}

const VALUED = {
  docker: ["-e", "--env", "--env-file", "-u", "--user", "-w", "--workdir", "--detach-keys"],
  kubectl: ["-c", "--container", "-n", "--namespace", "-f", "--context", "--kubeconfig"],
};

/** Options up to the first other word (docker), or all of them (kubectl). */
function read(words, isInterspersed) {
  const options = [];
  const rest = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word.startsWith("-") || (rest.length > 0 && !isInterspersed)) rest.push(word);
    else {
      options.push(word);
      if (VALUED[program].includes(word)) at++;
    }
  }
  return { rest, hasStdin: options.some((one) => /^-[a-z]*i|^--(interactive|stdin)(=true)?$/.test(one)) };
}

function parseDocker([verb, ...words]) {
  if (verb !== "exec") fail(`docker: unknown command: docker ${verb}`);
  const { rest, hasStdin } = read(words, false);
  const [name, ...command] = rest;
  if (command.length === 0) {
    const usage = "Usage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]";
    fail(
      `docker: 'docker exec' requires at least 2 arguments\n\n${usage}\n\nSee 'docker exec --help' for more information`,
    );
  }
  if (!existsSync(join(place, name))) fail(`Error response from daemon: No such container: ${name}`);
  return { name, command, hasStdin };
}

function parseKubectl(words) {
  const dashes = words.indexOf("--");
  const { rest, hasStdin } = read(dashes < 0 ? words : words.slice(0, dashes), true);
  const [verb, name, ...more] = rest;
  if (verb !== "exec") fail(`error: unknown command "${verb}" for "kubectl"`);
  if (more.length > 0) {
    fail(
      "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
    );
  }
  const command = dashes < 0 ? [] : words.slice(dashes + 1);
  if (command.length === 0) fail("error: you must specify at least one command for the container");
  const pod = name.replace(/^(deploy|pod)\//, "");
  if (!existsSync(join(place, pod))) fail(`Error from server (NotFound): pods "${pod}" not found`);
  return { name: pod, command, hasStdin };
}

if (program === "shim") {
  // What the daemon does: it starts the command, reads what that says whoever hears it, and closes its stdin with the client's.
  const [name, hasStdin, ...command] = argv;
  const { environment } = JSON.parse(readFileSync(join(place, name), "utf8"));
  const child = spawn(command[0], command.slice(1), {
    env: { ...environment, STAND_IN_CONTAINER: join(place, name) },
    cwd: "/",
    stdio: [hasStdin === "yes" ? "pipe" : "ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  child.stdin?.on("error", () => {});
  if (child.stdin) process.stdin.pipe(child.stdin);
  child.stdout.on("data", (chunk) => process.stdout.write(chunk));
  child.stderr.on("data", (chunk) => process.stderr.write(chunk));
  child.on("error", () => {
    process.stderr.write(
      `OCI runtime exec failed: exec failed: unable to start container process: exec: "${command[0]}": executable file not found in $PATH: unknown\n`,
    );
    process.exitCode = 127;
  });
  child.on("close", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
    process.stdin.destroy();
  });
} else {
  const { name, command, hasStdin } = program === "docker" ? parseDocker(argv) : parseKubectl(argv);
  const shim = spawn(process.execPath, [self, place, "shim", name, hasStdin ? "yes" : "no", ...command], {
    stdio: [hasStdin ? "pipe" : "ignore", "pipe", "pipe"],
    detached: true,
  });
  shim.stdin?.on("error", () => {});
  if (shim.stdin) process.stdin.pipe(shim.stdin);
  shim.stdout.pipe(process.stdout);
  shim.stderr.pipe(process.stderr);
  shim.on("close", (code) => {
    if (program === "kubectl" && code !== 0) {
      process.stderr.write(`command terminated with exit code ${code}\n`);
    }
    process.exitCode = code ?? 1;
    process.stdin.destroy();
  });
}
