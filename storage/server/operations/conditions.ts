import type { ObjectEntry } from "../entries";
import { S3Error } from "../errors";
import type { S3Request } from "../request";

/** HTTP dates count whole seconds. */
const seconds = (ms: number) => Math.floor(ms / 1000);

/**
 * If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since of a read, in the order of RFC 9110, 13.2.2.
 * @param prefix "x-amz-copy-source-" for the object copied from, where nothing is "not modified" but always "failed"
 */
export function checkRead(request: S3Request, entry: ObjectEntry, prefix: "" | "x-amz-copy-source-" = ""): void {
  const { etag, modifiedAtMs } = entry;
  const header = (name: string) => request.header(prefix + name);
  const date = (name: string) => {
    const ms = Date.parse(header(name) ?? "");
    return Number.isNaN(ms) ? null : seconds(ms);
  };
  const match = header("if-match");
  const unmodifiedSince = date("if-unmodified-since");
  if (match !== undefined ? !lists(match, etag) : unmodifiedSince !== null && seconds(modifiedAtMs) > unmodifiedSince) {
    throw new S3Error("PreconditionFailed");
  }
  const noneMatch = header("if-none-match");
  const modifiedSince = date("if-modified-since");
  if (noneMatch !== undefined ? lists(noneMatch, etag) : modifiedSince !== null && seconds(modifiedAtMs) <= modifiedSince) {
    if (prefix) throw new S3Error("PreconditionFailed");
    throw new S3Error("NotModified", "", { etag: `"${etag}"`, "last-modified": new Date(modifiedAtMs).toUTCString() });
  }
}

/**
 * If-Match and If-None-Match of a write or delete, against what is there. Must be asked in the key's turn.
 * @param find reads what is there: most writes have no conditions and spare it
 * @throws S3Error PreconditionFailed; NoSuchKey when If-Match finds nothing
 */
export function checkWrite(request: S3Request, find: () => ObjectEntry | undefined): void {
  const noneMatch = request.header("if-none-match");
  if (noneMatch !== undefined) {
    if (noneMatch.trim() !== "*") throw new S3Error("NotImplemented", "A write understands If-None-Match only with *.");
    if (find()) throw new S3Error("PreconditionFailed");
  }
  const match = request.header("if-match");
  if (match === undefined) return;
  const entry = find();
  if (!entry) throw new S3Error("NoSuchKey");
  if (!lists(match, entry.etag)) throw new S3Error("PreconditionFailed");
}

export function lists(header: string, etag: string): boolean {
  return header.split(",").some((one) => {
    const text = one.trim();
    return text === "*" || text.replace(/^W\//, "").replace(/^"|"$/g, "") === etag;
  });
}
