import type { StoreFolder } from "../disk/store";
import { sweep } from "./lifecycle";

const compactEveryMs = 60_000;
const sweepEveryMs = 3600_000;

/** What a running store does for itself: gives room back, lets go what is due. */
export class Upkeep {
  readonly #timers: NodeJS.Timeout[] = [];
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly store: StoreFolder, private readonly now: () => number, private readonly log: (line: string) => void) {}

  start(): void {
    void this.#next("sweep", () => this.sweep());
    this.#timers.push(setInterval(() => void this.#next("sweep", () => this.sweep()), sweepEveryMs).unref());
    this.#timers.push(setInterval(() => void this.#next("compact", () => this.store.compact()), compactEveryMs).unref());
  }

  async sweep(): Promise<void> {
    await sweep({ store: this.store, now: this.now }, () => this.#stopped);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timers.forEach(clearInterval);
    await this.#running;
  }

  /** One thing at a time. */
  #next(name: string, act: () => Promise<unknown>): Promise<void> {
    return (this.#running = this.#running.then(async () => {
      if (this.#stopped) return;
      await act().catch((error: unknown) => this.log(`${name} failed, trying again later: ${String(error)}`));
    }));
  }
}
