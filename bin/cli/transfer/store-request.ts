import http from "node:http";
import https from "node:https";
import { pipeline } from "node:stream/promises";
import { parallelFiles } from "./result";
import { StoreAnswer } from "./retry";

/** A connection without a byte for so long is broken: routers forget silently. */
const idleMs = 60_000;
/** Node's own client, not `fetch`: for small files `fetch` costs more than all the rest. */
const keptOpen = { keepAlive: true, maxSockets: parallelFiles };
const plain = new http.Agent(keptOpen);
const encrypted = new https.Agent(keptOpen);

export type StoreRequest = { method: "GET" | "PUT"; headers?: Record<string, string>; body?: Buffer | AsyncIterable<Buffer> };

/**
 * One request by a presigned address.
 * @throws StoreAnswer unless the answer is a success; its body is then read to the end
 */
export async function askStore(url: string, { method, headers, body }: StoreRequest): Promise<http.IncomingMessage> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const secure = url.startsWith("https:");
    const request = (secure ? https : http).request(url, { method, headers, agent: secure ? encrypted : plain, timeout: idleMs });
    request.once("timeout", () => request.destroy(Object.assign(new Error("no byte for a minute"), { code: "ETIMEDOUT" })));
    request.once("error", reject);
    request.once("response", resolve);
    if (body === undefined || Buffer.isBuffer(body)) request.end(body);
    else pipeline(body, request).catch(reject);
  });
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return response;
  throw answerOf(status, response.statusMessage ?? "", (await wholeBody(response, 64 * 1024)).toString().slice(0, 4096));
}

/** @throws Error when there are more bytes than that */
export async function wholeBody(response: http.IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) throw new Error("the object store's answer is longer than it said");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The code and message out of S3's XML error, for a person. */
function answerOf(status: number, statusText: string, text: string): StoreAnswer {
  const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? statusText;
  const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? String(status);
  return new StoreAnswer(status, code, `the object store answered ${code}: ${message}`);
}
