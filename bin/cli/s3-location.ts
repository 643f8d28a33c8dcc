import { UsageError } from "./failure";

export type S3Location = { bucket: string; key: string };

export function isS3(text: string): boolean {
  return text.startsWith("s3://");
}

/** "s3://bucket/some/key" → its two parts; the key may be empty. */
export function parseS3(text: string): S3Location {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(text);
  if (!match) throw new UsageError(`"${text}" is not an address like s3://bucket/key`);
  return { bucket: match[1]!, key: match[2] ?? "" };
}
