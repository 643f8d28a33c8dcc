import type { StoreFolder } from "../disk/store";
import { versionIdOf } from "../disk/version-id";
import { maxNamed, scrubVersion, type ScrubReport } from "./scrub";

/** One scrub at a time, while the store runs. */
export class Scrubber {
  #report: ScrubReport | null = null;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(private readonly store: StoreFolder, private readonly now: () => number, private readonly log: (line: string) => void) {}

  /** of the one that runs or ran last */
  get report(): ScrubReport | null {
    return this.#report;
  }

  start(): ScrubReport {
    if (!this.#running) {
      const report: ScrubReport = { state: "running", startedAtMs: this.now(), objects: 0, bytes: 0, damaged: [], damagedObjects: 0 };
      this.#report = report;
      this.#running = this.#run(report).finally(() => (this.#running = null));
    }
    return this.#report!;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(report: ScrubReport): Promise<void> {
    try {
      await this.#verifyAll(report);
      report.state = "done";
    } catch (error) {
      report.state = "failed";
      report.error = error instanceof Error ? error.message : String(error);
      this.log(`the scrub failed: ${report.error}`);
    }
    report.endedAtMs = this.now();
  }

  async #verifyAll(report: ScrubReport): Promise<void> {
    for (const { name } of [...this.store.catalogue.buckets.values()]) {
      for await (const { key, version } of this.store.catalogue.buckets.get(name)?.versionsFrom("") ?? []) {
        if (this.#stopped) throw new Error("the store is stopping");
        if (!version.content) continue;
        const reason = await scrubVersion(this.store, name, key, version);
        report.objects++;
        report.bytes += version.content.sizeBytes;
        if (reason === null) continue;
        report.damagedObjects++;
        this.log(`damaged: ${name}/${key}: ${reason}`);
        if (report.damaged.length < maxNamed) report.damaged.push({ bucket: name, key, versionId: versionIdOf(version), reason });
      }
    }
  }
}
