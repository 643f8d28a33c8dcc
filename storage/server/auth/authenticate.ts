import { S3Error } from "../errors";
import type { AccessKey } from "./access-keys";
import { canonicalRequest, parseTime, sameSignature, sign, signingKey, stringToSign, type Scope } from "./signature";

/** The keys that open the store, and the region that signatures must name. */
export type Keyring = { region: string; find(accessKeyId: string): AccessKey | null };

/** What of a request the signature speaks about. */
export type Signed = {
  method: string;
  path: string;
  query: readonly (readonly [string, string])[];
  header(name: string): string | undefined;
  headerNames: readonly string[];
};

/** How the body is to be checked. */
export type PayloadMode =
  | { kind: "unsigned" }
  | { kind: "sha256"; hex: string }
  | { kind: "chunked"; signed: ChunkSigning | null; trailer: boolean };

export type ChunkSigning = { key: Buffer; scope: Scope; time: string; seed: string };

export type Authenticated = { key: AccessKey; presigned: boolean; payload: PayloadMode };

const algorithm = "AWS4-HMAC-SHA256";
const maxSkewMs = 15 * 60 * 1000;
const maxExpiresSeconds = 7 * 24 * 3600;

/**
 * Lets a request pass that is signed with one of the keys, in its Authorization header or its query (presigned).
 * @throws S3Error AccessDenied, SignatureDoesNotMatch, … : every way of not being signed
 */
export function authenticate(request: Signed, keyring: Keyring, nowMs: number): Authenticated {
  const query = new Map(request.query);
  const authorization = request.header("authorization");
  if (authorization !== undefined) {
    if (query.has("X-Amz-Signature")) throw new S3Error("InvalidArgument", "Sign in the header or in the query, not in both.");
    return byHeader(request, authorization, keyring, nowMs);
  }
  if (query.has("X-Amz-Signature") || query.has("X-Amz-Algorithm")) return byQuery(request, query, keyring, nowMs);
  if (query.has("Signature") && query.has("AWSAccessKeyId")) throw new S3Error("InvalidRequest", sigV4Only);
  throw new S3Error("AccessDenied");
}

const sigV4Only = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";

/** Credential, SignedHeaders and Signature of an Authorization header, each said to be missing or malformed. */
function componentsOf(authorization: string): { credential: string; signedHeaders: string; signature: string } {
  const malformed = (what: string) => new S3Error("AuthorizationHeaderMalformed", `The authorization header is malformed; ${what}`);
  const [scheme = "", ...rest] = authorization.trim().split(/\s+/);
  if (scheme === "AWS") throw new S3Error("InvalidRequest", sigV4Only);
  if (scheme !== algorithm) {
    const single = authorization.trim().includes(" ");
    const words = single ? "Unsupported Authorization Type" : "Authorization header is invalid -- one and only one ' ' (space) required.";
    throw new S3Error("InvalidArgument", words, {}, { elements: { ArgumentName: "Authorization", ArgumentValue: authorization.slice(0, 100) } });
  }
  const components = rest.join("").split(",");
  if (components.length !== 3) throw malformed("the authorization header requires three components: Credential, SignedHeaders, and Signature.");
  const values = new Map<string, string>();
  for (const component of components) {
    const equals = component.indexOf("=");
    if (equals < 1 || equals === component.length - 1) throw malformed(`the authorization component ${JSON.stringify(component.slice(0, 200))} is malformed.`);
    values.set(component.slice(0, equals), component.slice(equals + 1));
  }
  const need = (name: string) => {
    const value = values.get(name);
    if (value === undefined) throw malformed(`missing ${name}.`);
    return value;
  };
  return { credential: need("Credential"), signedHeaders: need("SignedHeaders"), signature: need("Signature") };
}

function byHeader(request: Signed, authorization: string, keyring: Keyring, nowMs: number): Authenticated {
  const { credential, signedHeaders, signature } = componentsOf(authorization);
  const time = request.header("x-amz-date") ?? isoOf(request.header("date"));
  const timeMs = time ? parseTime(time) : null;
  if (!time || timeMs === null) throw new S3Error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header.");
  const { key, scope } = scopeOf(credential, time, keyring, "AuthorizationHeaderMalformed");
  if (Math.abs(nowMs - timeMs) > maxSkewMs) throw new S3Error("RequestTimeTooSkewed");
  const contentHash = request.header("x-amz-content-sha256");
  if (!contentHash) throw new S3Error("InvalidRequest", "The x-amz-content-sha256 header is missing.");
  return check(request, request.query, { key, time, scope, signedHeaders, signature, contentHash, presigned: false });
}

function byQuery(request: Signed, query: Map<string, string>, keyring: Keyring, nowMs: number): Authenticated {
  const malformed = (message: string) => new S3Error("AuthorizationQueryParametersError", message);
  if (query.size !== request.query.length) throw malformed("A query parameter stands there twice.");
  const need = (name: string): string => {
    const value = query.get(name);
    if (!value) throw malformed("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
    return value;
  };
  if (need("X-Amz-Algorithm") !== algorithm) throw malformed(`X-Amz-Algorithm only supports "${algorithm}"`);
  const time = need("X-Amz-Date");
  const timeMs = parseTime(time);
  if (timeMs === null) throw malformed("X-Amz-Date must look like 20260102T030405Z.");
  const expires = need("X-Amz-Expires");
  if (!/^-?\d{1,15}$/.test(expires)) throw malformed("X-Amz-Expires should be a number");
  if (Number(expires) < 0) throw malformed("X-Amz-Expires must be non-negative");
  if (Number(expires) < 1) throw malformed("X-Amz-Expires must be at least 1 second");
  if (Number(expires) > maxExpiresSeconds) throw malformed(`X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${maxExpiresSeconds} seconds`);
  const { key, scope } = scopeOf(need("X-Amz-Credential"), time, keyring, "AuthorizationQueryParametersError");
  if (timeMs - nowMs > maxSkewMs) throw new S3Error("AccessDenied", "This address is not valid yet; check both clocks.");
  if (nowMs > timeMs + Number(expires) * 1000) {
    const elements = { "X-Amz-Expires": expires, Expires: new Date(timeMs + Number(expires) * 1000).toISOString(), ServerTime: new Date(nowMs).toISOString() };
    throw new S3Error("AccessDenied", "Request has expired.", {}, { elements });
  }
  const contentHash = query.get("X-Amz-Content-Sha256") ?? request.header("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
  const signature = need("X-Amz-Signature");
  const signedHeaders = need("X-Amz-SignedHeaders");
  const rest = request.query.filter(([name]) => name !== "X-Amz-Signature");
  return check(request, rest, { key, time, scope, signedHeaders, signature, contentHash, presigned: true });
}

type Claim = { key: AccessKey; time: string; scope: Scope; signedHeaders: string; signature: string; contentHash: string; presigned: boolean };

function check(request: Signed, query: Signed["query"], claim: Claim): Authenticated {
  const names = claim.signedHeaders.split(";");
  if (!names.includes("host")) throw new S3Error("AccessDenied", "The host header must be signed.");
  // Else somebody who has a presigned address could add what its maker did not mean: metadata, a source to copy from.
  const unsigned = request.headerNames.filter((name) => name.startsWith("x-amz-") && !names.includes(name) && name !== "x-amz-content-sha256");
  if (unsigned.length > 0) throw new S3Error("AccessDenied", "There were headers present in the request which were not signed", {}, { elements: { HeadersNotSigned: unsigned.join(", ") } });
  const headers = names.map((name) => [name, request.header(name) ?? ""] as const);
  const canonical = canonicalRequest({ method: request.method, path: request.path, query, headers, payloadHash: claim.contentHash });
  const signing = signingKeyOf(claim.key, claim.scope);
  if (!sameSignature(sign(signing, stringToSign(claim.time, claim.scope, canonical)), claim.signature)) {
    throw new S3Error("SignatureDoesNotMatch", undefined, {}, { elements: { AWSAccessKeyId: claim.key.accessKeyId } });
  }
  return {
    key: claim.key,
    presigned: claim.presigned,
    payload: payloadMode(claim.contentHash, { key: signing, scope: claim.scope, time: claim.time, seed: claim.signature }),
  };
}

/** Of the day that each key was last used for: they take four of a request's five HMACs. */
const signingKeys = new WeakMap<AccessKey, { scope: Scope; signing: Buffer }>();

function signingKeyOf(key: AccessKey, scope: Scope): Buffer {
  const known = signingKeys.get(key);
  if (known?.scope.date === scope.date && known.scope.region === scope.region) return known.signing;
  const signing = signingKey(key.secretAccessKey, scope);
  signingKeys.set(key, { scope, signing });
  return signing;
}

function payloadMode(contentHash: string, signing: ChunkSigning): PayloadMode {
  switch (contentHash) {
    case "UNSIGNED-PAYLOAD":
      return { kind: "unsigned" };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { kind: "chunked", signed: null, trailer: true };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return { kind: "chunked", signed: signing, trailer: false };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { kind: "chunked", signed: signing, trailer: true };
  }
  if (/^[0-9a-f]{64}$/.test(contentHash)) return { kind: "sha256", hex: contentHash };
  if (contentHash.startsWith("STREAMING-")) throw new S3Error("NotImplemented", `${contentHash.slice(0, 60)} is not supported.`);
  throw new S3Error("InvalidArgument", "x-amz-content-sha256 must be a SHA-256 in hexadecimal, UNSIGNED-PAYLOAD or a STREAMING-… value.");
}

type Malformed = "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError";

/**
 * The key and scope that a credential names, which must be of this region and of the request's day.
 * @param time the request's, as 20260102T030405Z
 */
export function scopeOf(credential: string, time: string, keyring: Keyring, code: Malformed): { key: AccessKey; scope: Scope } {
  const malformed = (what: string, elements = {}) => new S3Error(code, `${code === "AuthorizationHeaderMalformed" ? "The authorization header is malformed" : "Error parsing the X-Amz-Credential parameter"}; ${what}`, {}, { elements });
  // An access key may itself hold slashes.
  const parts = credential.split("/");
  if (parts.length < 5) throw malformed('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".');
  const [date = "", region = "", service = "", end = ""] = parts.slice(-4);
  if (end !== "aws4_request") throw malformed(`incorrect terminal ${quoted(end)}. This endpoint uses "aws4_request".`);
  if (service !== "s3") throw malformed(`incorrect service ${quoted(service)}. This endpoint belongs to "s3".`);
  if (region !== keyring.region) throw malformed(`the region ${quoted(region)} is wrong; expecting "${keyring.region}"`, { Region: keyring.region });
  if (!/^\d{8}$/.test(date)) throw malformed(`incorrect date format ${quoted(date)}. This date in the credential must be in the format "yyyyMMdd".`);
  if (date !== time.slice(0, 8)) {
    const where = code === "AuthorizationHeaderMalformed" ? "The authorization header is malformed; i" : "I";
    throw new S3Error(code, `${where}nvalid credential date ${quoted(date)}. This date is not the same as X-Amz-Date: ${quoted(time.slice(0, 8))}.`);
  }
  const accessKeyId = parts.slice(0, -4).join("/");
  const key = keyring.find(accessKeyId);
  if (!key) throw new S3Error("InvalidAccessKeyId", undefined, {}, { elements: { AWSAccessKeyId: accessKeyId.slice(0, 128) } });
  return { key, scope: { date, region } };
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function isoOf(httpDate: string | undefined): string | undefined {
  const ms = Date.parse(httpDate ?? "");
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}
