// The proxy that the environment names for a server (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY), and agents whose
// connections go through it. Loads no library where none is named. A name or password leaves this file only in the
// request to the proxy.

import type { Agent, AgentOptions } from "node:http";
import { createRequire } from "node:module";

export interface Proxy {
  /** `http://host:port`, without a name or password. */
  readonly address: string;
  /** Which variable names it. */
  readonly variable: string;
  /** The `Proxy-Authorization` header; undefined when the variable holds no name and no password. */
  readonly authorization: string | undefined;
}

/** A variable holds no address of a proxy: nothing can be reached before it is corrected. */
export class UnusableProxy extends Error {}

const TUNNEL_WITHIN_MS = 10_000;

const require = createRequire(import.meta.url);

/** The proxy that the process's own environment names for this http or https address. Throws UnusableProxy. */
export function proxyFor(url: string): Proxy | undefined {
  const { protocol, hostname } = new URL(url);
  const scheme = protocol.slice(0, -1);
  const variable = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, "all_proxy", "ALL_PROXY"].find(
    (name) => process.env[name],
  );
  // The sandbox, or a server on the same machine: no proxy could reach it.
  if (variable === undefined || isLoopback(hostname)) {
    return undefined;
  }
  const { getProxyForUrl } = require("proxy-from-env") as { getProxyForUrl(url: string): string };
  if (getProxyForUrl(url) === "") {
    return undefined;
  }
  const value = process.env[variable]?.trim() ?? "";
  const proxyUrl = parsed(value.includes("://") ? value : `http://${value}`);
  if (proxyUrl === undefined || !/^https?:$/.test(proxyUrl.protocol)) {
    throw new UnusableProxy(
      `${variable} holds no address of a proxy that can be used: ` +
        "set it to http://host:port, or to https://host:port for a proxy that speaks TLS",
    );
  }
  const name = `${unescaped(proxyUrl.username)}:${unescaped(proxyUrl.password)}`;
  return {
    address: proxyUrl.origin,
    variable,
    authorization: name === ":" ? undefined : `Basic ${Buffer.from(name).toString("base64")}`,
  };
}

/**
 * An agent for the server at `url`. It makes each connection by a tunnel through the proxy (CONNECT), also those that
 * are not encrypted, because a WebSocket needs a tunnel. Undefined where no proxy is named. Throws UnusableProxy.
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
    // How long to wait for the tunnel, and how long a connection may be idle afterwards.
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
  // The library's messages: this one for an answer other than a tunnel, `Proxy timeout` for no answer.
  const [, status] = /^Bad response: (\d+)$/.exec(message) ?? [];
  if (status === "407") {
    const remedy = `put the right ones into ${variable}, as http://name:password@host:port`;
    return new Error(`the proxy ${address} wants a name and a password (HTTP 407): ${remedy}`);
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

/** Unchanged where a `%` begins no escape. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
