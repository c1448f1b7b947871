// The real CLI behind a real sshd, driven by our client, with the scripted model in place of the network.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { RemoteTimes } from "../../src/remote/claude-script.ts";
import { Machines } from "../../src/remote/machines.ts";
import { remoteOf } from "../../src/remote/runner.ts";
import { remoteShell } from "../../src/remote/shell.ts";
import { furtherTest, outerTest } from "../support/generations.ts";
import { processesIn } from "../support/processes.ts";
import { type ClaudeHome, claudeHome, realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { hasSshServer, type SshServer, startSshServer } from "../support/ssh-server.ts";
import { watchClaude } from "../support/watch-claude.ts";

const model = sharedModel();

describe.skipIf(!hasSshServer).each(realClaudes())(
  "claude $version over ssh",
  ({ path, isOlder, isBetween }) => {
    const further = furtherTest({ isOlder });
    let place: ClaudeHome;
    let server: SshServer;

    beforeAll(async () => {
      place = claudeHome(model.url);
      server = await startSshServer(place.environment);
    });
    afterAll(() => server.stop());

    const remote = () => remoteOf(server.runner);
    const start = (more = {}, remoteTimes?: RemoteTimes) =>
      watchClaude(
        { claudePath: path, directory: place.directory, remote: remote(), ...more },
        { environment: { PATH: process.env["PATH"] }, remoteTimes },
      );

    further("streams, asks, and leaves nothing behind", async () => {
      const claude = start({ extraDirectories: [join(place.home, "files")] });
      claude.say("RUN bash");
      claude.allow(await claude.next("permissionAsked"));
      const end = await claude.next("turnEnded");
      expect(end.isError).toBe(false);
      expect(existsSync(join(place.directory, "out.txt"))).toBe(true);
      await claude.close();

      expect(processesIn(place.directory)).toEqual([]);
    });

    outerTest({ isBetween })(
      "is ended there when nothing comes any more, and minds no sign of life",
      async () => {
        const claude = start({}, { signOfLifeMs: 100, graceS: 5, silenceS: 2 });
        claude.say("RUN hello");
        await claude.next("turnEnded");
        claude.say("RUN bash");
        await claude.next("permissionAsked");
        const pid = claude.client.pid ?? 0;
        // Neither end is told anything: so is a connection whose way is cut.
        process.kill(pid, "SIGSTOP");
        await vi.waitFor(() => expect(processesIn(place.directory)).toEqual([]), 15_000);
        process.kill(pid, "SIGCONT");
        expect(await claude.next("exited")).toMatchObject({
          lost: "cut",
          stderr: "nothing came there for 2 s",
        });
      },
    );

    further("runs a script", async () => {
      const { run } = remoteShell(remote(), { PATH: process.env["PATH"] });
      const outcome = await run(
        'cd "$1" && cat; printf %s "$2"; echo oops >&2; exit 3',
        [place.directory, 'it\'s \\n a "test"\n$HOME'],
        { input: Buffer.from([0, 255, 10]) },
      );
      expect(outcome).toEqual({
        code: 3,
        output: Buffer.concat([Buffer.from([0, 255, 10]), Buffer.from('it\'s \\n a "test"\n$HOME')]),
        said: "oops",
        isCut: false,
      });
    });

    further("is ended there when the connection breaks", async () => {
      const claude = start();
      claude.say("RUN bash");
      await claude.next("permissionAsked");
      expect(processesIn(place.directory).length).toBeGreaterThan(0);
      await server.stop();
      expect(await claude.next("exited")).toMatchObject({ lost: "cut" });
      await vi.waitFor(() => expect(processesIn(place.directory)).toEqual([]), 15_000);

      expect(processesIn(place.directory)).toEqual([]);
      await server.start();
    });
  },
);

test.skipIf(!hasSshServer)(
  "what is started shares the connection that is kept open, and opens one where it can't",
  async () => {
    const server = await startSshServer({ PATH: process.env["PATH"], HOME: "/" });
    const machines = new Machines({ PATH: process.env["PATH"] });
    onTestFinished(async () => {
      machines.close();
      await server.stop();
    });
    const { run } = machines.of(server.runner);
    const from = async () => (await run('echo "$SSH_CONNECTION"')).output.toString();
    const untilShared = () => vi.waitFor(async () => expect(await from()).toBe(await from()), 10_000);
    await untilShared();
    await server.stop();
    await expect(from()).rejects.toMatchObject({ code: "unreached" });
    await server.start();
    expect(await from()).toContain("127.0.0.1");
    await untilShared();
  },
);
