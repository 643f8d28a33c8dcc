import { LatheError } from "#lib/domain/errors";

/**
 * Every key of Lathe's own objects, and what people may call theirs.
 *
 * A person's data lies in their own buckets under their own keys. What Lathe makes (manifests, models, thumbnails,
 * checkpoints) lies in one reserved bucket, by workspace, so that a workspace is deleted by prefix.
 */
export const artifactsBucket = "lathe-internal";

export function workspacePrefix(workspaceId: string): string {
  return `workspaces/${segment(workspaceId)}/`;
}

/** By the version's own id: its bytes are written before it has its place among the others. */
export function datasetVersionPrefix(workspaceId: string, datasetVersionId: string): string {
  return `${workspacePrefix(workspaceId)}dataset-versions/${segment(datasetVersionId)}/`;
}

export function datasetManifestKey(workspaceId: string, datasetVersionId: string): string {
  return `${datasetVersionPrefix(workspaceId, datasetVersionId)}manifest.json`;
}

/** By the version's own id: its number is given once its files are there. */
export function modelVersionPrefix(workspaceId: string, modelVersionId: string): string {
  return `${workspacePrefix(workspaceId)}model-versions/${segment(modelVersionId)}/`;
}

/** A file of a model version: weights, `signature.json`, metrics. Written before the manifest. */
export function modelFileKey(workspaceId: string, modelVersionId: string, fileName: string): string {
  return `${modelVersionPrefix(workspaceId, modelVersionId)}files/${segment(fileName)}`;
}

/** Written last: a model version exists when this does. */
export function modelManifestKey(workspaceId: string, modelVersionId: string): string {
  return `${modelVersionPrefix(workspaceId, modelVersionId)}manifest.json`;
}

/** By content, not by name: a picture that is replaced gets another ETag and so another thumbnail. */
export function thumbnailKey(workspaceId: string, bucket: string, etag: string, widthPx: number): string {
  return `${workspacePrefix(workspaceId)}thumbnails/${segment(bucket)}/${segment(etag.replaceAll('"', ""))}-${widthPx}.webp`;
}

export function jobPrefix(workspaceId: string, jobId: string): string {
  return `${workspacePrefix(workspaceId)}jobs/${segment(jobId)}/`;
}

/** What an unpacking left out: one JSON value a line. Written when the archive has been read. */
export function unpackFindingsKey(workspaceId: string, jobId: string): string {
  return `${jobPrefix(workspaceId, jobId)}unpack-findings.jsonl`;
}

export function checkpointKey(workspaceId: string, jobId: string, attempt: number, fileName: string): string {
  return `${jobPrefix(workspaceId, jobId)}attempts/${attempt}/checkpoints/${segment(fileName)}`;
}

/** An id or file name as one path segment; these come from code, so anything else is a bug worth a loud stop. */
function segment(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(text)) throw new Error(`"${text}" cannot be a segment of an object key`);
  return text;
}

export const maxKeyBytes = 1024;

/**
 * What pages, API and CLI accept as a key of a person's object. The store itself takes any key; these rules keep out
 * the ones that turn into another path once a browser, a proxy or a download touches them.
 * @returns the key
 * @throws LatheError `invalid_key`
 */
export function validateObjectKey(key: string): string {
  const problem = keyProblem(key);
  if (!problem) return key;
  throw new LatheError({
    code: "invalid_key",
    message: `${JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key)} cannot be an object key: ${problem}.`,
    nextStep: "Rename the file, for example to photos/cat-1.jpg, and upload it again.",
  });
}

function keyProblem(key: string): string | null {
  if (key === "") return "it is empty";
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes > maxKeyBytes) return `it is ${sizeBytes} bytes long and ${maxKeyBytes} are allowed`;
  if (/\p{Cs}/u.test(key)) return "it holds half of a character";
  if (/\p{Cc}/u.test(key)) return "it holds a control character";
  if (key.startsWith("/")) return "it starts with “/”";
  const dots = key.split("/").find((part) => part === "." || part === "..");
  if (dots) return `it holds the segment “${dots}”`;
  return null;
}

/**
 * S3's rules for bucket names.
 * @returns what is wrong, or null
 */
export function bucketNameProblem(name: string): string | null {
  if (name.length < 3) return "it is shorter than 3 characters";
  if (name.length > 63) return "it is longer than 63 characters";
  if (/[A-Z]/.test(name)) return "it holds capital letters";
  if (!/^[a-z0-9.-]+$/.test(name)) return "only lower-case letters, digits, dots and hyphens are allowed";
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return "it must start and end with a letter or digit";
  if (name.includes("..")) return "two dots stand side by side";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "it looks like an IP address";
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name)) return "S3 reserves how it starts";
  if (/(-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$/.test(name)) return "S3 reserves how it ends";
  return null;
}

/**
 * What a person may call a bucket: S3's rules, and not Lathe's own.
 * @returns the name
 * @throws LatheError `invalid_bucket_name`
 */
export function validateBucketName(name: string): string {
  const problem = name === artifactsBucket ? "Lathe keeps its own files in a bucket of that name" : bucketNameProblem(name);
  if (!problem) return name;
  const lower = proposal(name);
  throw new LatheError({
    code: "invalid_bucket_name",
    message: `${JSON.stringify(name.slice(0, 80))} cannot be a bucket name: ${problem}.`,
    nextStep: /[A-Z]/.test(name) && lower ? `Use lower case: \`${lower}\`` : lower ? `For example: \`${lower}\`` : "For example: `my-bucket`",
  });
}

function proposal(name: string): string | null {
  const text = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, 63).replace(/-+$/, "");
  return text !== artifactsBucket && text !== name && bucketNameProblem(text) === null ? text : null;
}
