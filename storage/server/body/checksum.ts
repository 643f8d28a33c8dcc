import { createHash } from "node:crypto";
import type { Checksum, ChecksumAlgorithm } from "../entries";
import { S3Error } from "../errors";
import { combineCrc32, combineCrc64Nvme, crc32, crc32c, runningCrc32, runningCrc64Nvme } from "./crc";

/** Bytes of each digest. */
const digestBytes: Record<ChecksumAlgorithm, number> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };
const algorithms = Object.keys(digestBytes) as ChecksumAlgorithm[];

const prefix = "x-amz-checksum-";
/** headers that begin like a checksum's but are about one */
const notChecksums = new Set([`${prefix}algorithm`, `${prefix}mode`, `${prefix}type`]);

/** Whether a header holds a checksum. @param name in lower case */
export function isChecksum(name: string): boolean {
  return name.startsWith(prefix) && !notChecksums.has(name);
}

export type RunningDigest = { update(bytes: Uint8Array): unknown; digest(): Buffer };

export function runningChecksum(algorithm: ChecksumAlgorithm): RunningDigest {
  switch (algorithm) {
    case "CRC32":
      return runningCrc32(crc32);
    case "CRC32C":
      return runningCrc32(crc32c);
    case "CRC64NVME":
      return runningCrc64Nvme();
    default: {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => hash.update(bytes), digest: () => hash.digest() };
    }
  }
}

/** @throws S3Error NotImplemented for one we do not know */
export function algorithmOf(name: string): ChecksumAlgorithm {
  const algorithm = algorithms.find((one) => one === name.toUpperCase());
  if (!algorithm) throw new S3Error("NotImplemented", `The checksum ${name} is not supported; use one of ${algorithms.join(", ")}.`);
  return algorithm;
}

/** One that a header names for what is still to be computed. @throws S3Error InvalidRequest */
export function namedAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  if (algorithms.includes(name.toUpperCase() as ChecksumAlgorithm)) return algorithmOf(name);
  throw new S3Error("InvalidRequest", `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${algorithms.join(", ")}]`);
}

/**
 * The checksum a request brings in its headers or announces for its trailer.
 * @param value null when it comes in the trailer
 */
export function announcedChecksum(
  names: Iterable<string>,
  header: (name: string) => string | undefined,
): { algorithm: ChecksumAlgorithm; value: string | null } | null {
  const found = [...names].filter(isChecksum);
  const trailer = header("x-amz-trailer")?.trim().toLowerCase();
  if (trailer && !trailer.startsWith(prefix)) throw new S3Error("InvalidRequest", `The trailer ${trailer} is not supported.`);
  if (found.length + (trailer ? 1 : 0) > 1) throw new S3Error("InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  const name = found[0] ?? trailer;
  if (!name) return null;
  const algorithm = algorithmOf(name.slice(prefix.length));
  const named = header("x-amz-sdk-checksum-algorithm");
  if (named !== undefined && named.toUpperCase() !== algorithm) throw new S3Error("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.");
  const value = found[0] ? header(name)! : null;
  if (value !== null) checkForm(algorithm, value);
  return { algorithm, value };
}

/** Whether a text is a digest of the algorithm's length in base64. */
export function hasForm(algorithm: ChecksumAlgorithm, value: string): boolean {
  const bytes = Buffer.from(value, "base64");
  return bytes.length === digestBytes[algorithm] && bytes.toString("base64") === value;
}

/** @throws S3Error InvalidRequest */
export function checkForm(algorithm: ChecksumAlgorithm, value: string): void {
  if (!hasForm(algorithm, value)) throw new S3Error("InvalidRequest", `Value for ${headerOf(algorithm)} header is invalid.`);
}

export function headerOf(algorithm: ChecksumAlgorithm): string {
  return prefix + algorithm.toLowerCase();
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  return checksum ? { [headerOf(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type } : {};
}

/**
 * A multipart object's checksum out of its parts': the digest of their digests, or for a CRC the whole content's.
 * @returns undefined when a part has none
 */
export function checksumOfParts(
  parts: readonly { sizeBytes: number; checksum?: Checksum }[],
  algorithm: ChecksumAlgorithm,
  type: Checksum["type"],
): Checksum | undefined {
  const digests = parts.map((part) => (part.checksum?.algorithm === algorithm ? Buffer.from(part.checksum.value, "base64") : null));
  if (digests.some((digest) => digest === null)) return undefined;
  if (type === "COMPOSITE") {
    const digest = runningChecksum(algorithm);
    for (const one of digests) digest.update(one!);
    return { algorithm, type, value: `${digest.digest().toString("base64")}-${parts.length}` };
  }
  if (algorithm === "CRC64NVME") {
    const value = Buffer.alloc(8);
    value.writeBigUInt64BE(digests.slice(1).reduce((crc, digest, i) => combineCrc64Nvme(crc, digest!.readBigUInt64BE(), parts[i + 1]!.sizeBytes), digests[0]!.readBigUInt64BE()));
    return { algorithm, type, value: value.toString("base64") };
  }
  if (algorithm !== "CRC32" && algorithm !== "CRC32C") return undefined;
  let crc = digests[0]!.readUInt32BE();
  for (let i = 1; i < parts.length; i++) crc = combineCrc32(algorithm, crc, digests[i]!.readUInt32BE(), parts[i]!.sizeBytes);
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc);
  return { algorithm, type, value: value.toString("base64") };
}
