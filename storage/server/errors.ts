/** HTTP status and words of the S3 error codes we answer. The words are S3's own where clients and their tests know them. */
const codes = {
  AccessDenied: [403, "Access Denied."],
  AccessForbidden: [403, "No CORS rule allows this origin, method and headers."],
  AuthorizationHeaderMalformed: [400, "The authorization header is malformed."],
  AuthorizationQueryParametersError: [400, "The X-Amz-… query parameters are malformed."],
  BadDigest: [400, "The Content-MD5 you specified did not match what we received."],
  BadRequest: [400, "The request is invalid."],
  BucketAlreadyOwnedByYou: [409, "Your previous request to create the named bucket succeeded and you already own it."],
  BucketNotEmpty: [409, "The bucket you tried to delete is not empty."],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed size"],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size"],
  IncompleteBody: [400, "You did not provide the number of bytes specified by the Content-Length HTTP header"],
  InsufficientStorage: [507, "The disk of the object store is full; nothing of this request was kept. Delete objects or make room on that disk, then try again."],
  InternalError: [500, "The object store failed; nothing of this request was kept. Its log says why."],
  InvalidAccessKeyId: [403, "The AWS Access Key Id you provided does not exist in our records."],
  InvalidArgument: [400, "An argument is invalid."],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidDigest: [400, "The Content-Md5 you specified is not valid."],
  InvalidLocationConstraint: [400, "The specified location-constraint is not valid"],
  InvalidPart: [400, "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."],
  InvalidPartNumber: [416, "The requested partnumber is not satisfiable"],
  InvalidPartOrder: [400, "The list of parts was not in ascending order. Parts must be ordered by part number."],
  InvalidPolicyDocument: [400, "The policy document of the form is invalid."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "The request is invalid."],
  InvalidTag: [400, "The tag provided was not a valid tag."],
  InvalidToken: [400, "The provided token is malformed or otherwise invalid."],
  InvalidURI: [400, "The address cannot be read."],
  KeyTooLongError: [400, "Your key is too long"],
  MalformedPOSTRequest: [400, "The body of your POST request is not well-formed multipart/form-data."],
  MalformedTrailerError: [400, "The request contained trailing data that was not well-formed or did not conform to our published schema."],
  MalformedXML: [400, "The XML you provided was not well-formed or did not validate against our published schema."],
  MaxPostPreDataLengthExceeded: [400, "Your POST request fields preceding the upload file were too large."],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size"],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  MissingRequestBodyError: [400, "The request needs a body."],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchBucketPolicy: [404, "The bucket policy does not exist"],
  NoSuchCORSConfiguration: [404, "The CORS configuration does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchLifecycleConfiguration: [404, "The lifecycle configuration does not exist"],
  NoSuchPublicAccessBlockConfiguration: [404, "The public access block configuration was not found"],
  NoSuchTagSet: [404, "The TagSet does not exist"],
  NoSuchUpload: [404, "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."],
  NoSuchVersion: [404, "The specified version does not exist."],
  NoSuchWebsiteConfiguration: [404, "The specified bucket does not have a website configuration"],
  NotImplemented: [501, "This object store does not do that."],
  NotModified: [304, ""],
  ObjectDamaged: [500, "The stored bytes are no longer those that were uploaded."],
  ObjectLockConfigurationNotFoundError: [404, "Object Lock configuration does not exist for this bucket"],
  OwnershipControlsNotFoundError: [404, "The bucket ownership controls were not found"],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold."],
  ReplicationConfigurationNotFoundError: [404, "The replication configuration was not found"],
  RequestTimeTooSkewed: [403, "The request's time and the server's differ by more than 15 minutes; set the clock."],
  ServerSideEncryptionConfigurationNotFoundError: [404, "The server side encryption configuration was not found"],
  ServiceUnavailable: [503, "The object store is stopping; try again in a moment."],
  SignatureDoesNotMatch: [403, "The request signature we calculated does not match the signature you provided. Check your key and signing method."],
  XAmzContentSHA256Mismatch: [400, "The body does not match x-amz-content-sha256; nothing was kept."],
} as const satisfies Record<string, readonly [number, string]>;

export type S3Code = keyof typeof codes;

/** Codes whose message is always S3's: what more there is to say goes into an element of its own. */
const fixedWords: ReadonlySet<S3Code> = new Set<S3Code>([
  "EntityTooSmall", "IncompleteBody", "InvalidBucketName", "InvalidDigest", "InvalidPart", "InvalidPartOrder", "MalformedTrailerError", "MalformedXML", "MissingContentLength",
  "NoSuchKey", "PreconditionFailed", "SignatureDoesNotMatch",
]);

/** @param elements what S3's error document says beside code and message, as AWSAccessKeyId or ArgumentName */
export type S3ErrorOptions = ErrorOptions & { elements?: Record<string, string> };

/** What the client is told. Anything else thrown is an InternalError, whose cause goes to the log only. */
export class S3Error extends Error {
  readonly status: number;
  readonly #elements: Record<string, string>;

  constructor(
    readonly code: S3Code,
    message?: string,
    readonly headers: Record<string, string> = {},
    options?: S3ErrorOptions,
  ) {
    super(message ?? codes[code][1], options);
    this.name = "S3Error";
    this.status = codes[code][0];
    this.#elements = options?.elements ?? {};
  }

  /** The elements of the error document that the error itself decides. */
  get words(): Record<string, string | undefined> {
    const general: string = codes[this.code][1];
    const fixed = fixedWords.has(this.code);
    return { Code: this.code, Message: fixed ? general : this.message, ...this.#elements, Detail: fixed && this.message !== general ? this.message : undefined };
  }
}

/** Disk errors that a client can do something about become S3 errors; others stay as they are. */
export function fromDisk(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") return new S3Error("InsufficientStorage", undefined, {}, { cause: error });
  return error;
}
