// The proxy that the environment names for a server (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY), and agents whose
// connections go through it. Loads nothing for that where it names none. No name or password leaves this file but in the
// request to the proxy.

import type { Agent, AgentOptions } from "node:http";
import { createRequire } from "node:module";

export interface Proxy {
  /** `http://host:port`, without a name or password. */
  readonly address: string;
  /** Which variable names it. */
  readonly variable: string;
  /** What it wants to know of who asks; undefined when the variable holds no name and no password. */
  readonly authorization: string | undefined;
}

/** A variable holds what is no proxy's address: nothing can be reached before it is mended. */
export class UnusableProxy extends Error {}

const TUNNEL_WITHIN_MS = 10_000;

const require = createRequire(import.meta.url);

/** As the process's own environment has it for this http or https address. Throws UnusableProxy. */
export function proxyFor(url: string): Proxy | undefined {
  const { protocol, hostname } = new URL(url);
  const scheme = protocol.slice(0, -1);
  const variable = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, "all_proxy", "ALL_PROXY"].find(
    (name) => process.env[name],
  );
  // The sandbox and a server on the same machine are nowhere else to be found.
  if (variable === undefined || isLoopback(hostname)) {
    return undefined;
  }
  const { getProxyForUrl } = require("proxy-from-env") as { getProxyForUrl(url: string): string };
  if (getProxyForUrl(url) === "") {
    return undefined;
  }
  const value = process.env[variable]?.trim() ?? "";
  const given = parsed(value.includes("://") ? value : `http://${value}`);
  if (given === undefined || !/^https?:$/.test(given.protocol)) {
    throw new UnusableProxy(
      `${variable} holds no address of a proxy that can be used: ` +
        "set it to http://host:port, or to https://host:port for a proxy that speaks TLS",
    );
  }
  const name = `${unescaped(given.username)}:${unescaped(given.password)}`;
  return {
    address: given.origin,
    variable,
    authorization: name === ":" ? undefined : `Basic ${Buffer.from(name).toString("base64")}`,
  };
}

/**
 * An agent for the server at `url` that makes each connection by a tunnel through the proxy (CONNECT), also those that
 * are not encrypted: the WebSocket has no other way. Undefined where none is named. Throws UnusableProxy.
 */
export function proxyAgent(
  url: string,
  options: AgentOptions,
  tunnelWithinMs = TUNNEL_WITHIN_MS,
): Agent | undefined {
  const proxy = proxyFor(url);
  if (proxy === undefined) {
    return undefined;
  }
  const { HttpProxyAgent, HttpsProxyAgent } = require("hpagent") as typeof import("hpagent");
  const agent: Agent = new (/^https:/i.test(url) ? HttpsProxyAgent : HttpProxyAgent)({
    ...options,
    // For the tunnel to be there, and then for an idle connection.
    timeout: tunnelWithinMs,
    proxy: proxy.address,
    ...(proxy.authorization && {
      proxyRequestOptions: { headers: { "proxy-authorization": proxy.authorization } },
    }),
  });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (target, done) =>
    connect(target, (error, stream) => done?.(error && explained(error, proxy), stream));
  return agent;
}

function explained({ message }: Error, { address, variable }: Proxy): Error {
  // The library's words for an answer that is no tunnel, and for none.
  const [, status] = /^Bad response: (\d+)$/.exec(message) ?? [];
  if (status === "407") {
    const mend = `put the right ones into ${variable}, as http://name:password@host:port`;
    return new Error(`the proxy ${address} wants a name and a password (HTTP 407): ${mend}`);
  }
  if (status !== undefined) {
    return new Error(`the proxy ${address} makes no connection to it (HTTP ${status}, see ${variable})`);
  }
  const why = message === "Proxy timeout" ? "it does not answer" : message;
  return new Error(`the proxy ${address} can't be used (${why}, see ${variable})`);
}

function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** As it stands, where a `%` was meant as one. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
