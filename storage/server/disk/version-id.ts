import type { VersionNumber } from "../entries";

/** What S3's clients call a version. */
export function versionIdOf({ seq, isNull }: VersionNumber): string {
  return isNull ? "null" : `v${seq.toString(36).padStart(11, "0")}`;
}

/** @returns undefined for what versionIdOf never gives */
export function parseVersionId(id: string): number | undefined {
  if (!/^v[0-9a-z]{11}$/.test(id)) return undefined;
  const seq = Number.parseInt(id.slice(1), 36);
  return Number.isSafeInteger(seq) ? seq : undefined;
}
