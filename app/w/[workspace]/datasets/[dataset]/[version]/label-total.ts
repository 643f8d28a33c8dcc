import type { LabelCount } from "#lib/protocol/datasets";

/** All samples of a label; a draft's may be on no side of the split yet. */
export function labelTotal({ train, validation, test, unsplit = 0 }: LabelCount): number {
  return train + validation + test + unsplit;
}
