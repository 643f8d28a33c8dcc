import { bucketAccesses } from "#lib/domain/bucket-access";
import { isAccessKeyId, maxAccessKeys, maxGrantsOfKey, type BucketGrant, type StoreAccessKey } from "../../access-keys";
import { bucketNameProblem } from "../../keys";

/** Out of JSON that came from outside or from disk, with nothing in it that we do not know. @throws Error saying what is wrong */
export function readAccessKey(value: unknown): StoreAccessKey {
  const { accessKeyId, grants, expiresAtMs } = object(value);
  if (typeof accessKeyId !== "string" || !isAccessKeyId(accessKeyId)) throw new Error("an access key id is missing or malformed");
  if (!Array.isArray(grants) || grants.length > maxGrantsOfKey) throw new Error(`${accessKeyId}: grants must be a list of at most ${maxGrantsOfKey}`);
  if (expiresAtMs !== null && !Number.isSafeInteger(expiresAtMs)) throw new Error(`${accessKeyId}: expiresAtMs must be a time or null`);
  const read = grants.map((grant) => readGrant(accessKeyId, grant));
  if (new Set(read.map(({ bucket }) => bucket)).size !== read.length) throw new Error(`${accessKeyId}: a bucket stands there twice`);
  return { accessKeyId, grants: read, expiresAtMs: expiresAtMs as number | null };
}

/** @throws Error */
export function readAccessKeys(value: unknown): StoreAccessKey[] {
  if (!Array.isArray(value) || value.length > maxAccessKeys) throw new Error(`keys must be a list of at most ${maxAccessKeys}`);
  const keys = value.map(readAccessKey);
  if (new Set(keys.map(({ accessKeyId }) => accessKeyId)).size !== keys.length) throw new Error("a key stands there twice");
  return keys;
}

function readGrant(accessKeyId: string, value: unknown): BucketGrant {
  const { bucket, access } = object(value);
  if (typeof bucket !== "string" || bucketNameProblem(bucket)) throw new Error(`${accessKeyId}: a bucket's name is missing or malformed`);
  const known = bucketAccesses.find((one) => one === access);
  if (!known) throw new Error(`${accessKeyId}: access to ${bucket} must be ${bucketAccesses.join(" or ")}`);
  return { bucket, access: known };
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("an object is missing");
  return value as Record<string, unknown>;
}
