import type { ModelSignature } from "../preprocess";
import type { Augmentation } from "./augment";

export type PictureFile = { key: string; path: string };

/** What a worker knows from its start. */
export type WorkerSetup = {
  files: readonly PictureFile[];
  signature: ModelSignature;
  augmentation: Augmentation;
  seed: number;
  /** decoded pictures this worker may keep */
  cacheBytes: number;
};

export type WorkerRequest =
  | {
      type: "prepare";
      id: number;
      /** into `files` */
      indexes: readonly number[];
      /** augmented for this epoch at this size; null prepares as serving does */
      augment: { epoch: number; imageSize: number } | null;
    }
  /** skip this request if it has not begun */
  | { type: "cancel"; id: number };

export type WorkerReply =
  /** [indexes.length, imageSize, imageSize, 3]; the buffer is transferred */
  | { type: "prepared"; id: number; pixels: Uint8Array }
  | { type: "cancelled"; id: number }
  | { type: "failed"; id: number; key: string; reason: string };
