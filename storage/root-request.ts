import { LatheError } from "#lib/domain/errors";
import { canonicalRequest, sha256Hex, sign, signingKey, stringToSign } from "./server/auth/signature";

export type StoreAccess = { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };

export type RootAnswer = { ok: true; text: string } | { ok: false; status: number; code: string; message: string };

const patienceMs = 10_000;

/**
 * One request about the store's own affairs (`/-lathe/…`), signed in its headers.
 * @param root the store's root key
 * @throws LatheError `store_unreachable`
 */
export async function requestAsRoot(root: StoreAccess, method: string, path: string, body = "", nowMs = Date.now()): Promise<RootAnswer> {
  const url = new URL(path, root.endpoint);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method, headers: signedHeaders(root, url, method, body, nowMs), body: body === "" ? undefined : body, signal: AbortSignal.timeout(patienceMs) });
    text = await response.text();
  } catch (cause) {
    throw new LatheError({
      code: "store_unreachable",
      message: `The object store at ${url.host} does not answer.`,
      nextStep: "Nothing was changed; try again in a moment. If it lasts, look at the store's log.",
      status: 503,
      cause,
    });
  }
  if (response.ok) return { ok: true, text };
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? String(response.status);
  return { ok: false, status: response.status, code, message: /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? code };
}

function signedHeaders({ region, accessKeyId, secretAccessKey }: StoreAccess, url: URL, method: string, body: string, nowMs: number): Record<string, string> {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = { date: time.slice(0, 8), region };
  const payloadHash = sha256Hex(body);
  const signed = { host: url.host, "x-amz-content-sha256": payloadHash, "x-amz-date": time };
  const canonical = canonicalRequest({ method, path: url.pathname, query: [], headers: Object.entries(signed), payloadHash });
  const signature = sign(signingKey(secretAccessKey, scope), stringToSign(time, scope, canonical));
  const { host: _, ...headers } = signed;
  const credential = `${accessKeyId}/${scope.date}/${region}/s3/aws4_request`;
  return { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${Object.keys(signed).join(";")},Signature=${signature}` };
}
