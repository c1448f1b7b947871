// What the newest version of a package is, if the npm registry says so soon. It is a courtesy: silence is no failure.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport, type Transport } from "../../mattermost/transport.ts";
import type { RunCommand } from "../../util/run-command.ts";
import { withoutEnd } from "../../util/without-end.ts";

/** Undefined when the registry doesn't answer. */
export type NewestVersion = (packageName: string) => Promise<string | undefined>;

const WITHIN_MS = 2000;
const MOST_BYTES = 1024 * 1024;

/** Where packages come from on this machine, as npm has it; undefined when it doesn't say. */
export async function npmRegistry(
  environment: NodeJS.ProcessEnv,
  run: RunCommand,
  withinMs = WITHIN_MS,
): Promise<string | undefined> {
  const given = environment["npm_config_registry"]?.trim();
  if (given) return given;
  // It makes its cache, and a log in it, whatever it is asked (seen with 11.19).
  const cache = await mkdtemp(join(tmpdir(), "mm-claude-npm-")).catch(() => undefined);
  if (cache === undefined) return undefined;
  try {
    const args = ["config", "get", "registry", "--logs-max=0", `--cache=${cache}`];
    const { code, output } = await run("npm", args, { timeoutMs: withinMs });
    return code === 0 ? output.trim() : undefined;
  } finally {
    await rm(cache, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

/** `registry`: its address. */
export function newestVersion(
  registry: Promise<string | undefined>,
  transport: Transport = createTransport(),
  withinMs = WITHIN_MS,
): NewestVersion {
  return async (packageName) => {
    try {
      const base = await registry;
      if (base === undefined) return undefined;
      const url = `${withoutEnd(base, "/")}/${packageName.replace("/", "%2f")}/latest`;
      const headers = { Accept: "application/json" };
      const signal = AbortSignal.timeout(withinMs);
      const reply = await transport({ url, method: "GET", headers, body: undefined, signal });
      const text = reply.status === 200 ? await textOf(reply.body) : undefined;
      if (text === undefined) {
        reply.cancel();
        return undefined;
      }
      return versionIn(JSON.parse(text));
    } catch {
      return undefined;
    }
  };
}

/** Undefined when it is longer than such an answer. */
async function textOf(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > MOST_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

const VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}$/;

/** Only a plain version: nobody is sent to a preview, and what is shown is nobody's free text. */
function versionIn(answer: unknown): string | undefined {
  const version =
    typeof answer === "object" && answer !== null && "version" in answer ? answer.version : undefined;
  return typeof version === "string" && VERSION.test(version) ? version : undefined;
}

/** False when one of them is not known. A preview of a version is older than that version. */
export function newerThan(current: string, newest: string | undefined): newest is string {
  if (newest === undefined || !/^\d+\.\d+\.\d+/.test(current)) return false;
  const [plain = "", preview] = current.split(/[-+]/, 2);
  const numbers = (version: string) => version.split(".").map(Number);
  const [is, might] = [numbers(plain), numbers(newest)];
  const at = might.findIndex((number, index) => number !== is[index]);
  return at < 0 ? preview !== undefined && current.includes("-") : (might[at] ?? 0) > (is[at] ?? 0);
}
