// A real sshd on loopback, with keys, a port and an environment of its own. Whoever runs the tests logs in.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { temporaryDirectory } from "./temporary.ts";

const SSHD = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find(existsSync);

/** Where it is missing, its tests leave themselves out. */
export const hasSshServer = SSHD !== undefined;

export interface SshServer {
  /** What stands behind `runner:`. */
  readonly runner: readonly string[];
  readonly port: number;
  /** Ends it with all its connections; nothing of what they run is touched. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** `environment`: what a login there has; HOME must be in it. Nothing else of the caller's is. `keyOptions`: before the key. */
export async function startSshServer(
  environment: Readonly<Record<string, string>>,
  keyOptions = "",
): Promise<SshServer> {
  if (SSHD === undefined) throw new Error("There is no sshd: install openssh-server.");
  const directory = temporaryDirectory();
  const file = (name: string): string => join(directory, name);
  for (const name of ["host", "client"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file(name)]);
  }
  writeFileSync(
    file("authorized_keys"),
    `${keyOptions} ${readFileSync(file("client.pub"), "utf8")}`.trimStart(),
  );
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const port = await freePort();
  const variables = Object.entries(environment).map(([name, value]) => `"${name}=${value}"`);
  writeFileSync(
    file("sshd_config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${file("host")}`,
      `PidFile ${file("pid")}`,
      `AuthorizedKeysFile ${file("authorized_keys")}`,
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin yes",
      "PasswordAuthentication no",
      "MaxStartups 100",
      "MaxSessions 100",
      `SetEnv ${variables.join(" ")}`,
      "",
    ].join("\n"),
  );
  writeFileSync(file("ssh_config"), "");
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn(SSHD, ["-D", "-e", "-f", file("sshd_config")], { stdio: "ignore", detached: true });
    await untilOpen(port);
  };
  await start();
  return {
    runner: [
      "ssh",
      ...["-F", file("ssh_config"), "-i", file("client"), "-p", String(port)],
      ...["-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
      ...["-o", "LogLevel=ERROR"],
      `${userInfo().username}@127.0.0.1`,
    ],
    port,
    start,
    async stop() {
      const { pid } = server ?? {};
      if (pid === undefined) return;
      const ended = new Promise((resolve) => server?.once("exit", resolve));
      for (const one of [...childrenOf(pid), pid]) kill(one);
      await ended;
      server = undefined;
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

/** One for each connection, and with privilege separation one more below it. */
function childrenOf(pid: number): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" }).trim().split("\n");
  const all = lines.map((line) => line.trim().split(/\s+/));
  const below = (parent: number): number[] =>
    all
      .filter(([, ppid, name]) => Number(ppid) === parent && name?.startsWith("sshd") === true)
      .flatMap(([child]) => [Number(child), ...below(Number(child))]);
  return below(pid);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function untilOpen(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("sshd did not open its port within 5 s");
}
