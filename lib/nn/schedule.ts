/**
 * One cycle of the learning rate (Smith & Topin, "Super-Convergence", 2017), annealed along a cosine with the defaults
 * of torch.optim.lr_scheduler.OneCycleLR: from max/25 up to max, then down to max/250,000. Momentum stays as it is.
 */
export type OneCycle = {
  maxLearningRate: number;
  /** share of the schedule spent rising, in (0, 1) */
  warmUpShare: number;
};

const startDivisor = 25;
const endDivisor = 1e4;

/**
 * The learning rate at a share of the schedule. A share rather than a step, so that a plan made shorter or longer on
 * the way goes on from where it is.
 * @param share 0 at the first step, 1 at the last
 */
export function oneCycle(share: number, { maxLearningRate, warmUpShare }: OneCycle): number {
  const first = maxLearningRate / startDivisor;
  const last = first / endDivisor;
  if (share <= warmUpShare) return cosine(first, maxLearningRate, share / warmUpShare);
  return cosine(maxLearningRate, last, Math.min(1, (share - warmUpShare) / (1 - warmUpShare)));
}

/** From `from` at 0 to `to` at 1 along half a cosine. */
function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}

/** Which picture size holds at a share of the schedule: the last whose `from` has been reached. */
export function sizeAt(share: number, sizes: readonly { from: number; imageSize: number }[]): number {
  return sizes.findLast(({ from }) => share >= from)!.imageSize;
}
