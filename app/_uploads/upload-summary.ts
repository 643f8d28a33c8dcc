import type { Speed } from "./upload-speed";
import { isActive, type UploadItem, type UploadState, type UploadStatus } from "./upload-state";

export type Show = "open" | "failed" | "done";
/** What a list shows of a file. */
export type UploadRow = { id: number } & Pick<UploadItem, "bucket" | "key" | "sizeBytes" | "status" | "sentBytes" | "reason" | "skipped">;
/** The rows that a list has on the screen. */
export type Watched = { show: Show; first: number; count: number };

/** An upload that a reload or a crash broke off. */
export type Interrupted = { id: string; bucket: string; prefix: string; name: string; count: number; done: number; /** the browser can read the folder again once it is allowed */ readable: boolean };

/** All that the page knows of the queue: the same size whether it holds ten files or a hundred thousand. */
export type UploadSummary = {
  count: number;
  counts: Readonly<Record<UploadStatus, number>>;
  skipped: number;
  totalBytes: number;
  sentBytes: number;
  speed: Speed;
  paused: boolean;
  offline: boolean;
  active: boolean;
  watched: Watched | null;
  rows: readonly UploadRow[];
  interrupted: readonly Interrupted[];
};

export const emptySummary: UploadSummary = {
  count: 0,
  counts: { queued: 0, uploading: 0, done: 0, failed: 0, paused: 0, cancelled: 0 },
  skipped: 0,
  totalBytes: 0,
  sentBytes: 0,
  speed: { bytesPerSecond: null, sinceMs: 0, pendingBytes: 0 },
  paused: false,
  offline: false,
  active: false,
  watched: null,
  rows: [],
  interrupted: [],
};

export function summarise(state: UploadState, watched: Watched | null, interrupted: readonly Interrupted[]): UploadSummary {
  const { counts, skipped, totalBytes, sentBytes, speed, paused } = state;
  return {
    count: state.items.length - counts.cancelled,
    counts: { ...counts }, skipped, totalBytes, sentBytes, speed, paused,
    offline: state.offline !== null,
    active: isActive(state),
    watched,
    rows: watched ? rowsOf(state, watched) : [],
    interrupted,
  };
}

/** Those under way stand first among the open ones. */
export function rowsOf(state: UploadState, { show, first, count }: Watched): UploadRow[] {
  const rows: UploadRow[] = [];
  let place = 0;
  const passes = show === "open" ? [["uploading"], ["queued", "paused"]] : [[show]];
  for (const statuses of passes) {
    for (let id = 0; id < state.items.length && rows.length < count; id++) {
      const item = state.items[id]!;
      if (statuses.includes(item.status) && place++ >= first) rows.push(rowOf(item, id));
    }
  }
  return rows;
}

export function rowOf({ bucket, key, sizeBytes, status, sentBytes, reason, skipped }: UploadItem, id: number): UploadRow {
  return { id, bucket, key, sizeBytes, status, sentBytes, reason, skipped };
}
