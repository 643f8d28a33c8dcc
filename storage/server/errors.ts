/** HTTP status and words of the S3 error codes we answer. */
const codes = {
  AccessDenied: [403, "Access denied."],
  AccessForbidden: [403, "No CORS rule allows this origin, method and headers."],
  AuthorizationHeaderMalformed: [400, "The Authorization header is malformed."],
  AuthorizationQueryParametersError: [400, "The X-Amz-… query parameters are malformed."],
  BadDigest: [400, "The body does not match its checksum; nothing was kept."],
  BucketAlreadyOwnedByYou: [409, "There is a bucket of this name already."],
  BucketNotEmpty: [409, "The bucket still holds objects; delete them first."],
  EntityTooLarge: [400, "The body is larger than allowed."],
  EntityTooSmall: [400, "Every part but the last must have at least 5 MiB."],
  IncompleteBody: [400, "The body has another length than was announced."],
  InsufficientStorage: [507, "The disk of the object store is full; nothing of this request was kept. Delete objects or make room on that disk, then try again."],
  InternalError: [500, "The object store failed; nothing of this request was kept. Its log says why."],
  InvalidAccessKeyId: [403, "There is no such access key: it never was, was revoked, or has expired."],
  InvalidArgument: [400, "An argument is invalid."],
  InvalidBucketName: [400, "The bucket name is invalid: 3 to 63 lower-case letters, digits, dots and hyphens, starting and ending with a letter or digit."],
  InvalidDigest: [400, "A checksum is not in its proper form."],
  InvalidPart: [400, "A part is missing or has another ETag or checksum."],
  InvalidPartOrder: [400, "Parts must be listed by rising number."],
  InvalidRange: [416, "The object has no such range."],
  InvalidRequest: [400, "The request is invalid."],
  InvalidURI: [400, "The address cannot be read."],
  KeyTooLongError: [400, "A key may have at most 1024 bytes."],
  MalformedTrailerError: [400, "The trailer is malformed or lacks what was announced."],
  MalformedXML: [400, "The XML is not well formed or not as S3 defines it."],
  MetadataTooLarge: [400, "User metadata may have at most 2 KiB."],
  MethodNotAllowed: [405, "This method is not allowed here."],
  MissingContentLength: [411, "The Content-Length header is missing."],
  MissingRequestBodyError: [400, "The request needs a body."],
  NoSuchBucket: [404, "There is no such bucket."],
  NoSuchCORSConfiguration: [404, "The bucket has no CORS rules."],
  NoSuchKey: [404, "There is no such object."],
  NoSuchVersion: [404, "There is no such version of the object."],
  NoSuchUpload: [404, "There is no such upload: it was completed, aborted or never begun."],
  NotImplemented: [501, "This object store does not do that."],
  NotModified: [304, ""],
  ObjectDamaged: [500, "The stored bytes are no longer those that were uploaded."],
  PreconditionFailed: [412, "The object is not as the request's condition demands."],
  RequestTimeTooSkewed: [403, "The request's time and the server's differ by more than 15 minutes; set the clock."],
  ServiceUnavailable: [503, "The object store is stopping; try again in a moment."],
  SignatureDoesNotMatch: [403, "The signature does not match: check the secret access key, and that nothing changes the request on its way."],
  XAmzContentSHA256Mismatch: [400, "The body does not match x-amz-content-sha256; nothing was kept."],
} as const satisfies Record<string, readonly [number, string]>;

export type S3Code = keyof typeof codes;

/** What the client is told. Anything else thrown is an InternalError, whose cause goes to the log only. */
export class S3Error extends Error {
  readonly status: number;

  constructor(
    readonly code: S3Code,
    message?: string,
    readonly headers: Record<string, string> = {},
    options?: ErrorOptions,
  ) {
    super(message ?? codes[code][1], options);
    this.name = "S3Error";
    this.status = codes[code][0];
  }
}

/** Disk errors that a client can do something about become S3 errors; others stay as they are. */
export function fromDisk(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") return new S3Error("InsufficientStorage", undefined, {}, { cause: error });
  return error;
}
