import type { AccessKeys } from "./auth/access-keys";
import { readAccessKeys } from "./auth/read-access-key";
import { S3Error } from "./errors";
import type { Answer, S3Request } from "./request";
import type { Scrubber } from "./upkeep/scrubber";

/** No bucket can be called so: the store's own affairs, for whoever holds the root key. */
export const adminBucket = "-lathe";
export const accessKeysPath = "access-keys";
/** POST begins a scrub unless one runs; GET tells of the one that runs or ran last, null before the first. */
export const scrubPath = "scrub";

const maxBodyBytes = 32 * 1024 * 1024;

/**
 * `GET /-lathe/access-keys`: the keys beside the root key, and their revision. `PUT /-lathe/access-keys` with
 * `{revision, keys}`: makes these the keys there are, unless somebody else changed them since. A request that was
 * recorded and is sent again is therefore refused: its revision is an old one.
 * @throws S3Error AccessDenied, PreconditionFailed, InvalidArgument
 */
export async function administer(keys: AccessKeys, scrubber: Scrubber, request: S3Request): Promise<Answer> {
  const { key, presigned, payload } = request.authenticated;
  if (key.grants !== null || presigned || payload.kind !== "sha256") throw new S3Error("AccessDenied", "This is for the root key alone, with the body signed in a header.");
  const name = `${request.message.method} ${request.target.key}`;
  if (name === `GET ${accessKeysPath}`) return { status: 200, body: JSON.stringify(keys.list()), headers: json };
  if (name === `PUT ${accessKeysPath}`) return replaceAccessKeys(keys, request);
  if (name === `POST ${scrubPath}`) return { status: 202, body: JSON.stringify(scrubber.start()), headers: json };
  if (name === `GET ${scrubPath}`) return { status: 200, body: JSON.stringify(scrubber.report), headers: json };
  throw new S3Error("MethodNotAllowed");
}

const json = { "content-type": "application/json" };

async function replaceAccessKeys(keys: AccessKeys, request: S3Request): Promise<Answer> {
  const { text } = await request.payload().text(maxBodyBytes);
  const { revision, wanted } = read(text);
  if (wanted.some(({ accessKeyId }) => accessKeyId === keys.root.accessKeyId)) throw new S3Error("InvalidArgument", "The root key is not one of these.");
  const next = await keys.replace(revision, wanted);
  if (next === null) throw new S3Error("PreconditionFailed", "The access keys were changed meanwhile: read them again.");
  return { status: 200, body: JSON.stringify({ revision: next }), headers: json };
}

function read(text: string) {
  try {
    const { revision, keys } = JSON.parse(text) as { revision?: unknown; keys?: unknown };
    if (typeof revision !== "string") throw new Error("revision is missing");
    return { revision, wanted: readAccessKeys(keys) };
  } catch (cause) {
    throw new S3Error("InvalidArgument", `The access keys cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {}, { cause });
  }
}
