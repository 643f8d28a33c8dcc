export type Failure = { path: string; reason: string };

/** What a copy did. `files` and `sizeBytes` count only what arrived. */
export type TransferResult = { files: number; sizeBytes: number; failed: Failure[] };

export type Progress = { files: number; sizeBytes: number; failed: number; /** null while it is not known yet */ total: number | null };
export type OnProgress = (done: Progress) => void;

/** How many files are on their way at once: enough to hide a round trip, few enough for a home router. */
export const parallelFiles = 16;
/** Addresses asked for in one call; the first call asks for few, so that the first files leave at once. */
export const batchSize = 500;
export const firstBatchSize = 50;
/** Up to this size a file is held in memory; larger ones are streamed. */
export const wholeBytes = 1024 * 1024;
