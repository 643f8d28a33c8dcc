import { engine, Optimizer, type Scalar } from "@tensorflow/tfjs-core";
import { RecordingBackend } from "./backend";

let watched = false;

/**
 * Runs what a training step recorded when the step ends, though nobody may read its loss: every step is then the same
 * graph, compiled once. Whichever optimizer, a step ends where `minimize` does.
 */
export function flushAfterEveryStep(): void {
  if (watched) return;
  watched = true;
  const { minimize } = Optimizer.prototype;
  Optimizer.prototype.minimize = function (this: Optimizer, ...step: Parameters<typeof minimize>): Scalar | null {
    const loss = minimize.apply(this, step);
    const { backend } = engine();
    if (backend instanceof RecordingBackend) backend.flush();
    return loss;
  };
}
