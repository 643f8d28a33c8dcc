import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs-core";

/** One operation on TensorFlow.js' gradient tape, as far as it is looked at here. */
type TapeNode = { kernelName: string; inputs: NamedTensorMap; outputs: Tensor[] };

/** The attributes of those calls whose mean and variance are the moments of their x; a call's gradient gets the same object. */
const calls = new WeakSet<NamedAttrMap>();
/** how far back the moments may have been taken: layers take them right before */
const window = 32;

/**
 * Looks whether a BatchNorm normalises by the batch's own moments, taken on the tape. Then its gradient for x covers
 * the ways through mean and variance as well. The same numbers computed off the tape count as constants, so they do not.
 */
export function noteBatchMoments(call: NamedAttrMap, tape: readonly TapeNode[], tensors: { x: Tensor; mean: Tensor; variance: Tensor }): void {
  const recent = tape.slice(-window);
  const producer = (tensor: Tensor | undefined, kernelName: string) => {
    const node = recent.findLast(({ outputs }) => outputs.some(({ id }) => id === tensor?.id));
    return node?.kernelName === kernelName ? node : undefined;
  };
  /** The tensor that this one is another view of. */
  const origin = (tensor: Tensor | undefined): Tensor | undefined => {
    const view = producer(tensor, "Reshape") ?? producer(tensor, "Identity") ?? producer(tensor, "Cast");
    return view ? origin(view.inputs.x) : tensor;
  };
  const x = origin(tensors.x);
  const mean = origin(tensors.mean);
  const meanOf = producer(mean, "Mean");
  const squares = producer(producer(origin(tensors.variance), "Mean")?.inputs.x, "Square");
  const deviations = producer(squares?.inputs.x, "Sub");
  if (!x || !mean || !meanOf || !deviations) return;
  const same = (a: Tensor | undefined, b: Tensor) => origin(a)?.id === b.id;
  const perChannel = tensors.mean.size === tensors.x.shape.at(-1) && meanOf.inputs.x!.shape.at(-1) === tensors.mean.size;
  if (perChannel && same(meanOf.inputs.x, x) && same(deviations.inputs.a, x) && same(deviations.inputs.b, mean)) calls.add(call);
}

export function hasBatchMoments(call: NamedAttrMap): boolean {
  return calls.has(call);
}
