import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { canonicalRequest, sha256Hex, sign, signingKey, stringToSign } from "../server/auth/signature";
import type { TestStore } from "./test-store";

export type RawAnswer = { status: number; headers: IncomingHttpHeaders; text: string; code: string | undefined };

export type RawRequest = {
  method?: string;
  /** encoded, with its query: sent as it is, which fetch would not do */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
};

/** One plain HTTP request, unsigned. */
export function send(endpoint: string, { method = "GET", path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** One request signed in its headers, for what no SDK would send. */
export function sendSigned(store: TestStore, raw: RawRequest, options: { atMs?: number; contentHash?: string } = {}): Promise<RawAnswer> {
  const { host } = new URL(store.endpoint);
  const time = new Date(options.atMs ?? Date.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = { date: time.slice(0, 8), region: "us-east-1" };
  const payloadHash = options.contentHash ?? sha256Hex(raw.body ?? "");
  const lower = Object.fromEntries(Object.entries(raw.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const signed: Record<string, string> = { ...lower, host, "x-amz-content-sha256": payloadHash, "x-amz-date": time };
  const names = Object.keys(signed).sort();
  const [path = "", query = ""] = raw.path.split("?");
  const canonical = canonicalRequest({
    method: raw.method ?? "GET",
    path: decodeURIComponent(path),
    query: query.split("&").filter(Boolean).map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return [decodeURIComponent(name), decodeURIComponent(value)] as const;
    }),
    headers: names.map((name) => [name, signed[name]!] as const),
    payloadHash,
  });
  const signature = sign(signingKey(store.secretAccessKey, scope), stringToSign(time, scope, canonical));
  const authorization = `AWS4-HMAC-SHA256 Credential=${store.accessKeyId}/${scope.date}/${scope.region}/s3/aws4_request,SignedHeaders=${names.join(";")},Signature=${signature}`;
  return send(store.endpoint, { ...raw, headers: { ...signed, authorization } });
}
