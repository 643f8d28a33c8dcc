import type { ObjectEntry } from "../entries";
import { S3Error } from "../errors";
import type { S3Request } from "../request";

export const maxParts = 10_000;

/** A part's number as a query names it. @throws S3Error InvalidArgument */
export function partNumberOf(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= maxParts) return Number(text);
  throw new S3Error("InvalidArgument", `Part number must be an integer between 1 and ${maxParts}, inclusive`, {}, { elements: { ArgumentName: "partNumber", ArgumentValue: text } });
}

/** How many parts an object was uploaded in, as its ETag says; null for one that came in one piece. */
export function partsCount({ etag }: ObjectEntry): number | null {
  const count = /-(\d+)$/.exec(etag)?.[1];
  return count === undefined ? null : Number(count);
}

/**
 * The bytes of the part that a read asks for with `partNumber`; an object in one piece is its own part 1.
 * @returns both ends included, an empty part with its last before its first; null when no part is asked for
 * @throws S3Error InvalidArgument, InvalidRequest beside a range, InvalidPartNumber for one there is not
 */
export function partOf(request: S3Request, entry: ObjectEntry): { first: number; last: number } | null {
  const text = request.query.get("partNumber");
  if (text === undefined) return null;
  const number = partNumberOf(text);
  if (request.header("range") !== undefined) throw new S3Error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
  const count = partsCount(entry);
  if (number > (count ?? 1)) throw new S3Error("InvalidPartNumber");
  if (count === null) return { first: 0, last: entry.sizeBytes - 1 };
  const first = entry.blobs.slice(0, number - 1).reduce((sum, blob) => sum + blob.sizeBytes, 0);
  return { first, last: first + entry.blobs[number - 1]!.sizeBytes - 1 };
}
