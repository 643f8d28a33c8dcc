import type { MetricPoint } from "./event-log";
import type { Trained } from "./status-sentence";

export type TrainingCurve = { name: string; points: { x: number; y: number | null }[] };

/** The training's metrics by name, each with its values over the steps done; a second attempt goes over the first. */
export function curvesOf(metrics: readonly MetricPoint[]): Map<string, TrainingCurve["points"]> {
  const lastAttempt = metrics.reduce((last, metric) => Math.max(last, metric.attempt), 0);
  const byName = new Map<string, TrainingCurve["points"]>();
  for (const { attempt, name, value, step } of metrics) {
    // Training begins anew with an attempt, so what the one before measured belongs to another curve.
    if (attempt !== lastAttempt) continue;
    const points = byName.get(name);
    if (points) points.push({ x: step, y: value });
    else byName.set(name, [{ x: step, y: value }]);
  }
  return byName;
}

/**
 * The last epoch that was done (or, before any was, the one begun) and the one whose model is kept: the first with the
 * highest validation accuracy, as training itself chooses. Both count from 0.
 */
export function trainedEpochs(metrics: readonly MetricPoint[]): Trained {
  const lastAttempt = metrics.reduce((last, metric) => Math.max(last, metric.attempt), 0);
  let begun: number | null = null;
  let done: number | null = null;
  let bestEpoch: number | null = null;
  let best = -Infinity;
  for (const { attempt, name, value, epoch } of metrics) {
    if (attempt !== lastAttempt) continue;
    begun = Math.max(begun ?? 0, epoch);
    if (name !== "validation/accuracy") continue;
    done = Math.max(done ?? 0, epoch);
    if (value === null || value <= best) continue;
    best = value;
    bestEpoch = epoch;
  }
  return { lastEpoch: done ?? begun, bestEpoch };
}
