import type { PathFile } from "./upload-effects";
import type { FromWorker, ToWorker } from "./upload-messages";
import { emptySummary, type UploadRow, type UploadSummary, type Watched } from "./upload-summary";

const pieceFiles = 1000;

export type Source = { handles: readonly FileSystemHandle[] } | { files: Iterable<PathFile> };

/** The page's side of the upload worker. Nothing here grows with the number of files. */
export class RemoteUploads {
  #summary: UploadSummary = emptySummary;
  readonly #listeners = new Set<() => void>();
  readonly #worker: Worker;
  readonly #answers = new Map<number, (answer: never) => void>();
  readonly #walks = new Map<string, { onFound(count: number): void; over(unreadable: readonly string[]): void }>();
  #asks = 0;

  constructor(slug: string) {
    this.#worker = new Worker(new URL("./upload-worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#take(data);
    this.#post({ type: "start", baseUrl: location.origin, slug });
    window.addEventListener("online", this.#online);
  }

  readonly snapshot = (): UploadSummary => this.#summary;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * @param resumes the interrupted upload that this goes on with
   * @returns paths that could not be read, once all files are known
   */
  async add(bucket: string, prefix: string, source: Source, options: { resumes?: string; onFound?: (count: number) => void } = {}): Promise<readonly string[]> {
    const batch = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
    const { resumes = null, onFound = () => {} } = options;
    if ("handles" in source) {
      return new Promise((over) => {
        this.#walks.set(batch, { onFound, over });
        this.#post({ type: "batch", batch, bucket, prefix, handles: source.handles, resumes });
      });
    }
    this.#post({ type: "batch", batch, bucket, prefix, handles: [], resumes });
    let piece: PathFile[] = [];
    let count = 0;
    for (const file of source.files) {
      piece.push(file);
      if (piece.length < pieceFiles) continue;
      this.#post({ type: "files", batch, files: piece, last: false });
      onFound((count += piece.length));
      piece = [];
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    this.#post({ type: "files", batch, files: piece, last: true });
    return [];
  }

  send(event: Extract<ToWorker, { type: "event" }>["event"]): void {
    this.#post({ type: "event", event });
  }

  watch(watched: Watched | null): void {
    this.#post({ type: "watch", watched });
  }

  failures(): Promise<readonly UploadRow[]> {
    return this.#ask((ask) => ({ type: "failures", ask }));
  }

  handlesOf(id: string): Promise<readonly FileSystemHandle[]> {
    return this.#ask((ask) => ({ type: "handles", ask, id }));
  }

  forget(id: string): void {
    this.#post({ type: "forget", id });
  }

  dispose(): void {
    window.removeEventListener("online", this.#online);
    this.#worker.terminate();
  }

  readonly #online = () => this.send({ type: "online" });

  #ask<T>(message: (ask: number) => ToWorker): Promise<T> {
    return new Promise((resolve) => {
      const ask = ++this.#asks;
      this.#answers.set(ask, resolve as (answer: never) => void);
      this.#post(message(ask));
    });
  }

  #take(message: FromWorker): void {
    switch (message.type) {
      case "summary":
        this.#summary = message.summary;
        for (const listener of this.#listeners) listener();
        return;
      case "found": {
        const walk = this.#walks.get(message.batch);
        walk?.onFound(message.count);
        if (!message.over) return;
        this.#walks.delete(message.batch);
        walk?.over(message.unreadable);
        return;
      }
      case "failures":
        this.#answers.get(message.ask)?.(message.rows as never);
        this.#answers.delete(message.ask);
        return;
      case "handles":
        this.#answers.get(message.ask)?.(message.handles as never);
        this.#answers.delete(message.ask);
        return;
    }
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
