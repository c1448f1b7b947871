// Who gets past the sandbox's door when a browser may be knocking: one secret in the address opens page and API, and a
// browser that was sent here by another site is turned away. Knows nothing of what is behind the door.

import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What a request's head says; `url` is its path and query. */
type Head = Pick<IncomingMessage, "headers" | "url" | "method">;

export type Admission =
  /** Came by the secret address; `url` is what follows it, with its slash. */
  | { readonly kind: "visitor"; readonly url: string }
  /** A program that brings an account's own token, as the bridge and curl do. */
  | { readonly kind: "program" }
  | { readonly kind: "refused"; readonly why: string };

export interface Gate {
  /** The page's path, slashes included. */
  readonly path: string;
  /** The secret in it: 128 bits. */
  readonly secret: string;
  admit(head: Head): Admission;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

export function createGate(): Gate {
  const secret = randomBytes(16).toString("base64url");
  const path = `/${secret}/`;
  return {
    path,
    secret,
    admit({ headers, url = "/", method }) {
      // A name that somebody made point here (DNS rebinding) is in the Host header, whoever asks.
      if (!isLoopbackHost(headers.host)) return refused("This address is not the sandbox's own.");
      if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) {
        return refused("Another site's page has no business here.");
      }
      const site = headers["sec-fetch-site"];
      const isFollowedLink = headers["sec-fetch-mode"] === "navigate" && method === "GET";
      if (site !== undefined && site !== "same-origin" && site !== "none" && !isFollowedLink) {
        return refused("Another site's page has no business here.");
      }
      if (url.startsWith(path)) return { kind: "visitor", url: url.slice(path.length - 1) };
      const isBrowser = headers.origin !== undefined || site !== undefined || headers.cookie !== undefined;
      if (!isBrowser && headers.authorization !== undefined) return { kind: "program" };
      return refused(
        "Open the whole address that mm-claude printed: the part after the port opens the door.",
      );
    },
  };
}

const refused = (why: string): Admission => ({ kind: "refused", why });

function isLoopbackHost(host: string | undefined): boolean {
  return LOOPBACK.has((host ?? "").replace(/:\d+$/, ""));
}
