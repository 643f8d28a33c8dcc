import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/**
 * AWS Signature Version 4: what is signed, and how. The names follow
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export type Scope = { date: string; region: string };

export function scopeText({ date, region }: Scope): string {
  return `${date}/${region}/s3/aws4_request`;
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

export const emptySha256 = sha256Hex("");

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

export function signingKey(secret: string, { date, region }: Scope): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), "s3"), "aws4_request");
}

export function sign(key: Buffer, text: string): string {
  return hmac(key, text).toString("hex");
}

/** Takes as long whatever the difference. */
export function sameSignature(a: string, b: string): boolean {
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
}

/** Percent-encodes all but A–Z a–z 0–9 - . _ ~ */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

export type Canonical = {
  method: string;
  /** decoded */
  path: string;
  /** decoded; without the signature itself */
  query: readonly (readonly [string, string])[];
  headers: readonly (readonly [string, string])[];
  payloadHash: string;
};

export function canonicalRequest({ method, path, query, headers, payloadHash }: Canonical): string {
  const encoded = query.map(([name, value]) => [uriEncode(name), uriEncode(value)] as const);
  encoded.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  return [
    method,
    path.split("/").map(uriEncode).join("/"),
    encoded.map((pair) => pair.join("=")).join("&"),
    ...headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}`),
    "",
    headers.map(([name]) => name).join(";"),
    payloadHash,
  ].join("\n");
}

export function stringToSign(time: string, scope: Scope, canonical: string): string {
  return ["AWS4-HMAC-SHA256", time, scopeText(scope), sha256Hex(canonical)].join("\n");
}

/** What a chunk of a signed aws-chunked body is signed over. */
export function chunkToSign(time: string, scope: Scope, previousSignature: string, chunkHash: string): string {
  return ["AWS4-HMAC-SHA256-PAYLOAD", time, scopeText(scope), previousSignature, emptySha256, chunkHash].join("\n");
}

export function trailerToSign(time: string, scope: Scope, previousSignature: string, trailer: string): string {
  return ["AWS4-HMAC-SHA256-TRAILER", time, scopeText(scope), previousSignature, sha256Hex(trailer)].join("\n");
}

/** "20261124T201500Z" → milliseconds since 1970, or null. */
export function parseTime(text: string): number | null {
  const m = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!m) return null;
  const ms = Date.parse(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}Z`);
  return Number.isNaN(ms) ? null : ms;
}
