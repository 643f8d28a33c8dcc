import { ApiError, type Client } from "#lib/sdk/client";
import { base64OfHex, holdsTheSame, md5Of } from "./checksum";
import { keyOf, keyProblem } from "./upload-key";
import { emptyUploads, transition, type FailReason, type NewFile, type SignedUrl, type UploadEffect, type UploadEvent, type UploadState } from "./upload-state";

/** Files up to here are read once: hashed, and sent from memory with their checksum. */
const wholeBytes = 8 * 1024 ** 2;

/** A file with its path from the folder dropped or picked, "/" between. */
export type PathFile = { path: string; file: File };

/**
 * Drives the upload machine in a browser: asks the API for addresses, PUTs each file straight to the object store, and
 * keeps the files until they are there. Lives in a worker, so that a hundred thousand files leave the page free.
 * `subscribe` is called at most five times a second.
 */
export class Uploader {
  #state: UploadState = emptyUploads;
  readonly #files = new Map<number, File>();
  readonly #requests = new Map<number, XMLHttpRequest>();
  /** which items came with which batch */
  readonly #runs: { batch: string; first: number; end: number }[] = [];
  /** which try of a file is the one that counts */
  readonly #attempts = new Map<number, symbol>();
  readonly #listeners = new Set<() => void>();
  #wake: ReturnType<typeof setTimeout> | null = null;
  #wakeAtMs = Infinity;
  #notifying: ReturnType<typeof setTimeout> | null = null;

  constructor(readonly client: Client) {}

  readonly snapshot = (): UploadState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  add(bucket: string, prefix: string, files: readonly PathFile[], batch = ""): void {
    const start = this.#state.items.length;
    this.#runs.push({ batch, first: start, end: start + files.length });
    const news = files.map(({ path, file }, place): NewFile => {
      const key = keyOf(prefix, path);
      const problem = keyProblem(key);
      if (!problem) this.#files.set(start + place, file);
      // A type is signed with the address, so one is always named: a browser would leave an unknown one out.
      return { bucket, key, sizeBytes: file.size, contentType: file.type || "application/octet-stream", ...(problem ? { reason: { kind: "key", problem } satisfies FailReason } : {}) };
    });
    this.send({ type: "added", files: news });
  }

  send(event: UploadEvent): void {
    const { state, effects } = transition(this.#state, event, Date.now());
    this.#state = state;
    if (state.items.length === 0) this.#runs.length = 0;
    for (const effect of effects) this.#perform(effect);
    this.#notify();
  }

  /** How many files of each batch are done and how many are not yet over. */
  progressByBatch(): Map<string, { open: number; done: number }> {
    const progress = new Map<string, { open: number; done: number }>();
    for (const { batch, first, end } of this.#runs) {
      const sum = progress.get(batch) ?? { open: 0, done: 0 };
      for (let id = first; id < end; id++) {
        const status = this.#state.items[id]?.status;
        if (status === "done") sum.done++;
        else if (status === "queued" || status === "uploading" || status === "paused") sum.open++;
      }
      progress.set(batch, sum);
    }
    return progress;
  }

  /** Stops all requests; for when the workspace is left. */
  dispose(): void {
    for (const request of this.#requests.values()) request.abort();
    this.#requests.clear();
    if (this.#wake) clearTimeout(this.#wake);
    if (this.#notifying) clearTimeout(this.#notifying);
  }

  #notify(): void {
    this.#notifying ??= setTimeout(() => {
      this.#notifying = null;
      for (const listener of this.#listeners) listener();
    }, 200);
  }

  #perform(effect: UploadEffect): void {
    switch (effect.type) {
      case "sign":
        void this.#sign(effect.bucket, effect.ids);
        return;
      case "send":
        void this.#put(effect.id, effect.signed);
        return;
      case "abort":
        this.#attempts.delete(effect.id);
        this.#requests.get(effect.id)?.abort();
        this.#requests.delete(effect.id);
        return;
      case "release":
        for (const id of effect.ids) this.#files.delete(id);
        return;
      case "wake":
        if (this.#wake && this.#wakeAtMs <= effect.atMs) return;
        if (this.#wake) clearTimeout(this.#wake);
        this.#wakeAtMs = effect.atMs;
        this.#wake = setTimeout(() => {
          this.#wake = null;
          this.#wakeAtMs = Infinity;
          this.send({ type: "tick" });
        }, Math.max(0, effect.atMs - Date.now()));
        return;
    }
  }

  async #sign(bucket: string, ids: readonly number[]): Promise<void> {
    const files = ids.map((id) => {
      const { key, sizeBytes, contentType } = this.#state.items[id]!;
      return { key, sizeBytes, contentType };
    });
    try {
      const answers = await this.client.call("object.presign-uploads", { bucket, files, compare: true });
      this.send({ type: "signed", results: ids.map((id, place) => ({ id, ...(answers[place] ?? { url: null, headers: {}, existing: null, reason: null }) })) });
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      const again = status === 0 || status === 429 || status >= 500;
      const reason: FailReason = error instanceof ApiError && status !== 0 ? { kind: "refused", message: error.message } : { kind: "network" };
      this.send({ type: "sign-failed", ids, again, reason });
    }
  }

  /** The bytes that are there already are not sent again: by their checksum, because names and sizes say nothing of bytes. */
  async #put(id: number, { url, headers, existing }: SignedUrl): Promise<void> {
    const file = this.#files.get(id);
    const attempt = Symbol(id);
    this.#attempts.set(id, attempt);
    const current = () => this.#attempts.get(id) === attempt;
    if (!file) return queueMicrotask(() => current() && this.send({ type: "send-failed", id, reason: { kind: "unreadable" } }));
    let body: Blob | ArrayBuffer = file;
    let contentMd5: string | null = null;
    try {
      if (file.size <= wholeBytes) {
        body = await file.arrayBuffer();
        const md5 = await md5Of(new Blob([body]));
        if (existing?.sizeBytes === file.size && existing.etag === md5) return void (current() && this.send({ type: "skipped", id }));
        contentMd5 = base64OfHex(md5);
      } else if (existing && (await holdsTheSame(file, existing))) {
        return void (current() && this.send({ type: "skipped", id }));
      }
    } catch {
      return void (current() && this.send({ type: "send-failed", id, reason: { kind: "unreadable" } }));
    }
    if (current()) this.#request(id, attempt, file, { url, headers, body, contentMd5 });
  }

  /** XMLHttpRequest, because fetch tells nothing of how far an upload is. */
  #request(id: number, attempt: symbol, file: File, { url, headers, body, contentMd5 }: { url: string; headers: Record<string, string>; body: Blob | ArrayBuffer; contentMd5: string | null }): void {
    const request = new XMLHttpRequest();
    const current = () => this.#attempts.get(id) === attempt;
    this.#requests.set(id, request);
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser sets these itself and forbids to set them.
      if (!/^(content-length|host)$/i.test(name)) request.setRequestHeader(name, value);
    }
    // The store keeps nothing that came in changed.
    if (contentMd5) request.setRequestHeader("content-md5", contentMd5);
    if (file.size > wholeBytes) request.upload.onprogress = (event) => current() && this.send({ type: "progress", id, sentBytes: event.loaded });
    request.onload = () => {
      this.#requests.delete(id);
      if (!current()) return;
      if (request.status >= 200 && request.status < 300) this.send({ type: "sent", id });
      else this.send({ type: "send-failed", id, reason: { kind: "store", status: request.status, message: storeMessage(request.responseText) } });
    };
    request.onerror = () => {
      this.#requests.delete(id);
      // Paused and begun anew while we looked: that attempt speaks for itself.
      void whyUnsent(file).then((reason) => current() && this.send({ type: "send-failed", id, reason }));
    };
    request.send(body);
  }
}

/** A request fails the same way for a broken line and for a file that is gone; reading a byte tells which. */
async function whyUnsent(file: File): Promise<FailReason> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return { kind: "network" };
  } catch {
    return { kind: "unreadable" };
  }
}

/** The <Message> of an S3 error, or "". */
function storeMessage(xml: string): string {
  return /<Message>([^<]*)<\/Message>/.exec(xml)?.[1] ?? "";
}
