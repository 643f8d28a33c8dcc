import { S3Error } from "../errors";
import type { AccessKey } from "./access-keys";
import { canonicalRequest, parseTime, sameSignature, scopeText, sign, signingKey, stringToSign, type Scope } from "./signature";

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
  throw new S3Error("AccessDenied", "This request is not signed.");
}

function byHeader(request: Signed, authorization: string, keyring: Keyring, nowMs: number): Authenticated {
  const match = /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})\s*$/.exec(authorization);
  if (!match) throw new S3Error("AuthorizationHeaderMalformed", `Only ${algorithm} with Credential, SignedHeaders and Signature is understood.`);
  const time = request.header("x-amz-date") ?? isoOf(request.header("date"));
  const timeMs = time ? parseTime(time) : null;
  if (!time || timeMs === null) throw new S3Error("AccessDenied", "A signed request needs an x-amz-date header.");
  const { key, scope } = scopeOf(match[1]!, time, keyring, "AuthorizationHeaderMalformed");
  if (Math.abs(nowMs - timeMs) > maxSkewMs) throw new S3Error("RequestTimeTooSkewed");
  const contentHash = request.header("x-amz-content-sha256");
  if (!contentHash) throw new S3Error("InvalidRequest", "The x-amz-content-sha256 header is missing.");
  return check(request, request.query, { key, time, scope, signedHeaders: match[2]!, signature: match[3]!, contentHash, presigned: false });
}

function byQuery(request: Signed, query: Map<string, string>, keyring: Keyring, nowMs: number): Authenticated {
  const malformed = (message: string) => new S3Error("AuthorizationQueryParametersError", message);
  if (query.size !== request.query.length) throw malformed("A query parameter stands there twice.");
  const need = (name: string): string => {
    const value = query.get(name);
    if (!value) throw malformed(`The query parameter ${name} is missing.`);
    return value;
  };
  if (need("X-Amz-Algorithm") !== algorithm) throw malformed(`X-Amz-Algorithm must be ${algorithm}.`);
  const time = need("X-Amz-Date");
  const timeMs = parseTime(time);
  if (timeMs === null) throw malformed("X-Amz-Date must look like 20260102T030405Z.");
  const expires = need("X-Amz-Expires");
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > maxExpiresSeconds) {
    throw malformed(`X-Amz-Expires must be 1 to ${maxExpiresSeconds} seconds.`);
  }
  const { key, scope } = scopeOf(need("X-Amz-Credential"), time, keyring, "AuthorizationQueryParametersError");
  if (timeMs - nowMs > maxSkewMs) throw new S3Error("AccessDenied", "This address is not valid yet; check both clocks.");
  if (nowMs > timeMs + Number(expires) * 1000) throw new S3Error("AccessDenied", "Request has expired: ask for a new address.");
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
  const unsigned = request.headerNames.find((name) => name.startsWith("x-amz-") && !names.includes(name) && name !== "x-amz-content-sha256");
  if (unsigned) throw new S3Error("AccessDenied", `The header ${unsigned} is not signed.`);
  const headers = names.map((name) => [name, request.header(name) ?? ""] as const);
  const canonical = canonicalRequest({ method: request.method, path: request.path, query, headers, payloadHash: claim.contentHash });
  const signing = signingKey(claim.key.secretAccessKey, claim.scope);
  if (!sameSignature(sign(signing, stringToSign(claim.time, claim.scope, canonical)), claim.signature)) throw new S3Error("SignatureDoesNotMatch");
  return {
    key: claim.key,
    presigned: claim.presigned,
    payload: payloadMode(claim.contentHash, { key: signing, scope: claim.scope, time: claim.time, seed: claim.signature }),
  };
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

function scopeOf(credential: string, time: string, keyring: Keyring, malformed: "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError"): { key: AccessKey; scope: Scope } {
  // An access key may itself hold slashes.
  const parts = credential.split("/");
  const [date = "", region = "", service, end] = parts.slice(-4);
  if (parts.length < 5 || service !== "s3" || end !== "aws4_request") throw new S3Error(malformed, "The credential must be KEY/DATE/REGION/s3/aws4_request.");
  const key = keyring.find(parts.slice(0, -4).join("/"));
  if (!key) throw new S3Error("InvalidAccessKeyId");
  if (region !== keyring.region) throw new S3Error(malformed, `The region '${region}' is wrong; expecting '${keyring.region}'.`);
  if (date !== time.slice(0, 8)) throw new S3Error(malformed, `The credential's date must be that of the request, not of ${scopeText({ date, region })}.`);
  return { key, scope: { date, region } };
}

function isoOf(httpDate: string | undefined): string | undefined {
  const ms = Date.parse(httpDate ?? "");
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}
