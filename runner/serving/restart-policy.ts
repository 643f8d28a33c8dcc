/** Deaths of a served model's child within this time are counted together. */
const windowMs = 60_000;
const maxDeaths = 3;
const firstWaitMs = 500;

/** Whether a child that died is started again. Pure: the caller brings the clock. */
export class RestartPolicy {
  #deathsMs: number[] = [];

  /** @returns how long to wait before the next start; null: it died too often */
  died(nowMs: number): number | null {
    this.#deathsMs = [...this.#deathsMs.filter((atMs) => nowMs - atMs < windowMs), nowMs];
    const deaths = this.#deathsMs.length;
    return deaths >= maxDeaths ? null : firstWaitMs * 4 ** (deaths - 1);
  }
}
