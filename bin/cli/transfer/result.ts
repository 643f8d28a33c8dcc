export type Failure = { path: string; reason: string };

/** What a copy did. `files` and `sizeBytes` count only what arrived. */
export type TransferResult = { files: number; sizeBytes: number; failed: Failure[] };

export type OnProgress = (done: { files: number; sizeBytes: number; failed: number }) => void;

/** How many files are on their way at once: enough to hide a round trip, few enough for a home router. */
export const parallelFiles = 12;
/** Addresses asked for in one call. */
export const batchSize = 200;
