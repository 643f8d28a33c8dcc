import { leaseRenewMs } from "#lib/domain/job";

export type LeaseOptions = {
  /** rejects when the database cannot be reached */
  renew(): Promise<{ held: boolean; stopRequested: boolean }>;
  onStopRequested(): void;
  onLost(): void;
  onTrouble(error: unknown): void;
  everyMs?: number;
};

/**
 * Renews an attempt's lease until it is lost or ended. While the database cannot be reached the work goes on: nobody
 * else can claim the job there either, and every write names its attempt.
 */
export class Lease {
  readonly #options: LeaseOptions;
  #timer: NodeJS.Timeout | null = null;
  #renewing: Promise<void> | null = null;
  #ended = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.renewNow(), options.everyMs ?? leaseRenewMs);
  }

  /** Renews at once; a renewal under way is waited for instead. */
  renewNow(): Promise<void> {
    return (this.#renewing ??= this.#renew().finally(() => (this.#renewing = null)));
  }

  end(): void {
    this.#ended = true;
    if (this.#timer) clearInterval(this.#timer);
  }

  async #renew(): Promise<void> {
    const { renew, onStopRequested, onLost, onTrouble } = this.#options;
    try {
      const { held, stopRequested } = await renew();
      if (this.#ended) return;
      if (!held) {
        this.end();
        onLost();
      } else if (stopRequested) onStopRequested();
    } catch (error) {
      if (!this.#ended) onTrouble(error);
    }
  }
}
