import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Finding, Rejection } from "#lib/domain/dataset";
import { artifactsBucket } from "#storage/keys";
import type { ObjectStore } from "#storage/object-store";
import type { ManifestHeader, ManifestSample } from "./format";

export type ManifestContent = {
  header: Omit<ManifestHeader, "format">;
  samples: AsyncIterable<ManifestSample[]>;
  rejections: AsyncIterable<Rejection[]>;
  findings: readonly Finding[];
};

/** Its lines, some at a time, each field in its place. */
export async function* manifestLines({ header, samples, rejections, findings }: ManifestContent): AsyncGenerator<string> {
  const { dataset, version, bucket, prefix, base, split, labels, ...counts } = header;
  yield line({
    format: "lathe-manifest-2", dataset, version, bucket, prefix, base,
    split: split && { seed: split.seed, validation: split.validation, test: split.test, keep: split.keep },
    labels: labels.map(({ label, train, validation, test }) => ({ label, train, validation, test })),
    samples: counts.samples, unlabelled: counts.unlabelled, rejected: counts.rejected, sizeBytes: counts.sizeBytes,
  });
  for await (const batch of samples) {
    yield batch
      .map(({ key, sizeBytes, sha256, label, split: side, width, height, boxes, group }) =>
        line({ key, sizeBytes, sha256, label, split: side, width, height, ...(boxes?.length ? { boxes: boxes.map(orderBox) } : {}), ...(group === undefined ? {} : { group }) }),
      )
      .join("");
  }
  for await (const batch of rejections) yield batch.map(({ key, code, reason }) => line({ rejected: { key, code, reason } })).join("");
  for (const { code, message, nextStep, count, labels: about } of findings) yield line({ finding: { code, message, nextStep, count, ...(about ? { labels: about } : {}) } });
}

const line = (value: object) => `${JSON.stringify(value)}\n`;
const orderBox = ({ label, left, top, right, bottom }: NonNullable<ManifestSample["boxes"]>[number]) => ({ label, left, top, right, bottom });

/** Stores a manifest as it is made, through little memory. @returns its sha-256, hex */
export async function writeManifest(store: ObjectStore, key: string, content: ManifestContent, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  async function* bytes() {
    for await (const text of manifestLines(content)) {
      const piece = Buffer.from(text);
      hash.update(piece);
      yield piece;
    }
  }
  await store.put(artifactsBucket, key, Readable.from(bytes(), { objectMode: false }), { contentType: "application/jsonl", signal });
  return hash.digest("hex");
}
