import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { timeMs } from "#lib/protocol/common";
import { jobEventBody } from "#lib/protocol/jobs";
import type { NumberedEvent } from "./event-queue";

const spooled = z.object({
  jobId: z.string(),
  attempt: z.number().int().min(1),
  events: z.array(z.object({ seq: z.number().int().min(1), atMs: timeMs, body: jobEventBody })),
});
export type Spooled = { jobId: string; attempt: number; events: readonly NumberedEvent[] };

/** Events of ended attempts that web could not take yet: kept on disk, so that they outlive this process. */
export class Spool {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async keep(what: Spooled): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = this.#file(what);
    await writeFile(`${file}.tmp`, JSON.stringify(what), { mode: 0o600, flush: true });
    await rename(`${file}.tmp`, file);
  }

  async forget(what: { jobId: string; attempt: number }): Promise<void> {
    await rm(this.#file(what), { force: true });
  }

  /** What an earlier process kept. */
  async list(): Promise<Spooled[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(".json"));
    return Promise.all(names.map(async (name) => spooled.parse(JSON.parse(await readFile(path.join(this.#folder, name), "utf8")))));
  }

  #file({ jobId, attempt }: { jobId: string; attempt: number }): string {
    return path.join(this.#folder, `${jobId}-${attempt}.json`);
  }
}
