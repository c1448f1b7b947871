// Puts the chat page in front of the sandbox's API: its files, the headers that keep it safe, and the gate before both.
// The page is a client like any other; nothing it can do is decided here.

import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Gate } from "./gate.ts";
import type { App } from "./server/routes/context.ts";

/** The page exists in built form only: beside the built server, and below its source. */
const BUILT_PAGE = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "dist/page/" : "page/", import.meta.url),
);

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Files under their path in the page, `vendor/…` included; small, so they stay in memory. */
function readPage(directory: string): Map<string, { readonly bytes: Uint8Array; readonly type: string }> {
  const files = new Map();
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    const type = TYPES[/\.m?(\w+)$/.exec(entry.name)?.[1] ?? ""];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(directory.length).replaceAll("\\", "/"), { bytes: readFileSync(path), type });
  }
  return files;
}

function safetyHeaders(host: string): Record<string, string> {
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob: data:",
      `connect-src 'self' ws://${host}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types mm-claude",
    ].join("; "),
    // The address is the key: it goes nowhere.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
  };
}

export interface PageServer {
  readonly mount: (app: App) => void;
  readonly allowUpgrade: (request: IncomingMessage) => boolean;
}

export function createPageServer(gate: Gate, directory: string = BUILT_PAGE): PageServer {
  const files = readPage(directory);
  const admitted = new WeakSet<IncomingMessage>();
  return {
    mount(app) {
      app.use(async (c, next) => {
        const { incoming } = c.env;
        if (admitted.has(incoming)) return next();
        const admission = gate.admit(incoming);
        switch (admission.kind) {
          case "refused":
            return c.text(`${admission.why}\n`, 403);
          case "program":
            return next();
          case "visitor":
            admitted.add(incoming);
        }
        const { pathname, search } = new URL(admission.url, "http://sandbox");
        if (pathname.startsWith("/api/")) {
          // The body is read from the connection itself, so the inner request needs none.
          const url = new URL(pathname + search, c.req.url);
          return app.fetch(new Request(url, { method: c.req.method, headers: c.req.raw.headers }), c.env);
        }
        const file = files.get(pathname === "/" ? "index.html" : pathname.slice(1));
        if (file === undefined || incoming.method !== "GET") return c.text("Not found\n", 404);
        const headers = { ...safetyHeaders(incoming.headers.host ?? ""), "Content-Type": file.type };
        return c.body(file.bytes as Uint8Array<ArrayBuffer>, 200, headers);
      });
    },
    allowUpgrade(request) {
      const admission = gate.admit(request);
      if (admission.kind === "visitor") request.url = admission.url;
      return admission.kind !== "refused";
    },
  };
}
