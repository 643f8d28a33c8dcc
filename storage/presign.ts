import { createHash, createHmac } from "node:crypto";

/** What a presigned address stands for. Headers are signed beside `host`; their names are lower case. */
export type PresignRequest = {
  method: "GET" | "PUT";
  bucket: string;
  key: string;
  headers?: Record<string, string>;
  query?: Record<string, string | undefined>;
  expiresInSeconds: number;
};

type Signer = { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };

/**
 * Signature version 4 in the address, path style. A copy of 100,000 files needs as many addresses, and the SDK's presigner
 * takes a millisecond for each: it runs its whole stack of middleware.
 * @returns a function from a request to its address
 */
export function presigner({ endpoint, region, accessKeyId, secretAccessKey }: Signer): (request: PresignRequest, at?: Date) => string {
  const base = new URL(endpoint);
  const folder = base.pathname.replace(/\/+$/, "");
  let derived: { day: string; key: Buffer } = { day: "", key: Buffer.alloc(0) };

  const signingKey = (day: string): Buffer => {
    if (derived.day !== day) {
      const ofDay = hmac(`AWS4${secretAccessKey}`, day);
      derived = { day, key: hmac(hmac(hmac(ofDay, region), "s3"), "aws4_request") };
    }
    return derived.key;
  };

  return ({ method, bucket, key, headers = {}, query = {}, expiresInSeconds }, at = new Date()) => {
    const time = at.toISOString().replace(/[-:]|\.\d+/g, "");
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/s3/aws4_request`;
    const signed = Object.entries({ ...headers, host: base.host }).sort(([a], [b]) => (a < b ? -1 : 1));
    const signedNames = signed.map(([name]) => name).join(";");
    const pairs: Record<string, string | undefined> = {
      ...query,
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
      "X-Amz-Credential": `${accessKeyId}/${scope}`,
      "X-Amz-Date": time,
      "X-Amz-Expires": String(expiresInSeconds),
      "X-Amz-SignedHeaders": signedNames,
    };
    const asked = Object.entries(pairs)
      .filter((pair): pair is [string, string] => pair[1] !== undefined)
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join("&");
    const place = `${folder}/${encode(bucket)}/${key.split("/").map(encode).join("/")}`;
    const lines = signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}\n`).join("");
    const canonical = [method, place, asked, lines, signedNames, "UNSIGNED-PAYLOAD"].join("\n");
    const toSign = ["AWS4-HMAC-SHA256", time, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
    const signature = hmac(signingKey(day), toSign).toString("hex");
    return `${base.protocol}//${base.host}${place}?${asked}&X-Amz-Signature=${signature}`;
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** RFC 3986, as the signature wants it: `encodeURIComponent` leaves five characters too many. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
