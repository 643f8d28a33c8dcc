import { describe, expect, it } from "vitest";
import {
  argMax,
  confusionMatrix,
  countHits,
  expectedCalibrationError,
  labelScores,
  logLoss,
  macroF1,
  smoothTargets,
  topKAccuracy,
} from "./metrics";

/** Six samples over three labels; predicted 0, 0, 1, 1, 2, 0. */
const probabilities = Float32Array.of(
  0.8, 0.1, 0.1,
  0.6, 0.3, 0.1,
  0.2, 0.7, 0.1,
  0.3, 0.5, 0.2,
  0.1, 0.2, 0.7,
  0.5, 0.1, 0.4,
);
const labels = Int32Array.of(0, 0, 1, 0, 2, 2);

describe("metrics", () => {
  it("counts the highest of each row", () => {
    expect([...argMax(probabilities, 3)]).toEqual([0, 0, 1, 1, 2, 0]);
    expect(countHits(probabilities, labels, 3)).toBe(4);
    expect([...argMax([1, 1, 0], 3)]).toEqual([0]);
  });

  it("scores each label by hand-counted precision, recall and F1", () => {
    const confusion = confusionMatrix(argMax(probabilities, 3), labels, 3);
    expect(confusion).toEqual([[2, 1, 0], [0, 1, 0], [1, 0, 1]]);
    const scores = labelScores(confusion);
    // label 0: 2 of 3 predicted right, 2 of 3 found; label 1: 1 of 2, 1 of 1; label 2: 1 of 1, 1 of 2
    expect(scores.map(({ precision }) => precision)).toEqual([2 / 3, 1 / 2, 1]);
    expect(scores.map(({ recall }) => recall)).toEqual([2 / 3, 1, 1 / 2]);
    expect(scores.map(({ f1 }) => f1)).toEqual([2 / 3, 2 / 3, 2 / 3]);
    expect(scores.map(({ support }) => support)).toEqual([3, 1, 2]);
    expect(macroF1(scores)).toBeCloseTo(2 / 3, 12);
  });

  it("gives a label that is never predicted nor seen 0, not NaN", () => {
    const scores = labelScores([[2, 0], [0, 0]]);
    expect(scores[1]).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
    expect(macroF1(scores)).toBe(1);
  });

  it("looks among the k most probable, ties against the model", () => {
    expect(topKAccuracy(probabilities, labels, 3, 1)).toBeCloseTo(4 / 6, 12);
    expect(topKAccuracy(probabilities, labels, 3, 2)).toBe(1);
    expect(topKAccuracy(Float32Array.of(0.5, 0.5), Int32Array.of(0), 2, 1)).toBe(0);
  });

  it("averages −ln of the true label's probability", () => {
    // −(ln .8 + ln .6 + ln .7 + ln .3 + ln .7 + ln .4) / 6
    expect(logLoss(probabilities, labels, 3)).toBeCloseTo(0.594597, 5);
    expect(logLoss(Float32Array.of(1, 0), Int32Array.of(1), 2)).toBeCloseTo(-Math.log(1e-12), 5);
  });

  it("compares confidence with accuracy bin by bin", () => {
    // Two bins: (0, ½) holds nothing; [½, 1] all six: confidence (.8+.6+.7+.5+.7+.5)/6 = .6333, accuracy 4/6.
    expect(expectedCalibrationError(probabilities, labels, 3, 2)).toBeCloseTo(4 / 6 - 3.8 / 6, 6);
    // Sure and right is perfectly calibrated; sure and wrong is 1 off.
    expect(expectedCalibrationError(Float32Array.of(1, 0), Int32Array.of(0), 2)).toBe(0);
    expect(expectedCalibrationError(Float32Array.of(1, 0), Int32Array.of(1), 2)).toBe(1);
  });

  it("spreads the smoothing over all labels, the true one included", () => {
    // K = 4, ε = 0.1: 0.9 + 0.025 and 0.025, as torch's CrossEntropyLoss(label_smoothing=0.1)
    const targets = [...smoothTargets(Int32Array.of(2), 4, 0.1)];
    [0.025, 0.025, 0.925, 0.025].forEach((value, i) => expect(targets[i]).toBeCloseTo(value, 6));
  });
});
