import * as tf from "@tensorflow/tfjs-core";
import { input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { randomStream } from "./random";
import { resNetPresets, type ResNetPreset, type ResNetShape, type Stem } from "./resnet-presets";

export type ResNetOptions = {
  /** a row of the table, or a shape of one's own */
  preset: ResNetPreset | ResNetShape;
  classes: number;
  stem: Stem;
  /** channels of the first stage; 64 in every published ResNet, fewer in tests */
  width?: number;
};

/** The channels a bottleneck's last convolution gives for each of its middle ones. */
const expansion = { basic: 1, bottleneck: 4 } as const;

/**
 * A ResNet as torchvision defines it, all convolution and fc kernels zero: follow with `initializeResNet`,
 * `loadPretrained` or a set of saved weights. Layers carry torchvision's names (`layer1.0.conv1`, `fc`).
 *
 * Input [B, H, W, 3] float32, normalised, any H and W; output [B, classes] logits. The caller disposes the model.
 */
export function buildResNet({ preset, classes, stem, width = 64 }: ResNetOptions): LayersModel {
  const { block, blocks } = typeof preset === "string" ? resNetPresets[preset] : preset;
  const residual = block === "basic" ? basicBlock : bottleneck;

  const pictures = input({ shape: [null, null, 3], name: "pictures" });
  let x = pictures; //                                                    [B, H, W, 3]
  if (stem === "imagenet") {
    x = relu(norm(conv(x, width, 7, 2, "conv1"), "bn1"), "relu"); //      [B, H/2, W/2, 64]
    x = maxPool(x, "maxpool"); //                                         [B, H/4, W/4, 64]
  } else {
    x = relu(norm(conv(x, width, 3, 1, "conv1"), "bn1"), "relu"); //      [B, H, W, 64]
  }
  // Sides below are the ImageNet stem's; with the small stem they are four times as long.
  blocks.forEach((count, stage) => {
    for (let index = 0; index < count; index++) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      x = residual(x, width << stage, stride, `layer${stage + 1}.${index}`);
    } //             [B, H/4, W/4, 64], [B, H/8, W/8, 128], [B, H/16, W/16, 256], [B, H/32, W/32, 512]; ×4 channels in a bottleneck
  });
  x = layers.globalAveragePooling2d({ name: "avgpool", dataFormat: "channelsLast" }).apply(x) as SymbolicTensor; // [B, 512]
  const fc = layers.dense({ name: "fc", units: classes, kernelInitializer: "zeros", biasInitializer: "zeros" });
  return model({ inputs: pictures, outputs: fc.apply(x) as SymbolicTensor, name: "resnet" }); // [B, classes]
}

/** Two 3×3 convolutions; the first takes the stride. */
function basicBlock(x: SymbolicTensor, channels: number, stride: number, name: string): SymbolicTensor {
  let y = relu(norm(conv(x, channels, 3, stride, `${name}.conv1`), `${name}.bn1`), `${name}.relu1`);
  y = norm(conv(y, channels, 3, 1, `${name}.conv2`), `${name}.bn2`);
  return addShortcut(x, y, channels * expansion.basic, stride, name);
}

/** 1×1 down, 3×3, 1×1 up. The 3×3 takes the stride, as torchvision has it ("ResNet v1.5"), not the first 1×1 of the paper. */
function bottleneck(x: SymbolicTensor, channels: number, stride: number, name: string): SymbolicTensor {
  let y = relu(norm(conv(x, channels, 1, 1, `${name}.conv1`), `${name}.bn1`), `${name}.relu1`);
  y = relu(norm(conv(y, channels, 3, stride, `${name}.conv2`), `${name}.bn2`), `${name}.relu2`);
  y = norm(conv(y, channels * expansion.bottleneck, 1, 1, `${name}.conv3`), `${name}.bn3`);
  return addShortcut(x, y, channels * expansion.bottleneck, stride, name);
}

/** relu(x + y), x projected by a strided 1×1 where its shape differs from y's. */
function addShortcut(x: SymbolicTensor, y: SymbolicTensor, channels: number, stride: number, name: string): SymbolicTensor {
  const same = stride === 1 && x.shape[3] === channels;
  const shortcut = same ? x : norm(conv(x, channels, 1, stride, `${name}.downsample.0`), `${name}.downsample.1`);
  return relu(layers.add({ name: `${name}.add` }).apply([y, shortcut]) as SymbolicTensor, `${name}.relu`);
}

/** A convolution without bias, its map padded by (size - 1) / 2 on every side: `same` would put the odd pixel right and below. */
function conv(x: SymbolicTensor, filters: number, size: number, stride: number, name: string): SymbolicTensor {
  const pad = (size - 1) / 2;
  const padding = [[pad, pad], [pad, pad]] as [[number, number], [number, number]];
  const padded = pad === 0 ? x : (layers.zeroPadding2d({ name: `${name}.pad`, padding }).apply(x) as SymbolicTensor);
  const layer = layers.conv2d({
    name,
    filters,
    kernelSize: size,
    strides: stride,
    padding: "valid",
    useBias: false,
    kernelInitializer: "zeros",
  });
  return layer.apply(padded) as SymbolicTensor;
}

/** torch's momentum 0.1 weighs the new batch; here 0.9 weighs the old average: the same thing. */
function norm(x: SymbolicTensor, name: string): SymbolicTensor {
  return layers.batchNormalization({ name, momentum: 0.9, epsilon: 1e-5 }).apply(x) as SymbolicTensor;
}

function relu(x: SymbolicTensor, name: string): SymbolicTensor {
  return layers.reLU({ name }).apply(x) as SymbolicTensor;
}

/**
 * 3×3 stride 2 with one pixel around. torch pads with -inf; zero gives the same maximum, because the map comes out of
 * a ReLU (nothing is below zero) and every window holds at least one real pixel.
 */
function maxPool(x: SymbolicTensor, name: string): SymbolicTensor {
  const padded = layers.zeroPadding2d({ name: `${name}.pad`, padding: [[1, 1], [1, 1]] }).apply(x);
  return layers.maxPooling2d({ name, poolSize: 3, strides: 2, padding: "valid" }).apply(padded) as SymbolicTensor;
}

/**
 * Fills the weights as torchvision does: convolutions normal with variance 2 / fan_out (He et al., 2015, for
 * ReLU), fc uniform in ±1/√fan_in, BatchNorm to identity. Each weight has a random stream of its own name.
 *
 * @param zeroResidual start the last BatchNorm of every block at γ = 0, so that each block begins as the
 *   identity (Goyal et al., 2017, 5.1)
 */
export function initializeResNet(model: LayersModel, seed: number, { zeroResidual = false } = {}): void {
  const names = new Set(model.layers.map((layer) => layer.name));
  for (const layer of model.layers) {
    const stream = randomStream(seed, "weights", layer.name);
    const tensors = layer.weights.map((weight) => {
      const shape = weight.shape as number[];
      const kind = weight.originalName.slice(weight.originalName.lastIndexOf("/") + 1);
      const values = new Float32Array(tf.util.sizeFromShape(shape));
      if (layer.name === "fc") {
        const bound = 1 / Math.sqrt(layer.weights[0]!.shape[0]!); // [in, out]
        fill(values, () => stream.between(-bound, bound));
      } else if (kind === "kernel") {
        const deviation = Math.sqrt(2 / (shape[0]! * shape[1]! * shape[3]!)); // [h, w, in, out]
        fill(values, () => stream.normal() * deviation);
      } else {
        const last = zeroResidual && isLastNorm(layer.name, names);
        values.fill(kind === "moving_variance" || (kind === "gamma" && !last) ? 1 : 0);
      }
      return tf.tensor(values, shape);
    });
    if (tensors.length > 0) layer.setWeights(tensors);
    tf.dispose(tensors);
  }
}

/** `layer2.0.bn2` in a basic block, `layer2.0.bn3` in a bottleneck: the one before the sum. */
function isLastNorm(name: string, names: ReadonlySet<string>): boolean {
  const match = /^(layer\d+\.\d+\.bn)([23])$/.exec(name);
  return match !== null && !names.has(`${match[1]}${Number(match[2]) + 1}`);
}

function fill(values: Float32Array, draw: () => number): void {
  for (let i = 0; i < values.length; i++) values[i] = draw();
}
