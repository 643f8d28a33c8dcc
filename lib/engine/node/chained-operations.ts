import * as tf from "@tensorflow/tfjs-core";

type Operation = (...args: unknown[]) => unknown;
type Method = (this: tf.Tensor, ...args: unknown[]) => unknown;

/** `x.name(…)` is `tf.name(x, …)`. */
const operations = `
  abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool batchToSpaceND batchNorm broadcastTo cast ceil
  clipByValue conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace depthwiseConv2d dilation2d div divNoNan dot elu
  equal erf euclideanNorm exp expandDims expm1 fft floor floorDiv gather greater greaterEqual ifft irfft isFinite isInf isNaN
  leakyRelu less lessEqual localResponseNormalization log log1p logSigmoid logSoftmax logSumExp logicalAnd logicalNot logicalOr
  logicalXor matMul max maxPool maximum mean min minimum mirrorPad mod mul neg norm notEqual oneHot onesLike pad pool pow prelu
  prod reciprocal relu relu6 reshape reverse rfft round rsqrt selu separableConv2d sigmoid sign sin sinh slice softmax softplus
  spaceToBatchND split sqrt square squaredDifference squeeze step stridedSlice sub sum tan tanh tile topk transpose unique
  unsortedSegmentSum unstack zerosLike`
  .trim()
  .split(/\s+/);

/** Those which say it in another way than their function does. */
const others: Record<string, Method> = {
  as1D: flatten,
  flatten,
  as2D: reshapeTo,
  as3D: reshapeTo,
  as4D: reshapeTo,
  as5D: reshapeTo,
  asScalar() {
    tf.util.assert(this.size === 1, () => `asScalar needs a tensor of one element, but this one has ${this.size}.`);
    return tf.reshape(this, []);
  },
  asType(dtype) {
    return tf.cast(this, dtype as tf.DataType);
  },
  toBool() {
    return tf.cast(this, "bool");
  },
  toFloat() {
    return tf.cast(this, "float32");
  },
  toInt() {
    return tf.cast(this, "int32");
  },
  concat(others, axis) {
    return tf.concat([this, ...listOf(others)], axis as number);
  },
  stack(others, axis) {
    return tf.stack([this, ...listOf(others)], axis as number);
  },
  reshapeAs(like) {
    return tf.reshape(this, (like as tf.Tensor).shape as [number]);
  },
  where(condition, otherwise) {
    return tf.where(condition as tf.Tensor, this, otherwise as tf.Tensor);
  },
  resizeBilinear(...rest) {
    return (tf.image.resizeBilinear as Operation)(this, ...rest);
  },
  resizeNearestNeighbor(...rest) {
    return (tf.image.resizeNearestNeighbor as Operation)(this, ...rest);
  },
};

/** Gives tensors the methods that the package @tensorflow/tfjs gives them: `x.add(y)`. */
export function registerChainedOperations(): void {
  const prototype = tf.Tensor.prototype as unknown as Record<string, Method>;
  const namespace = tf as unknown as Record<string, Operation>;
  for (const name of operations) define(name, function (...rest) { return namespace[name]!(this, ...rest); });
  for (const [name, method] of Object.entries(others)) define(name, method);

  function define(name: string, method: Method): void {
    prototype[name] = function (...rest) {
      (this as unknown as { throwIfDisposed(): void }).throwIfDisposed();
      return method.apply(this, rest);
    };
  }
}

function flatten(this: tf.Tensor): tf.Tensor {
  return tf.reshape(this, [this.size]);
}

function reshapeTo(this: tf.Tensor, ...shape: unknown[]): tf.Tensor {
  return tf.reshape(this, shape as number[] as [number]);
}

function listOf(others: unknown): tf.Tensor[] {
  return others instanceof tf.Tensor ? [others] : (others as tf.Tensor[]);
}
