/**
 * Measures of a classifier over N samples and K labels. Everywhere: `probabilities` is [N, K] row by row, each in
 * [0, 1]; `labels` [N] are label indexes. Pure.
 */

/** [N, K] with 1 − smoothing at the label and the rest spread evenly over all K (Szegedy et al., 2015, section 7). */
export function smoothTargets(labels: Int32Array, classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  labels.forEach((label, i) => (targets[i * classes + label]! += 1 - smoothing));
  return targets;
}

/** The label of the highest score in each row; the first one of equals. */
export function argMax(scores: ArrayLike<number>, classes: number): Int32Array {
  const result = new Int32Array(scores.length / classes);
  for (let row = 0; row < result.length; row++) {
    let best = 0;
    for (let label = 1; label < classes; label++) {
      if (scores[row * classes + label]! > scores[row * classes + best]!) best = label;
    }
    result[row] = best;
  }
  return result;
}

export function countHits(scores: ArrayLike<number>, labels: Int32Array, classes: number): number {
  return argMax(scores, classes).reduce((hits, label, i) => hits + (label === labels[i] ? 1 : 0), 0);
}

/** Share of samples whose label is among the `k` most probable; ties are counted against the model. */
export function topKAccuracy(probabilities: Float32Array, labels: Int32Array, classes: number, k: number): number {
  let hits = 0;
  labels.forEach((label, i) => {
    const own = probabilities[i * classes + label]!;
    let above = 0;
    for (let other = 0; other < classes; other++) {
      if (other !== label && probabilities[i * classes + other]! >= own) above++;
    }
    if (above < k) hits++;
  });
  return hits / labels.length;
}

/** [true label][predicted label] counts. */
export function confusionMatrix(predicted: Int32Array, labels: Int32Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => matrix[label]![predicted[i]!]!++);
  return matrix;
}

export type LabelScore = { precision: number; recall: number; f1: number; support: number };

/** Per label, of a confusion matrix. A share of nothing is 0: a label never predicted has precision 0. */
export function labelScores(confusion: readonly (readonly number[])[]): LabelScore[] {
  return confusion.map((row, label) => {
    const hits = row[label]!;
    const support = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + other[label]!, 0);
    const f1 = support + predicted === 0 ? 0 : (2 * hits) / (support + predicted);
    return { precision: predicted === 0 ? 0 : hits / predicted, recall: support === 0 ? 0 : hits / support, f1, support };
  });
}

/** Mean of the labels' F1, each label counting alike; labels without a sample are left out. */
export function macroF1(scores: readonly LabelScore[]): number {
  const present = scores.filter(({ support }) => support > 0);
  return present.reduce((sum, { f1 }) => sum + f1, 0) / present.length;
}

/** Mean of −ln(probability of the true label), probabilities held above 1e-12. */
export function logLoss(probabilities: Float32Array, labels: Int32Array, classes: number): number {
  let sum = 0;
  labels.forEach((label, i) => (sum -= Math.log(Math.max(probabilities[i * classes + label]!, 1e-12))));
  return sum / labels.length;
}

/**
 * Expected calibration error (Naeini et al., 2015; Guo et al., 2017): how far, on average, confidence is from accuracy
 * over `bins` equal bins of confidence. 0 is perfect, at most 1.
 */
export function expectedCalibrationError(probabilities: Float32Array, labels: Int32Array, classes: number, bins = 15): number {
  const predicted = argMax(probabilities, classes);
  const confidence = new Float64Array(bins);
  const hits = new Float64Array(bins);
  labels.forEach((label, i) => {
    const highest = probabilities[i * classes + predicted[i]!]!;
    const bin = Math.min(bins - 1, Math.floor(highest * bins));
    confidence[bin]! += highest;
    if (predicted[i] === label) hits[bin]!++;
  });
  return confidence.reduce((sum, total, bin) => sum + Math.abs(total - hits[bin]!), 0) / labels.length;
}
