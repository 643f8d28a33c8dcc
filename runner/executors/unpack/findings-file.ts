import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { once } from "node:events";
import type { UnpackFinding } from "#lib/domain/archive";
import { artifactsBucket, unpackFindingsKey } from "#storage/keys";
import type { ObjectStore } from "#storage/object-store";
import { untilStoreAnswers } from "../../work/patience";

/** What is told of an archive's entries, one JSON value a line: there may be a million of them. */
export class FindingsFile {
  readonly path: string;
  #stream: WriteStream | null = null;
  #failure: Error | null = null;
  count = 0;

  constructor(path: string) {
    this.path = path;
  }

  add(finding: UnpackFinding): void {
    this.count++;
    if (!this.#stream) {
      this.#stream = createWriteStream(this.path);
      this.#stream.on("error", (error) => (this.#failure ??= error));
    }
    this.#stream.write(`${JSON.stringify(finding)}\n`);
  }

  /** Bytes that wait to be written. */
  get pendingBytes(): number {
    return this.#stream?.writableLength ?? 0;
  }

  /** Puts it where the page finds it; without a finding there is no object. */
  async keep(store: ObjectStore, { workspaceId, jobId }: { workspaceId: string; jobId: string }, signal: AbortSignal): Promise<void> {
    const key = unpackFindingsKey(workspaceId, jobId);
    if (!this.#stream) {
      await untilStoreAnswers(() => store.delete(artifactsBucket, key), signal);
      return;
    }
    this.#stream.end();
    if (!this.#stream.closed && !this.#failure) await Promise.race([once(this.#stream, "close"), once(this.#stream, "error")]).catch(() => {});
    if (this.#failure) throw this.#failure;
    const { size } = await stat(this.path);
    await untilStoreAnswers(() => store.put(artifactsBucket, key, createReadStream(this.path), { contentType: "application/x-ndjson", sizeBytes: size }), signal);
  }
}
