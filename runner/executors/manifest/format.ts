import { z } from "zod";
import { rejectionCodes, splits } from "#lib/domain/dataset";
import { finding, labelCount, splitOptions } from "#lib/protocol/datasets";
import { box } from "#lib/protocol/samples";

/**
 * The frozen truth of a dataset version: lines of JSON. The first is the header, then comes one line a sample in the order
 * of the version, then the rejections and findings. Fields stand in one order and nothing of the moment is in it, so that
 * the same content has the same sha-256, which is the version's digest.
 */
export const manifestFormat = "lathe-manifest-2";

/** The header holds every label's name and count. */
export const maxHeaderBytes = 64 * 1024 ** 2;
/** A thousand boxes with the longest labels fit. */
export const maxLineBytes = 2 * 1024 ** 2;

export const manifestHeader = z.object({
  format: z.literal(manifestFormat),
  dataset: z.string(),
  version: z.number().int(),
  bucket: z.string(),
  prefix: z.string(),
  /** version that it was made from */
  base: z.number().int().nullable(),
  split: splitOptions.nullable(),
  /** sorted; a label's place is its label index */
  labels: z.array(labelCount),
  samples: z.number().int(),
  unlabelled: z.number().int(),
  rejected: z.number().int(),
  sizeBytes: z.number(),
});
export type ManifestHeader = z.infer<typeof manifestHeader>;

export const manifestSample = z.object({
  key: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  label: z.string().nullable(),
  split: z.enum(splits).nullable(),
  width: z.number().int(),
  height: z.number().int(),
  boxes: z.array(box).optional(),
  /** of copies and near copies */
  group: z.number().int().optional(),
});
export type ManifestSample = z.infer<typeof manifestSample>;

export const manifestRejection = z.object({ key: z.string(), code: z.enum(rejectionCodes), reason: z.string() });
export const manifestLine = z.union([manifestSample, z.object({ rejected: manifestRejection }), z.object({ finding })]);
