import { createHash, type Hash } from "node:crypto";
import type { Finding, Rejection } from "#lib/domain/dataset";
import { LatheError } from "#lib/domain/errors";
import { manifestFormat, manifestHeader, manifestLine, maxHeaderBytes, maxLineBytes, type ManifestHeader, type ManifestSample } from "./format";
import { readFirstManifest } from "./read-first";

export type ManifestAbout = { header: ManifestHeader; findings: Finding[]; rejected: Rejection[] };

/** The most rejections that are kept; they are in the database all. */
const keptRejections = 10_000;

/**
 * Reads a manifest of this format or of the one before it, line by line. What it gives to `onSample` is to be believed only
 * when it has returned: the digest is known at the end.
 * @param name NAME@V, for messages
 * @throws LatheError `manifest_damaged` when a byte is another than was written, `manifest_too_new`
 */
export async function readManifest(
  body: AsyncIterable<Uint8Array>,
  { name, digest, onSample }: { name: string; digest: string; onSample: (sample: ManifestSample) => void },
): Promise<ManifestAbout> {
  const hash = createHash("sha256");
  const about: Pick<ManifestAbout, "findings" | "rejected"> = { findings: [], rejected: [] };
  let header: ManifestHeader | null = null;
  // One that was changed may be anything: damage is said before what is odd about it.
  let odd: unknown = null;
  let first: ReturnType<typeof readFirstManifest> | null = null;
  const samples: ManifestSample[] = [];
  for await (const text of linesOf(hashed(body, hash), () => (header ? maxLineBytes : maxHeaderBytes), name)) {
    if (odd !== null) continue;
    try {
      const value: unknown = JSON.parse(text);
      if (header === null) {
        requireKnownFormat(value, name);
        first = readFirstManifest(value);
        header = first?.header ?? manifestHeader.parse(value);
        if (first) {
          first.samples.forEach((sample) => samples.push(sample));
          about.findings.push(...first.findings);
          about.rejected.push(...first.rejected.slice(0, keptRejections));
        }
        continue;
      }
      const line = manifestLine.parse(value);
      if ("key" in line) onSample(line);
      else if ("finding" in line) about.findings.push(line.finding);
      else if (about.rejected.length < keptRejections) about.rejected.push(line.rejected);
    } catch (error) {
      odd = error;
    }
  }
  if (hash.digest("hex") !== digest) throw damaged(name);
  if (odd instanceof LatheError) throw odd;
  if (odd !== null || header === null) throw damaged(name, odd);
  samples.forEach(onSample);
  return { header, ...about };
}

function requireKnownFormat(value: unknown, name: string): void {
  const format = (value as { format?: unknown } | null)?.format;
  if (format === manifestFormat || format === "lathe-manifest-1") return;
  if (typeof format === "string" && /^lathe-manifest-\d{1,6}$/.test(format)) {
    throw new LatheError({
      code: "manifest_too_new",
      message: `The manifest of ${name} is "${format}"; this Lathe reads up to ${manifestFormat}.`,
      nextStep: "Update this runner's Lathe to the version that made the dataset, and start again.",
      status: 409,
    });
  }
  throw damaged(name);
}

async function* hashed(body: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    hash.update(piece);
    yield piece;
  }
}

/** @throws LatheError `manifest_damaged` at a line that is longer than any that was written */
async function* linesOf(body: AsyncIterable<Uint8Array>, maxBytes: () => number, name: string): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const piece of body) {
    let start = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, start)) {
      parts.push(piece.subarray(start, end));
      start = end + 1;
      yield Buffer.concat(parts).toString("utf8");
      parts = [];
      heldBytes = 0;
    }
    if (start === piece.length) continue;
    parts.push(piece.subarray(start));
    heldBytes += piece.length - start;
    // The format before this one is one line, however long.
    if (heldBytes > maxBytes() && !isFirstFormat(parts)) throw damaged(name);
    if (heldBytes > maxFirstBytes) throw damaged(name);
  }
  if (heldBytes > 0) yield Buffer.concat(parts).toString("utf8");
}

const maxFirstBytes = 512 * 1024 ** 2;
const isFirstFormat = (parts: Uint8Array[]) => Buffer.from(parts[0]!.subarray(0, 30)).toString("latin1").startsWith('{"format":"lathe-manifest-1"');

function damaged(name: string, cause?: unknown): LatheError {
  return new LatheError({
    code: "manifest_damaged",
    message: `The manifest of ${name} is not the one that was made: its digest differs.`,
    nextStep: "Make the dataset again, and check the object store's disk.",
    cause,
  });
}
