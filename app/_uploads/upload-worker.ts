import { createClient } from "#lib/sdk/client";
import { readHandles } from "./read-handles";
import { Uploader, type PathFile } from "./upload-effects";
import type { FromWorker, ToWorker } from "./upload-messages";
import { UploadSessions, type UploadSession } from "./upload-sessions";
import { rowOf, summarise, type Interrupted, type Watched } from "./upload-summary";

/**
 * The upload queue's thread: walks folders, hashes, sends. The page only sees summaries.
 */
const page = self as unknown as { postMessage(message: FromWorker): void; onmessage: ((event: MessageEvent<ToWorker>) => void) | null };
const keepEveryMs = 2_000;
/** A session not written for this long belongs to no living page. */
const aliveMs = 6_000;

/** One `batch` of files: its session, and which items are its own. */
type Batch = { session: UploadSession; first: number; count: number; over: boolean };

class Host {
  readonly #uploader: Uploader;
  readonly #sessions = new UploadSessions();
  readonly #batches = new Map<string, Batch>();
  readonly #slug: string;
  #watched: Watched | null = null;
  #interrupted: UploadSession[] = [];
  #keeping: Promise<void> = Promise.resolve();

  constructor(baseUrl: string, slug: string) {
    this.#slug = slug;
    this.#uploader = new Uploader(createClient({ baseUrl, workspace: slug }));
    this.#uploader.subscribe(() => void this.#tellProgress());
    setInterval(() => void this.#keep(), keepEveryMs);
    void this.#look();
  }

  take(message: Exclude<ToWorker, { type: "start" }>): void {
    switch (message.type) {
      case "batch":
        void this.#begin(message);
        return;
      case "files":
        this.#add(message.batch, message.files);
        if (message.last) this.#batches.get(message.batch)!.over = true;
        return;
      case "event":
        this.#uploader.send(message.event);
        if (message.event.type === "clear" || message.event.type === "cancel") void this.#keep();
        return;
      case "watch":
        this.#watched = message.watched;
        this.tell();
        return;
      case "failures": {
        const rows = this.#uploader.snapshot().items.flatMap((item, id) => (item.status === "failed" ? [rowOf(item, id)] : []));
        page.postMessage({ type: "failures", ask: message.ask, rows });
        return;
      }
      case "handles":
        page.postMessage({ type: "handles", ask: message.ask, handles: this.#interrupted.find(({ id }) => id === message.id)?.handles ?? [] });
        return;
      case "forget":
        void this.#forget(message.id);
        return;
    }
  }

  tell(): void {
    const interrupted = this.#interrupted.map(({ id, bucket, prefix, name, count, done, handles }): Interrupted => ({ id, bucket, prefix, name, count, done, readable: handles.length > 0 }));
    page.postMessage({ type: "summary", summary: summarise(this.#uploader.snapshot(), this.#watched, interrupted) });
  }

  async #begin({ batch, bucket, prefix, handles, resumes }: Extract<ToWorker, { type: "batch" }>): Promise<void> {
    if (resumes !== null) void this.#forget(resumes);
    const session: UploadSession = { id: batch, slug: this.#slug, bucket, prefix, name: handles[0]?.name ?? "", count: 0, done: 0, handles, updatedAtMs: Date.now() };
    this.#batches.set(batch, { session, first: -1, count: 0, over: false });
    if (handles.length === 0) return;
    const unreadable = await readHandles(handles, (files) => {
      this.#add(batch, files);
      page.postMessage({ type: "found", batch, count: this.#batches.get(batch)!.count, over: false, unreadable: [] });
    });
    this.#batches.get(batch)!.over = true;
    page.postMessage({ type: "found", batch, count: this.#batches.get(batch)!.count, over: true, unreadable });
  }

  #add(id: string, files: readonly PathFile[]): void {
    const batch = this.#batches.get(id)!;
    const { session } = batch;
    if (session.name === "") session.name = files[0]?.path.split("/")[0] ?? "";
    batch.count += files.length;
    this.#uploader.add(session.bucket, session.prefix, files, id);
  }

  /** What is done is said to be so once no session claims otherwise: a page may be left the moment it reads it. */
  async #tellProgress(): Promise<void> {
    const { queued, uploading, paused } = this.#uploader.snapshot().counts;
    if (queued + uploading + paused === 0) await this.#keep();
    this.tell();
  }

  /** Writes down how far each batch is, so that a reload finds it; what is over is forgotten. One writing after the other. */
  #keep(): Promise<void> {
    return (this.#keeping = this.#keeping.then(() => this.#writeSessions()));
  }

  async #writeSessions(): Promise<void> {
    const progress = this.#uploader.progressByBatch();
    for (const [id, batch] of this.#batches) {
      const { open, done } = progress.get(id) ?? { open: 0, done: 0 };
      if (batch.over && open === 0) {
        this.#batches.delete(id);
        await this.#sessions.delete(id);
      } else {
        Object.assign(batch.session, { count: batch.count, done, updatedAtMs: Date.now() });
        await this.#sessions.put(batch.session);
      }
    }
  }

  /** Those of pages that are no more. One that was reloaded a moment ago still looks alive, and is looked at again. */
  async #look(): Promise<void> {
    const others = (await this.#sessions.all()).filter(({ slug, id }) => slug === this.#slug && !this.#batches.has(id));
    const known = new Set(this.#interrupted.map(({ id }) => id));
    const dead = others.filter(({ id, updatedAtMs }) => !known.has(id) && Date.now() - updatedAtMs > aliveMs);
    if (dead.length > 0) {
      this.#interrupted = [...this.#interrupted, ...dead];
      this.tell();
    }
    if (others.length > known.size + dead.length) setTimeout(() => void this.#look(), 1_000);
  }

  async #forget(id: string): Promise<void> {
    this.#interrupted = this.#interrupted.filter((session) => session.id !== id);
    await this.#sessions.delete(id);
    this.tell();
  }
}

let host: Host | null = null;
page.onmessage = ({ data }) => {
  if (data.type === "start") host ??= new Host(data.baseUrl, data.slug);
  else host?.take(data);
};
