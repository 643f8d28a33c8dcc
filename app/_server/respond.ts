import type { ServerResponse } from "node:http";
import type { LatheError } from "#lib/domain/errors";

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, "application/json; charset=utf-8", Buffer.from(JSON.stringify(body)));
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, "text/plain; charset=utf-8", Buffer.from(text));
}

/** Nothing that needs an authorisation is kept by a cache, unless the caller has said otherwise before. */
export function send(response: ServerResponse, status: number, contentType: string, body: Buffer): void {
  if (response.headersSent || response.destroyed) return;
  if (!response.hasHeader("cache-control")) response.setHeader("cache-control", "no-store");
  response.writeHead(status, { "content-type": contentType, "content-length": body.length });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

export function sendProblem(response: ServerResponse, problem: LatheError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (problem.status === 401) response.setHeader("www-authenticate", "Bearer");
  if (problem.status === 503) response.setHeader("retry-after", "2");
  // The rest of a body that was refused is not read: the connection ends with this answer.
  if (problem.status === 413) response.setHeader("connection", "close");
  sendJson(response, problem.status, { error: problem.toJSON() });
}

export function redirect(response: ServerResponse, location: string): void {
  response.setHeader("cache-control", "no-store");
  response.writeHead(303, { location });
  response.end();
}
