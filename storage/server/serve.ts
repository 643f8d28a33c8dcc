import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { authenticate, type Credentials } from "./auth/authenticate";
import type { StoreFolder } from "./disk/store";
import { S3Error } from "./errors";
import { corsHeaders, preflight } from "./operations/cors";
import { refuseUnsupported } from "./operations/words";
import { parseTarget, S3Request, type Answer, type Target } from "./request";
import { route } from "./route";
import { readBytes, sendBytes } from "./send";
import { xmlError } from "./xml";

export type ServeOptions = {
  store: StoreFolder;
  credentials: Credentials;
  corsOrigins: readonly string[];
  now: () => number;
  log: (line: string) => void;
};

/** What is still read of a refused request's body, so that a client that sends before it listens hears the answer. */
const drainBytes = 64 * 1024 * 1024;
const drainMs = 5_000;

/** Handles one request from its first header to its last byte. Never throws. */
export async function serve(options: ServeOptions, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = randomBytes(8).toString("hex").toUpperCase();
  response.setHeader("x-amz-request-id", id);
  response.setHeader("server", "Lathe");
  let target: Target | null = null;
  try {
    target = parseTarget(message.url ?? "");
    const answer = await answerTo(options, message, response, target);
    await send(options.store, message, response, answer);
  } catch (error) {
    if (message.destroyed && !message.complete) return;
    const known = error instanceof S3Error ? error : new S3Error("InternalError");
    if (!(error instanceof S3Error) || error.cause !== undefined && error.status >= 500) {
      options.log(`${id} ${message.method ?? ""} ${target?.bucket ?? ""}: ${String(error instanceof Error ? (error.cause ?? error.stack) : error)}`);
    }
    if (response.headersSent) response.destroy();
    else sendError(message, response, known, target, id);
  }
}

async function answerTo(options: ServeOptions, message: IncomingMessage, response: ServerResponse, target: Target): Promise<Answer> {
  const { store, credentials, corsOrigins, now } = options;
  if (message.method === "OPTIONS") return { status: 200, headers: preflight(store, target.bucket, corsOrigins, message) };
  for (const [name, value] of Object.entries(corsHeaders(store, target.bucket, corsOrigins, message))) response.setHeader(name, value);
  const authenticated = authenticate(
    {
      method: message.method ?? "",
      path: target.path,
      query: target.query,
      header: (name) => {
        const value = message.headers[name];
        return Array.isArray(value) ? value.join(",") : value;
      },
      headerNames: Object.keys(message.headers),
    },
    credentials,
    now(),
  );
  const request = new S3Request(message, target, authenticated, bodyOf(message, response));
  if (message.method !== "GET" && message.method !== "HEAD") refuseUnsupported(request);
  return route({ store, region: credentials.region, now }, request);
}

/** The raw body, asked for only when somebody begins to read it. */
async function* bodyOf(message: IncomingMessage, response: ServerResponse): AsyncGenerator<Buffer> {
  if (message.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
  yield* message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

async function send(store: StoreFolder, message: IncomingMessage, response: ServerResponse, { status, headers = {}, body }: Answer): Promise<void> {
  letGo(message, response);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (typeof body === "object") {
    const held = store.blobs.hold(body.blobs);
    try {
      await sendBytes(response, readBytes(store.blobs, body));
    } finally {
      held.release();
    }
    return;
  }
  if (typeof body === "string") response.setHeader("content-type", "application/xml");
  if (message.method !== "HEAD" && status !== 204) response.setHeader("content-length", Buffer.byteLength(body ?? ""));
  response.end(body);
}

function sendError(message: IncomingMessage, response: ServerResponse, error: S3Error, target: Target | null, id: string): void {
  letGo(message, response);
  // Headers of the answer that was on its way are not this one's.
  for (const name of response.getHeaderNames()) if (!/^(x-amz-request-id|server|connection|vary|access-control-.*)$/.test(name)) response.removeHeader(name);
  response.statusCode = error.status;
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  if (message.method === "HEAD" || error.status === 304) {
    response.end();
    return;
  }
  const resource = target?.path;
  const body = xmlError({ Code: error.code, Message: error.message, Resource: resource, RequestId: id });
  response.setHeader("content-type", "application/xml");
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}

/**
 * An answer that comes before the body was read: the rest is thrown away up to a bound, and the connection is not used
 * again, since nobody knows where the next request would begin.
 */
function letGo(message: IncomingMessage, response: ServerResponse): void {
  if (message.complete || (message.headers["content-length"] ?? "0") === "0" && message.headers["transfer-encoding"] === undefined) return;
  response.setHeader("connection", "close");
  // A client that waits for "continue" sends nothing when it hears of the refusal instead.
  let rest = drainBytes;
  const timer = setTimeout(() => message.destroy(), drainMs);
  message.on("data", (bytes: Buffer) => {
    rest -= bytes.length;
    if (rest < 0) message.destroy();
  });
  message.on("close", () => clearTimeout(timer));
}
