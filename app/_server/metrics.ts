import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { countJobsByStatus } from "#lib/data/count-jobs-by-status";
import type { Database } from "#lib/data/database";
import { jobStatuses } from "#lib/domain/job";

export type Metrics = {
  /** @param route a name from a small set, never a path with ids in it */
  observeRequest(labels: { route: string; method: string; status: number; durationMs: number }): void;
  /** Prometheus text. What only PostgreSQL knows is left out while it is away. */
  text(): Promise<{ contentType: string; body: string }>;
};

export function createMetrics(db: Database, connectedRunners: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "lathe_http_request_duration_seconds",
    help: "How long web took to answer, by route",
    labelNames: ["route", "method", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  new Gauge({
    name: "lathe_runners_connected",
    help: "Runners whose socket is connected to this process",
    registers: [registry],
    collect() {
      this.set(connectedRunners());
    },
  });
  const jobs = new Gauge({ name: "lathe_jobs", help: "Jobs by status, of all workspaces", labelNames: ["status"], registers: [registry] });
  const up = new Gauge({ name: "lathe_database_up", help: "1 when PostgreSQL answered this scrape", registers: [registry] });
  return {
    observeRequest({ route, method, status, durationMs }) {
      requests.observe({ route, method, status: String(status) }, durationMs / 1000);
    },
    async text() {
      const counts = await countJobsByStatus(db).catch(() => null);
      up.set(counts ? 1 : 0);
      jobs.reset();
      if (counts) for (const status of jobStatuses) jobs.set({ status }, counts[status] ?? 0);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
