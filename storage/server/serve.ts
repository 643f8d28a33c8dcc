import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { adminBucket, administer } from "./admin";
import type { AccessKeys } from "./auth/access-keys";
import { authenticate } from "./auth/authenticate";
import { authorise } from "./auth/authorise";
import type { StoreFolder } from "./disk/store";
import { S3Error } from "./errors";
import { corsHeaders, preflight } from "./operations/cors";
import { postObject, readPostForm } from "./operations/post-object";
import { refuseOtherOwner, refuseUnsupported } from "./operations/words";
import { headerOf, parseTarget, S3Request, type Answer, type Target } from "./request";
import { route } from "./route";
import { readBytes, sendBytes } from "./send";
import type { Scrubber } from "./upkeep/scrubber";
import { xmlError } from "./xml";

export type ServeOptions = {
  store: StoreFolder;
  keys: AccessKeys;
  scrubber: Scrubber;
  region: string;
  corsOrigins: readonly string[];
  now: () => number;
  log: (line: string) => void;
};

/** What is still read of a refused request's body, so that a client that sends before it listens hears the answer. */
const drainBytes = 64 * 1024 * 1024;
const drainMs = 5_000;

/** Handles one request from its first header to its last byte. Never throws. */
export async function serve(options: ServeOptions, message: IncomingMessage, response: ServerResponse): Promise<void> {
  // Unlike randomBytes, it draws from the system for many at once.
  const id = randomUUID().replaceAll("-", "").slice(-16).toUpperCase();
  response.setHeader("x-amz-request-id", id);
  response.setHeader("server", "Lathe");
  let target: Target | null = null;
  try {
    target = parseTarget(message.url ?? "");
    await send(options.store, message, response, await answerTo(options, message, response, target));
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

type Allowed = { answer: Answer; /** throws when the key may no longer have it */ stillAllowed: () => void };

async function answerTo(options: ServeOptions, message: IncomingMessage, response: ServerResponse, target: Target): Promise<Allowed> {
  const { store, keys, region, corsOrigins, now } = options;
  if (message.method === "POST" && target.bucket === null) throw new S3Error("MethodNotAllowed");
  if (message.method === "OPTIONS") return { answer: { status: 200, headers: preflight(store, target.bucket, corsOrigins, message) }, stillAllowed: () => {} };
  for (const [name, value] of Object.entries(corsHeaders(store, target.bucket, corsOrigins, message))) response.setHeader(name, value);
  if (isForm(message, target)) return postForm(options, message, response, target);
  const authenticated = authenticate(
    {
      method: message.method ?? "",
      path: target.path,
      query: target.query,
      header: (name) => headerOf(message, name),
      headerNames: Object.keys(message.headers),
    },
    { region, find: (accessKeyId) => keys.find(accessKeyId) },
    now(),
  );
  keys.used(authenticated.key);
  const request: S3Request = new S3Request(message, target, authenticated, bodyOf(message, response, () => stillAllowed()));
  const stillAllowed = judgement(keys, request);
  stillAllowed();
  if (target.bucket === adminBucket) return { answer: await administer(keys, options.scrubber, request), stillAllowed };
  refuseOtherOwner(request);
  if (message.method !== "GET" && message.method !== "HEAD") refuseUnsupported(request);
  return { answer: await route({ store, region, now }, request), stillAllowed };
}

/** A browser's form: it carries its signature inside. */
function isForm({ method, headers }: IncomingMessage, { bucket, key, query }: Target): boolean {
  return method === "POST" && bucket !== null && bucket !== adminBucket && key === null && query.length === 0 && headers.authorization === undefined;
}

async function postForm(options: ServeOptions, message: IncomingMessage, response: ServerResponse, target: Target): Promise<Allowed> {
  const { store, keys, region, now } = options;
  const stillAllowed = (accessKeyId: string) => {
    const key = keys.find(accessKeyId);
    if (!key) throw new S3Error("InvalidAccessKeyId");
    authorise(key, { method: "POST", bucket: target.bucket, key: null, words: new Set(), copySource: undefined });
    return key;
  };
  const keyring = { region, find: (accessKeyId: string) => keys.find(accessKeyId) };
  const source = bodyOf(message, response, () => {});
  const form = await readPostForm(message, source, keyring, target.bucket!, now());
  const key = stillAllowed(form.key.accessKeyId);
  keys.used(key);
  const check = () => void stillAllowed(key.accessKeyId);
  return { answer: await postObject({ store, region, now }, message, target, form, check), stillAllowed: check };
}

/**
 * Throws unless the request's key may make it. Asked again as bytes come and go: a key that is revoked meanwhile neither
 * finishes its upload nor reads on.
 */
function judgement(keys: AccessKeys, request: S3Request): () => void {
  const { message, target, authenticated } = request;
  const asked = {
    method: message.method ?? "",
    bucket: target.bucket,
    key: target.key,
    words: new Set(request.query.keys()),
    copySource: request.header("x-amz-copy-source"),
  };
  return () => {
    const key = keys.find(authenticated.key.accessKeyId);
    if (!key) throw new S3Error("InvalidAccessKeyId");
    authorise(key, asked);
  };
}

/** The raw body, asked for only when somebody begins to read it. */
async function* bodyOf(message: IncomingMessage, response: ServerResponse, check: () => void): AsyncGenerator<Buffer> {
  if (message.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
  yield* checked(message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>, check);
}

async function* checked(source: AsyncIterable<Buffer>, check: () => void): AsyncGenerator<Buffer> {
  for await (const bytes of source) {
    check();
    yield bytes;
  }
  check();
}

async function send(store: StoreFolder, message: IncomingMessage, response: ServerResponse, { answer, stillAllowed }: Allowed): Promise<void> {
  const { status, headers = {}, body } = answer;
  letGo(message, response);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (typeof body === "object") {
    const held = store.blobs.hold(body.blobs);
    try {
      await sendBytes(response, checked(readBytes(store.blobs, body), stillAllowed));
    } finally {
      held.release();
    }
    return;
  }
  if (typeof body === "string" && !response.hasHeader("content-type")) response.setHeader("content-type", "application/xml");
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
  const body = xmlError({ ...error.words, Resource: resource, RequestId: id });
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
