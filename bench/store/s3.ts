import { createHash, createHmac } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";

/** A client as lean as one can be, so that what is measured is the store: kept connections, bodies not hashed. */
export type Server = { endpoint: string; accessKeyId: string; secretAccessKey: string };
export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer };

const region = "us-east-1";
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const keys = new Map<string, Buffer>();

function signingKey(secret: string, date: string): Buffer {
  const name = `${secret} ${date}`;
  const known = keys.get(name) ?? ["s3", "aws4_request"].reduce(hmac, hmac(hmac(`AWS4${secret}`, date), region));
  keys.set(name, known);
  return known;
}

/** @param path encoded; @param query encoded and in order, "" for none */
export function send(server: Server, method: string, path: string, query = "", body: Buffer | string = ""): Promise<Answer> {
  const { hostname, port, host } = new URL(server.endpoint);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const date = time.slice(0, 8);
  const headers: Record<string, string> = { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-date": time };
  const names = Object.keys(headers).join(";");
  const canonical = [method, path, query, ...Object.entries(headers).map(([name, value]) => `${name}:${value}`), "", names, "UNSIGNED-PAYLOAD"].join("\n");
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  const signature = hmac(signingKey(server.secretAccessKey, date), toSign).toString("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${server.accessKeyId}/${scope},SignedHeaders=${names},Signature=${signature}`;
  headers["content-length"] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path: query ? `${path}?${query}` : path, headers, agent }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const answer = { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) };
        if (answer.status < 300) resolve(answer);
        else reject(new Error(`${method} ${path} answered ${answer.status}: ${answer.body.toString().slice(0, 300)}`));
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Runs `act` for 0, 1, 2 … with so many at a time, until `done` says so. @returns how often it ran */
export async function together(atOnce: number, done: (i: number) => boolean, act: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (!done(next)) await act(next++);
    }),
  );
  return next;
}
