// The built program where a proxy with a password is the only way out and the server's certificate is the house's own.

import { expect, test } from "vitest";
import { behindTls, CERTIFICATE, startProxy } from "../support/connect-proxy.ts";
import { type DaemonWorld, daemonWorld } from "../support/daemon-world.ts";
import { sharedModel } from "../support/shared-model.ts";

const model = sharedModel();

async function house() {
  const world: DaemonWorld = await daemonWorld(model.url);
  const port = await behindTls(Number(new URL(world.sandbox.url).port));
  const proxy = await startProxy({
    ways: { [`chat.example:${port}`]: port },
    password: "alice:s3cret-of-the-proxy",
  });
  const env = {
    MATTERMOST_URL: `https://chat.example:${port}`,
    HTTPS_PROXY: `http://alice:s3cret-of-the-proxy@127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: CERTIFICATE,
  };
  return { world, proxy, port, env };
}

test("a session is held through the proxy, and Claude is given the same way out", async () => {
  const { world, proxy, port, env } = await house();
  const daemon = await world.ready({ env });
  const root = await world.ask("RUN echo hello");
  await world.says(root, "RUN echo hello");
  expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT chat.example:${port}`]));
  for (const [name, value] of Object.entries(env).slice(1))
    expect(world.given()).toContain(`${name}=${value}`);
  expect(daemon.output()).not.toContain("s3cret");
  daemon.signal("SIGTERM");
  expect(await daemon.exit).toEqual({ code: 0, signal: null });
});

test("doctor names the proxy without its password, and the certificates", async () => {
  const { world, proxy, env } = await house();
  const doctor = world.start({ args: ["doctor"], env });
  const { code } = await doctor.exit;
  expect(doctor.output()).toContain(
    `✓ the server is reached through the proxy http://127.0.0.1:${proxy.port} (HTTPS_PROXY)`,
  );
  expect(doctor.output()).toContain(
    `✓ certificates of ${CERTIFICATE} are trusted as well (NODE_EXTRA_CA_CERTS)`,
  );
  expect(doctor.output()).toContain(`✓ Mattermost answers at ${env.MATTERMOST_URL}`);
  expect(doctor.output()).not.toMatch(/s3cret|✗/);
  expect(code).toBe(0);
});

test("without the certificate, or with a wrong password, doctor says which it is", async () => {
  const { world, proxy, env } = await house();
  const unknown = world.start({ args: ["doctor"], env: { ...env, NODE_EXTRA_CA_CERTS: "" } });
  const refused = world.start({
    args: ["doctor"],
    env: { ...env, HTTPS_PROXY: `http://alice:s3cret-but-wrong@127.0.0.1:${proxy.port}` },
  });
  expect([(await unknown.exit).code, (await refused.exit).code]).toEqual([1, 1]);
  expect(unknown.output()).toContain("self-signed certificate");
  expect(refused.output()).toContain(
    "wants a name and a password (HTTP 407): put the right ones into HTTPS_PROXY",
  );
  expect(refused.output()).not.toContain("s3cret");
});
