import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Config } from "./config";

/** On every answer. */
export function setSecurityHeaders(response: ServerResponse, config: Config): void {
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("referrer-policy", "same-origin");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("permissions-policy", "camera=(), microphone=(), geolocation=()");
  // Nothing but pages needs more, and pages say so themselves.
  response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  if (config.url.startsWith("https:")) response.setHeader("strict-transport-security", "max-age=31536000");
}

/**
 * A page may run our own scripts only; Next finds the nonce for its inline ones in the request's header. Styles may be
 * inline, because React and the charts set them so.
 */
export function setPagePolicy(request: IncomingMessage, response: ServerResponse, config: Config): void {
  const nonce = randomBytes(16).toString("base64");
  const store = new URL(config.s3.publicEndpoint).origin;
  const sockets = socketOrigins(request.headers.host, config.url);
  const policy = [
    "default-src 'self'",
    // WebAssembly: the checksums of uploads.
    `script-src 'self' 'nonce-${nonce}' 'wasm-unsafe-eval'${config.dev ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' blob: data: ${store}`,
    "font-src 'self'",
    `connect-src 'self' ${store} ${sockets.join(" ")}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  request.headers["content-security-policy"] = policy;
  response.setHeader("content-security-policy", policy);
}

/** Some browsers do not take 'self' for ws: and wss:. A host that is not well formed is not repeated. */
function socketOrigins(host: string | undefined, ownUrl: string): string[] {
  const own = new URL(ownUrl).host;
  const hosts = new Set([own, ...(host && /^[A-Za-z0-9.-]+(:\d+)?$|^\[[0-9a-f:]+\](:\d+)?$/.test(host) ? [host] : [])]);
  const scheme = ownUrl.startsWith("https:") ? "wss" : "ws";
  return [...hosts].map((name) => `${scheme}://${name}`);
}
