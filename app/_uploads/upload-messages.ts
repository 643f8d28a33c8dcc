import type { PathFile } from "./upload-effects";
import type { UploadEvent } from "./upload-state";
import type { UploadRow, UploadSummary, Watched } from "./upload-summary";

/** Page to worker. Files and handles go as references; no byte of them is copied. */
export type ToWorker =
  | { type: "start"; baseUrl: string; slug: string }
  | { type: "batch"; batch: string; bucket: string; prefix: string; handles: readonly FileSystemHandle[]; resumes: string | null }
  | { type: "files"; batch: string; files: readonly PathFile[]; last: boolean }
  | { type: "event"; event: Extract<UploadEvent, { type: "pause" | "resume" | "retry" | "cancel" | "clear" | "online" }> }
  | { type: "watch"; watched: Watched | null }
  | { type: "failures"; ask: number }
  | { type: "handles"; ask: number; id: string }
  | { type: "forget"; id: string };

/** Worker to page, at most five times a second but for answers. */
export type FromWorker =
  | { type: "summary"; summary: UploadSummary }
  | { type: "found"; batch: string; count: number; over: boolean; unreadable: readonly string[] }
  | { type: "failures"; ask: number; rows: readonly UploadRow[] }
  | { type: "handles"; ask: number; handles: readonly FileSystemHandle[] };
