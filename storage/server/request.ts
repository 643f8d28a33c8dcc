import type { IncomingMessage } from "node:http";
import { announcedChecksum, isChecksum } from "./body/checksum";
import { Payload } from "./body/payload";
import type { Authenticated } from "./auth/authenticate";
import type { Blob, ChecksumAlgorithm } from "./entries";
import { S3Error } from "./errors";

export const maxKeyBytes = 1024;
/** S3's limit for one PUT. */
export const maxBodyBytes = 5 * 1024 ** 3;

/** What a request is about: its address taken apart, nothing else looked at yet. */
export type Target = {
  /** decoded, as it is signed */
  path: string;
  /** decoded, in order */
  query: [string, string][];
  /** null at the root */
  bucket: string | null;
  /** null at a bucket */
  key: string | null;
};

/** @throws S3Error InvalidURI, KeyTooLongError */
export function parseTarget(url: string): Target {
  if (!url.startsWith("/")) throw new S3Error("InvalidURI");
  const mark = url.indexOf("?");
  const rawQuery = mark < 0 ? "" : url.slice(mark + 1);
  const path = decode(mark < 0 ? url : url.slice(0, mark));
  const query = rawQuery
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair): [string, string] => {
      const equals = pair.indexOf("=");
      const plain = (text: string) => decode(text.replaceAll("+", "%20"));
      return equals < 0 ? [plain(pair), ""] : [plain(pair.slice(0, equals)), plain(pair.slice(equals + 1))];
    });
  const slash = path.indexOf("/", 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const key = slash < 0 ? "" : path.slice(slash + 1);
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error("KeyTooLongError");
  if (bucket === "" && key !== "") throw new S3Error("InvalidURI");
  return { path, query, bucket: bucket === "" ? null : bucket, key: key === "" ? null : key };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new S3Error("InvalidURI", undefined, {}, { cause });
  }
}

/**
 * A header as it is signed: one that stands there several times is one with commas between, and no space, which Node's
 * own joining has.
 * @param name in lower case
 */
export function headerOf(message: IncomingMessage, name: string): string | undefined {
  const values = message.headersDistinct[name];
  if (values !== undefined && values.length > 1 && name.startsWith("x-amz-")) return values.map((value) => value.trim()).join(",");
  const value = message.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

/** A request that has passed authentication. */
export class S3Request {
  readonly query: ReadonlyMap<string, string>;
  readonly #headers: Map<string, string>;
  #announced: { algorithm: ChecksumAlgorithm; value: string | null } | null | undefined;

  constructor(
    readonly message: IncomingMessage,
    readonly target: Target,
    readonly authenticated: Authenticated,
    /** the raw body; reading it answers `Expect: 100-continue` */
    private readonly source: AsyncIterable<Buffer>,
    /** instead of the message's: what a form says in its fields */
    headers?: ReadonlyMap<string, string>,
  ) {
    this.query = new Map(target.query);
    this.#headers = new Map(headers ?? Object.keys(message.headers).map((name) => [name, headerOf(message, name) ?? ""]));
    // Whoever presigns may put x-amz-… headers into the query, where they are signed too. Not so checksums: the AWS SDK
    // puts that of an empty body there, because it has no other when it presigns.
    if (authenticated.presigned) {
      for (const [name, value] of target.query) {
        const lower = name.toLowerCase();
        if (lower.startsWith("x-amz-") && !isChecksum(lower) && !this.#headers.has(lower)) this.#headers.set(lower, value);
      }
    }
  }

  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  get headerNames(): Iterable<string> {
    return this.#headers.keys();
  }

  /** The checksum that comes with the body, if any. */
  get announced(): { algorithm: ChecksumAlgorithm; value: string | null } | null {
    return (this.#announced ??= announcedChecksum(this.headerNames, (name) => this.header(name)));
  }

  /** @throws S3Error MissingContentLength, EntityTooLarge before anything is read */
  payload(): Payload {
    const { payload } = this.authenticated;
    const name = payload.kind === "chunked" ? "x-amz-decoded-content-length" : "content-length";
    const text = this.header(name) ?? (this.header("transfer-encoding") === undefined && payload.kind !== "chunked" ? this.#lengthOfNothing() : undefined);
    if (text === undefined || !/^\d{1,15}$/.test(text)) throw new S3Error("MissingContentLength", `The ${name} header is missing.`);
    if (Number(text) > maxBodyBytes) throw new S3Error("EntityTooLarge", "One request may bring at most 5 GiB; upload in parts.");
    return new Payload(this.source, payload, Number(text));
  }

  /** Without either header HTTP says that there is no body; a PUT must say so itself. */
  #lengthOfNothing(): string | undefined {
    return this.message.method === "PUT" && this.target.key !== null ? undefined : "0";
  }
}

/** An answer as data. A body of bytes is read from disk as it is sent. */
export type Answer = {
  status: number;
  headers?: Record<string, string>;
  body?: string | ObjectBytes;
};

/** Both ends of the range included; empty when `last` < `first`. */
export type ObjectBytes = { blobs: readonly Blob[]; first: number; last: number };
