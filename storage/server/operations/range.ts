import { S3Error } from "../errors";

/**
 * One range of bytes. Several, or something else than a range, are answered with the whole, as RFC 9110 allows.
 * @returns both ends included; null for the whole
 * @throws S3Error InvalidRange when it begins after the end
 */
export function parseRange(header: string | undefined, sizeBytes: number): { first: number; last: number } | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const [, from = "", to = ""] = match;
  const unsatisfiable = () => new S3Error("InvalidRange", undefined, { "content-range": `bytes */${sizeBytes}` });
  if (from === "") {
    const count = Math.min(Number(to), sizeBytes);
    if (count === 0) throw unsatisfiable();
    return { first: sizeBytes - count, last: sizeBytes - 1 };
  }
  if (to !== "" && Number(to) < Number(from)) return null;
  if (Number(from) >= sizeBytes) throw unsatisfiable();
  return { first: Number(from), last: to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1) };
}
