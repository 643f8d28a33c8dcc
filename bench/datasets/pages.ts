import type { Client } from "#lib/sdk/client";
import type { Run } from "../benchmark";

/** What design.md's reader waits for without noticing, ms. */
const bar = { name: "bar", value: 200 };
const rounds = 9;

/** Gallery and search over HTTP, 100 samples a page: medians. */
export async function measurePages(run: Run, client: Client, at: { dataset: string; version: number }): Promise<void> {
  const page = (filter: object) => () => client.call("sample.list", { ...at, limit: 100, ...filter });
  const cases: Record<string, () => Promise<unknown>> = {
    "first page": page({}),
    "a label": page({ label: "label-0900" }),
    "a split": page({ split: "test" }),
    "a state": page({ state: "accepted" }),
    "a finding": page({ finding: "blurred" }),
    "dropped": page({ dropped: "true" }),
    "least sure first": page({ order: "unsure" }),
    "suggestions that disagree": page({ disagreeing: "true" }),
    "search, many hits": page({ search: "img" }),
    "search, 1,000 hits": page({ search: "label-0999" }),
    "search, few hits": page({ search: "0a1b2c" }),
    "search, no hit": page({ search: "zzzzqq" }),
    "search, two letters, no hit": page({ search: "zq" }),
    "duplicate groups": () => client.call("duplicate.list", { ...at, limit: 20 }),
    "counts by state": () => client.call("sample.count", at),
    "the version": () => client.call("dataset-version.show", at),
  };
  for (const [name, ask] of Object.entries(cases)) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const beganMs = performance.now();
      await ask();
      times.push(performance.now() - beganMs);
    }
    times.sort((a, b) => a - b);
    run.emit({ case: `million: ${name}`, value: times[rounds >> 1]!, unit: "ms", better: "less", reference: bar });
  }
}
