import { ApiError, type Client } from "#lib/sdk/client";
import { keyOf, keyProblem } from "./upload-key";
import { emptyUploads, transition, type FailReason, type NewFile, type UploadEffect, type UploadEvent, type UploadState } from "./upload-state";

/** A file with its path from the folder dropped or picked, "/" between. */
export type PathFile = { path: string; file: File };

/**
 * Drives the upload machine in a browser: asks the API for addresses, PUTs each file straight to the object store, and
 * keeps the files until they are there. `subscribe` is called at most ten times a second.
 */
export class Uploader {
  #state: UploadState = emptyUploads;
  readonly #files = new Map<number, File>();
  readonly #requests = new Map<number, XMLHttpRequest>();
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

  add(bucket: string, prefix: string, files: readonly PathFile[]): void {
    const start = this.#state.items.length;
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
    for (const effect of effects) this.#perform(effect);
    this.#notify();
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
    }, 100);
  }

  #perform(effect: UploadEffect): void {
    switch (effect.type) {
      case "sign":
        void this.#sign(effect.bucket, effect.ids);
        return;
      case "send":
        this.#put(effect.id, effect.signed.url, effect.signed.headers);
        return;
      case "abort":
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
      const answers = await this.client.call("object.presign-uploads", { bucket, files });
      this.send({ type: "signed", results: ids.map((id, place) => ({ id, ...(answers[place] ?? { url: null, headers: {}, reason: null }) })) });
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      const again = status === 0 || status === 429 || status >= 500;
      const reason: FailReason = error instanceof ApiError && status !== 0 ? { kind: "refused", message: error.message } : { kind: "network" };
      this.send({ type: "sign-failed", ids, again, reason });
    }
  }

  /** XMLHttpRequest, because fetch tells nothing of how far an upload is. */
  #put(id: number, url: string, headers: Record<string, string>): void {
    const file = this.#files.get(id);
    if (!file) {
      queueMicrotask(() => this.send({ type: "send-failed", id, reason: { kind: "unreadable" } }));
      return;
    }
    const request = new XMLHttpRequest();
    this.#requests.set(id, request);
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser sets these itself and forbids to set them.
      if (!/^(content-length|host)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => this.send({ type: "progress", id, sentBytes: event.loaded });
    request.onload = () => {
      this.#requests.delete(id);
      if (request.status >= 200 && request.status < 300) this.send({ type: "sent", id });
      else this.send({ type: "send-failed", id, reason: { kind: "store", status: request.status, message: storeMessage(request.responseText) } });
    };
    request.onerror = () => {
      this.#requests.delete(id);
      void whyUnsent(file).then((reason) => {
        // Paused and begun anew while we looked: that attempt speaks for itself.
        if (!this.#requests.has(id)) this.send({ type: "send-failed", id, reason });
      });
    };
    request.send(file);
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
  return new DOMParser().parseFromString(xml, "application/xml").querySelector("Message")?.textContent ?? "";
}
