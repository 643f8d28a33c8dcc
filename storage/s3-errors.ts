import { LatheError } from "#lib/domain/errors";

type Subject = { bucket?: string; key?: string };
type Wording = { status: number; message: string; nextStep: string };

/**
 * Says what an S3 client's failure means to a person.
 * @param doing what was tried, as "list the bucket": stands in messages of failures that have no name of their own
 */
export function storeError(error: unknown, doing: string, { bucket = "", key = "" }: Subject): LatheError {
  if (error instanceof LatheError) return error;
  const { name, status, message, errno } = facts(error);
  const build = (code: string, wording: Wording) => new LatheError({ code, ...wording, cause: error });

  if (name === "NoSuchBucket") {
    return build("bucket_not_found", {
      status: 404,
      message: `There is no bucket "${bucket}".`,
      nextStep: "List the buckets, or create it first.",
    });
  }
  if (name === "NoSuchKey" || name === "NotFound") {
    return build("object_not_found", {
      status: 404,
      message: `There is no object "${key}" in bucket "${bucket}".`,
      nextStep: "List the bucket to see what is there; it may have been deleted or renamed.",
    });
  }
  if (name === "BucketAlreadyExists" || name === "BucketAlreadyOwnedByYou") {
    return build("bucket_exists", {
      status: 409,
      message: `There is a bucket "${bucket}" already.`,
      nextStep: "Choose another name.",
    });
  }
  if (name === "BucketNotEmpty") {
    return build("bucket_not_empty", {
      status: 409,
      message: `The bucket "${bucket}" still holds objects.`,
      nextStep: "Delete its objects first.",
    });
  }
  if (name === "InvalidBucketName") {
    return build("invalid_bucket_name", {
      status: 400,
      message: `"${bucket}" cannot be a bucket name.`,
      nextStep: "Use 3 to 63 lower-case letters, digits and hyphens, for example my-bucket.",
    });
  }
  if (name === "KeyTooLongError") {
    return build("invalid_key", {
      status: 400,
      message: `The key "${key.slice(0, 100)}…" is longer than 1024 bytes.`,
      nextStep: "Use a shorter name or fewer folders.",
    });
  }
  if (name === "InvalidRange") {
    return build("invalid_range", {
      status: 416,
      message: `The object "${key}" has no such range of bytes.`,
      nextStep: "Ask for its size first, and for bytes within it.",
    });
  }
  if (status === 412 || name === "ConditionalRequestConflict") {
    return build("precondition_failed", {
      status: 412,
      message: `The object "${key}" in bucket "${bucket}" is not as expected: somebody else wrote or deleted it.`,
      nextStep: "Read it again and decide anew.",
    });
  }
  if (status === 507) {
    return build("store_full", {
      status: 507,
      message: "The object store's disk is full; nothing of this object was kept.",
      nextStep: "Delete objects you no longer need or make room on the store's disk, then try again.",
    });
  }
  if (status === 403) {
    return build("store_denied", {
      status: 502,
      message: `The object store refused to ${doing} (${name}).`,
      nextStep: "Check LATHE_S3_ACCESS_KEY_ID and LATHE_S3_SECRET_ACCESS_KEY, and that this machine's clock is right.",
    });
  }
  if (name === "AbortError") {
    return build("stopped", { status: 499, message: `Stopped before it could ${doing}.`, nextStep: "Start it again." });
  }
  if (errno || name === "TimeoutError" || status === 503) {
    return build("store_unreachable", {
      status: 503,
      message: `The object store does not answer (${errno ?? name}).`,
      nextStep: "Check that it runs and that LATHE_S3_ENDPOINT is right; it may be starting, so try again in a moment.",
    });
  }
  return build("store_failed", {
    status: 502,
    message: `The object store could not ${doing}: ${message}.`,
    nextStep: "Try again; if it stays, look at the object store's log.",
  });
}

/** The failure that an S3 error code stands for. */
export function failure(code: S3FailureName, subject: Subject): LatheError {
  return storeError(Object.assign(new Error(code), { name: code, $metadata: { httpStatusCode: code === "PreconditionFailed" ? 412 : 400 } }), "", subject);
}

export type S3FailureName =
  | "NoSuchBucket"
  | "NoSuchKey"
  | "BucketAlreadyOwnedByYou"
  | "BucketNotEmpty"
  | "InvalidBucketName"
  | "InvalidRange"
  | "KeyTooLongError"
  | "PreconditionFailed";

/** System errors of a connection, whatever layer of the client wrapped them. */
const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"]);

function facts(error: unknown): { name: string; status: number | null; message: string; errno: string | null } {
  if (!(error instanceof Error)) return { name: "", status: null, message: String(error), errno: null };
  const { $metadata, code, Code } = error as { $metadata?: { httpStatusCode?: number }; code?: string; Code?: string };
  return {
    name: error.name === "Error" || error.name === "S3ServiceException" ? (Code ?? error.name) : error.name,
    status: $metadata?.httpStatusCode ?? null,
    message: error.message || error.name,
    errno: code && unreachable.has(code) ? code : null,
  };
}
