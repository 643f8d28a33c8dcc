import { LatheError } from "#lib/domain/errors";
import { maxAccessKeys, type StoreAccessKey } from "./access-keys";
import { canonicalRequest, sha256Hex, sign, signingKey, stringToSign } from "./server/auth/signature";

export type StoreAccess = { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };

/** How web tells the embedded store of its keys. */
export type AccessKeysAdmin = {
  /** The keys that the store has now, and when each was last used since the store was started. */
  list(): Promise<{ revision: string; keys: (StoreAccessKey & { lastUsedAtMs: number | null })[] }>;
  /** Makes these the keys there are. Doing it again changes nothing. @throws LatheError `store_keys_moved_on`, `store_unreachable` */
  replace(revision: string, keys: readonly StoreAccessKey[]): Promise<void>;
};

const patienceMs = 10_000;

/** @param root the store's root key */
export function accessKeysAdmin(root: StoreAccess, now: () => number = Date.now): AccessKeysAdmin {
  return {
    list: async () => (await call(root, now(), "GET", "")) as Awaited<ReturnType<AccessKeysAdmin["list"]>>,
    replace: async (revision, keys) => {
      if (keys.length > maxAccessKeys) throw new Error(`the store holds at most ${maxAccessKeys} access keys`);
      await call(root, now(), "PUT", JSON.stringify({ revision, keys }));
    },
  };
}

async function call({ endpoint, region, accessKeyId, secretAccessKey }: StoreAccess, nowMs: number, method: string, body: string): Promise<unknown> {
  const url = new URL("/-lathe/access-keys", endpoint);
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = { date: time.slice(0, 8), region };
  const payloadHash = sha256Hex(body);
  const signed = { host: url.host, "x-amz-content-sha256": payloadHash, "x-amz-date": time };
  const canonical = canonicalRequest({ method, path: url.pathname, query: [], headers: Object.entries(signed), payloadHash });
  const signature = sign(signingKey(secretAccessKey, scope), stringToSign(time, scope, canonical));
  const { host: _, ...headers } = signed;
  const credential = `${accessKeyId}/${scope.date}/${region}/s3/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${Object.keys(signed).join(";")},Signature=${signature}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method, headers: { ...headers, authorization }, body: method === "GET" ? undefined : body, signal: AbortSignal.timeout(patienceMs) });
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
  if (response.ok) return JSON.parse(text);
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? String(response.status);
  if (code === "PreconditionFailed") {
    throw new LatheError({ code: "store_keys_moved_on", message: "The object store's access keys were changed meanwhile.", nextStep: "Try again.", status: 409 });
  }
  throw new LatheError({
    code: code === "InsufficientStorage" ? "store_full" : "store_keys_refused",
    message: `The object store did not take its access keys: ${/<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? code}`,
    nextStep: code === "InsufficientStorage" ? "Make room on the object store's disk, then try again." : "Look at the object store's log, then try again.",
    status: code === "InsufficientStorage" ? 507 : 502,
  });
}
