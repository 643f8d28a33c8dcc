import type { KeyProblem } from "./upload-key";
import { measureSpeed, noSpeed, type Speed } from "./upload-speed";

/**
 * The upload queue as a pure machine: an event in, the next state and what must be done about it out. Files are known
 * by their place in `items`; nothing is ever taken out of it until all is over, so no failure can be lost. An event costs
 * the same however many files there are: `items` is changed in place, and the state given to a transition is used up.
 *
 *   queued ──send──▶ uploading ──sent──▶ done
 *     ▲ │                │  └──send-failed──▶ queued (again later) | failed
 *     │ └──pause──▶ paused ◀──pause (request ended)
 *     └──resume / retry──┴── failed            any but done ──cancel──▶ cancelled
 */
export type UploadStatus = "queued" | "uploading" | "done" | "failed" | "paused" | "cancelled";

export type FailReason =
  /** the key cannot be an object's; known before anything is sent */
  | { kind: "key"; problem: KeyProblem }
  /** the server would not sign it; its words */
  | { kind: "refused"; message: string }
  /** no answer, after all attempts */
  | { kind: "network" }
  /** the object store's answer */
  | { kind: "store"; status: number; message: string }
  /** the browser could not read the file: moved, changed or not permitted */
  | { kind: "unreadable" };

/** @param existing what lay under the key when it was signed */
export type SignedUrl = { url: string; headers: Record<string, string>; existing: { sizeBytes: number; etag: string } | null; signedAtMs: number };

export type UploadItem = {
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly contentType: string;
  readonly status: UploadStatus;
  /** of this attempt */
  readonly sentBytes: number;
  /** requests begun since the person last asked for it */
  readonly attempts: number;
  /** not before this time, after a failure */
  readonly notBeforeMs: number;
  readonly signed: SignedUrl | null;
  readonly signing: boolean;
  readonly reason: FailReason | null;
  /** done without being sent: the same bytes were there */
  readonly skipped: boolean;
  /** when this request was begun */
  readonly sendingSinceMs: number;
};

export type UploadState = {
  readonly items: readonly UploadItem[];
  readonly paused: boolean;
  readonly counts: Readonly<Record<UploadStatus, number>>;
  /** of all but the cancelled ones */
  readonly totalBytes: number;
  /** of the done ones whole, of the ones under way so far */
  readonly sentBytes: number;
  readonly speed: Speed;
  /** everything before it is neither queued nor waits for a URL: where a search may begin */
  readonly firstOpen: number;
  /** of the done ones, those that were there already */
  readonly skipped: number;
  /** when a file last got through */
  readonly lastDoneMs: number;
  /** No request gets through: one is tried now and then, and no file is blamed. */
  readonly offline: { readonly sinceMs: number; readonly tries: number; readonly untilMs: number } | null;
};

export type NewFile = { bucket: string; key: string; sizeBytes: number; contentType: string; reason?: FailReason };
export type Signed = { id: number; url: string | null; headers: Record<string, string>; existing?: SignedUrl["existing"]; reason: string | null };

export type UploadEvent =
  | { type: "added"; files: readonly NewFile[] }
  | { type: "signed"; results: readonly Signed[] }
  | { type: "sign-failed"; ids: readonly number[]; again: boolean; reason: FailReason }
  | { type: "progress"; id: number; sentBytes: number }
  | { type: "sent"; id: number }
  /** the same bytes lie there already */
  | { type: "skipped"; id: number }
  /** the browser says that there is a network again */
  | { type: "online" }
  | { type: "send-failed"; id: number; reason: FailReason }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "retry"; ids: readonly number[] | "failed" }
  | { type: "cancel"; ids: readonly number[] | "open" }
  | { type: "clear" }
  | { type: "tick" };

export type UploadEffect =
  | { type: "sign"; bucket: string; ids: readonly number[] }
  | { type: "send"; id: number; signed: SignedUrl }
  | { type: "abort"; id: number }
  /** the file's bytes are not needed any more */
  | { type: "release"; ids: readonly number[] }
  /** send a tick then */
  | { type: "wake"; atMs: number };

/** A browser opens six connections to one host; more would only wait inside it. */
export const parallel = 6;
export const signBatch = 100;
/** ask for more addresses when fewer than this are left */
const signAhead = 24;
/** an address older than this is asked for anew: the store's clock decides, and presigned ones end after some minutes */
export const signedFreshMs = 8 * 60_000;
export const maxSendAttempts = 6;

export const emptyUploads: UploadState = {
  items: [],
  paused: false,
  counts: { queued: 0, uploading: 0, done: 0, failed: 0, paused: 0, cancelled: 0 },
  totalBytes: 0,
  sentBytes: 0,
  speed: noSpeed,
  firstOpen: 0,
  skipped: 0,
  lastDoneMs: 0,
  offline: null,
};

/** Longer without a connection, and it waits for the person. */
export const maxOfflineMs = 30 * 60_000;
const longestHoldMs = 30_000;

/** 1, 2, 4, 8, 16 s after the 1st, 2nd … failed attempt. */
export function backOffMs(attempts: number): number {
  return 1000 * 2 ** Math.max(0, attempts - 1);
}

export function isActive(state: UploadState): boolean {
  return state.counts.queued + state.counts.uploading + state.counts.paused > 0;
}

export function transition(state: UploadState, event: UploadEvent, nowMs: number): { state: UploadState; effects: UploadEffect[] } {
  const draft = new Draft(state);
  apply(draft, event, nowMs);
  if (event.type === "pause" || event.type === "resume") draft.speed = noSpeed;
  else draft.speed = measureSpeed(draft.speed, draft.transferredBytes, nowMs);
  schedule(draft, nowMs);
  let next = draft.finish();
  if (!isActive(next)) next = { ...next, speed: noSpeed, offline: null };
  return { state: next, effects: draft.effects };
}

function apply(draft: Draft, event: UploadEvent, nowMs: number): void {
  switch (event.type) {
    case "added":
      for (const file of event.files) draft.add(file);
      return;
    case "signed":
      for (const { id, url, headers, existing = null, reason } of event.results) {
        const item = draft.items[id];
        if (!item?.signing) continue;
        if (url !== null) draft.set(id, { signing: false, signed: { url, headers, existing, signedAtMs: nowMs } });
        else if (item.status === "cancelled") draft.set(id, { signing: false });
        else draft.set(id, { signing: false, status: "failed", reason: { kind: "refused", message: reason ?? "" } });
      }
      return;
    case "sign-failed":
      for (const id of event.ids) {
        const item = draft.items[id];
        if (!item?.signing) continue;
        if (item.status === "cancelled") draft.set(id, { signing: false });
        else draft.fail(id, event.reason, event.again, nowMs);
      }
      return;
    case "progress": {
      const item = draft.items[event.id];
      if (item?.status === "uploading" && event.sentBytes > item.sentBytes) {
        draft.set(event.id, { sentBytes: Math.min(event.sentBytes, item.sizeBytes) });
      }
      return;
    }
    case "sent":
    case "skipped": {
      if (draft.items[event.id]?.status !== "uploading") return;
      const skipped = event.type === "skipped";
      draft.set(event.id, { status: "done", sentBytes: draft.items[event.id]!.sizeBytes, signed: null, skipped });
      // A file that was only compared says nothing of the line to the store.
      if (skipped) draft.skipped++;
      else {
        draft.lastDoneMs = nowMs;
        draft.offline = null;
      }
      draft.effects.push({ type: "release", ids: [event.id] });
      return;
    }
    case "online":
      if (draft.offline) draft.offline = { ...draft.offline, untilMs: 0 };
      return;
    case "send-failed":
      if (draft.items[event.id]?.status !== "uploading") return;
      draft.fail(event.id, event.reason, worthAnotherTry(event.reason), nowMs);
      return;
    case "pause":
      draft.paused = true;
      draft.items.forEach((item, id) => {
        if (item.status === "uploading") {
          draft.effects.push({ type: "abort", id });
          draft.set(id, { status: "paused", sentBytes: 0, attempts: item.attempts - 1 });
        } else if (item.status === "queued") draft.set(id, { status: "paused" });
      });
      return;
    case "resume":
      draft.paused = false;
      draft.offline = null;
      draft.items.forEach((item, id) => {
        if (item.status === "paused") draft.set(id, { status: "queued", notBeforeMs: 0 });
      });
      return;
    case "retry": {
      const ids = event.ids === "failed" ? draft.items.keys() : event.ids;
      for (const id of ids) {
        const item = draft.items[id];
        // A key that cannot be is not worth asking again; it stays in the list with its reason.
        if (item?.status !== "failed" || item.reason?.kind === "key") continue;
        draft.set(id, { status: draft.paused ? "paused" : "queued", reason: null, attempts: 0, notBeforeMs: 0, signed: null });
      }
      return;
    }
    case "cancel": {
      const ids = event.ids === "open" ? draft.items.keys() : event.ids;
      const released: number[] = [];
      for (const id of ids) {
        const item = draft.items[id];
        if (!item || item.status === "done" || item.status === "cancelled") continue;
        // Cancelling all keeps what had failed before: it is still news.
        if (event.ids === "open" && item.status === "failed") continue;
        if (item.status === "uploading") draft.effects.push({ type: "abort", id });
        draft.set(id, { status: "cancelled", sentBytes: 0, reason: null, signed: null });
        released.push(id);
      }
      if (released.length > 0) draft.effects.push({ type: "release", ids: released });
      if (draft.counts.queued + draft.counts.uploading + draft.counts.paused === 0) draft.paused = false;
      return;
    }
    case "clear":
      if (draft.counts.queued + draft.counts.uploading + draft.counts.paused > 0) return;
      draft.effects.push({ type: "release", ids: [...draft.items.keys()] });
      draft.reset();
      return;
    case "tick":
      return;
  }
}

/** What may go better the next time: silence, the store's own faults, and an address that has run out. */
export function worthAnotherTry(reason: FailReason): boolean {
  if (reason.kind === "network") return true;
  return reason.kind === "store" && (reason.status >= 500 ? reason.status !== 507 : [403, 408, 425, 429].includes(reason.status));
}

/** Fills the free places, asks for addresses ahead of need, and says when to look again. */
function schedule(draft: Draft, nowMs: number): void {
  if (draft.paused) return;
  if (draft.offline && draft.counts.queued > 0 && nowMs < draft.offline.untilMs) {
    draft.effects.push({ type: "wake", atMs: draft.offline.untilMs });
    return;
  }
  let free = (draft.offline ? 1 : parallel) - draft.counts.uploading;
  let ready = 0;
  let signing = 0;
  let wakeAtMs = Infinity;
  let firstOpen = -1;
  const unsigned: number[] = [];
  for (let id = draft.firstOpen; id < draft.items.length; id++) {
    const item = draft.items[id]!;
    if (item.signing) signing++;
    if (item.status !== "queued") continue;
    if (firstOpen < 0) firstOpen = id;
    if (item.notBeforeMs > nowMs) {
      wakeAtMs = Math.min(wakeAtMs, item.notBeforeMs);
      continue;
    }
    const signed = item.signed && nowMs - item.signed.signedAtMs < signedFreshMs ? item.signed : null;
    if (!signed) {
      if (!item.signing && item.bucket === (draft.items[unsigned[0] ?? id]?.bucket ?? item.bucket)) unsigned.push(id);
    } else if (free > 0) {
      free--;
      draft.set(id, { status: "uploading", sentBytes: 0, attempts: item.attempts + 1, sendingSinceMs: nowMs });
      draft.effects.push({ type: "send", id, signed });
    } else ready++;
    if (free <= 0 && (ready + signing >= signAhead || unsigned.length >= signBatch)) break;
  }
  draft.firstOpen = firstOpen < 0 ? draft.items.length : firstOpen;
  if (signing === 0 && unsigned.length > 0 && ready < signAhead) {
    const ids = unsigned.slice(0, signBatch);
    for (const id of ids) draft.set(id, { signing: true, signed: null });
    draft.effects.push({ type: "sign", bucket: draft.items[ids[0]!]!.bucket, ids });
  }
  if (wakeAtMs < Infinity) draft.effects.push({ type: "wake", atMs: wakeAtMs });
}

/** The state under change, counts and sums kept in step. */
class Draft {
  items: UploadItem[];
  paused: boolean;
  counts: Record<UploadStatus, number>;
  totalBytes: number;
  sentBytes: number;
  speed: Speed;
  firstOpen: number;
  skipped: number;
  lastDoneMs: number;
  offline: UploadState["offline"];
  transferredBytes = 0;
  readonly effects: UploadEffect[] = [];

  constructor(state: UploadState) {
    // The empty state is shared by all.
    this.items = state.items.length === 0 ? [] : (state.items as UploadItem[]);
    this.paused = state.paused;
    this.counts = { ...state.counts };
    this.totalBytes = state.totalBytes;
    this.sentBytes = state.sentBytes;
    this.speed = state.speed;
    this.firstOpen = state.firstOpen;
    this.skipped = state.skipped;
    this.lastDoneMs = state.lastDoneMs;
    this.offline = state.offline;
  }

  add({ reason, ...file }: NewFile): void {
    const status = reason ? "failed" : this.paused ? "paused" : "queued";
    this.items.push({ ...file, status, sentBytes: 0, attempts: 0, notBeforeMs: 0, signed: null, signing: false, reason: reason ?? null, skipped: false, sendingSinceMs: 0 });
    this.counts[status]++;
    this.totalBytes += file.sizeBytes;
  }

  set(id: number, change: Partial<UploadItem>): void {
    const before = this.items[id]!;
    const after = { ...before, ...change };
    this.items[id] = after;
    this.counts[before.status]--;
    this.counts[after.status]++;
    const sent = shownBytes(after) - shownBytes(before);
    this.sentBytes += sent;
    if (sent > 0) this.transferredBytes += sent;
    if (after.status === "cancelled" && before.status !== "cancelled") this.totalBytes -= before.sizeBytes;
    if (before.skipped && after.status !== "done") this.skipped--;
    if (after.status === "queued") this.firstOpen = Math.min(this.firstOpen, id);
  }

  fail(id: number, reason: FailReason, again: boolean, nowMs: number): void {
    const item = this.items[id]!;
    if (reason.kind === "network" && (item.signing || this.lastDoneMs <= item.sendingSinceMs)) return this.#hold(id, nowMs);
    // A failed signing began no request, but must not be asked for without end either.
    const attempts = item.signing ? item.attempts + 1 : item.attempts;
    if (again && attempts < maxSendAttempts) {
      const status = this.paused ? "paused" : "queued";
      this.set(id, { status, signing: false, signed: null, sentBytes: 0, attempts, notBeforeMs: nowMs + backOffMs(attempts) });
    } else {
      this.set(id, { status: "failed", signing: false, signed: null, sentBytes: 0, attempts, reason });
    }
  }

  /** Nothing got through while this was tried: the line is broken, not the file. */
  #hold(id: number, nowMs: number): void {
    const { signing, attempts } = this.items[id]!;
    const before = this.offline;
    // Those that were under way together fail together; they count once.
    const tries = before && nowMs < before.untilMs ? before.tries : (before?.tries ?? 0) + 1;
    const untilMs = before && nowMs < before.untilMs ? before.untilMs : nowMs + Math.min(longestHoldMs, backOffMs(tries));
    this.offline = { sinceMs: before?.sinceMs ?? nowMs, tries, untilMs };
    this.set(id, { status: this.paused ? "paused" : "queued", signing: false, signed: null, sentBytes: 0, attempts: signing ? attempts : Math.max(0, attempts - 1) });
    if (nowMs - this.offline.sinceMs > maxOfflineMs && !this.paused) apply(this, { type: "pause" }, nowMs);
  }

  reset(): void {
    Object.assign(this, { ...emptyUploads, items: [], counts: { ...emptyUploads.counts } });
  }

  finish(): UploadState {
    const { items, paused, counts, totalBytes, sentBytes, speed, firstOpen, skipped, lastDoneMs, offline } = this;
    return { items, paused, counts, totalBytes, sentBytes, speed, firstOpen, skipped, lastDoneMs, offline };
  }
}

function shownBytes(item: UploadItem): number {
  return item.status === "done" ? item.sizeBytes : item.status === "uploading" ? item.sentBytes : 0;
}
