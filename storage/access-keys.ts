import { hkdfSync, randomBytes } from "node:crypto";
import type { BucketAccess } from "#lib/domain/bucket-access";

/** One bucket that an access key reaches. */
export type BucketGrant = { bucket: string; access: BucketAccess };

/** An access key as the embedded store keeps it: everything but its secret, which is derived. */
export type StoreAccessKey = {
  accessKeyId: string;
  grants: BucketGrant[];
  expiresAtMs: number | null;
};

/** Bounds of what web may tell the store at once. */
export const maxAccessKeys = 10_000;
export const maxGrantsOfKey = 1_000;

const idPrefix = "LATHE";
const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const idRandomLetters = 15;
const idPattern = /^LATHE[A-Z2-7]{15}$/;

export function isAccessKeyId(text: string): boolean {
  return idPattern.test(text);
}

/** Never given twice: the secret follows from it. */
export function newAccessKeyId(): string {
  return idPrefix + Array.from(randomBytes(idRandomLetters), (byte) => idLetters[byte % idLetters.length]).join("");
}

/**
 * The secret of a key: 40 hexadecimal digits that follow from the store's root secret and the key's id. So it is kept
 * nowhere and sent nowhere, and a copy of the store's folder or of the database opens nothing. Another root secret
 * makes every key's secret another one.
 */
export function accessKeySecret(rootSecret: string, accessKeyId: string): string {
  return Buffer.from(hkdfSync("sha256", rootSecret, accessKeyId, "lathe object store access key 1", 20)).toString("hex");
}
