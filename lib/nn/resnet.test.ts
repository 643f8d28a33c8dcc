import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, describe, expect, it } from "vitest";
import { buildResNet, initializeResNet } from "./resnet";
import { defaultStem, resNetPresetNames, resNetPresets, type ResNetShape } from "./resnet-presets";

const tiny: ResNetShape = { block: "basic", blocks: [1, 1, 1, 1] };

beforeAll(async () => {
  await tf.setBackend("cpu");
});

function countOf(weights: readonly { shape: unknown }[]): number {
  return weights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
}

describe("buildResNet", () => {
  it.each(resNetPresetNames)("%s has torchvision's number of parameters at 1,000 classes", (preset) => {
    const model = buildResNet({ preset, classes: 1000, stem: "imagenet" });
    // Numbers: torchvision's published num_params of each weights entry; they leave the moving statistics out.
    expect(countOf(model.trainableWeights)).toBe(resNetPresets[preset].parameters);
    // BatchNorm has a moving mean and variance beside its two trainable vectors.
    const norms = model.layers.filter((layer) => layer.getClassName() === "BatchNormalization");
    expect(countOf(model.nonTrainableWeights)).toBe(norms.reduce((sum, norm) => sum + countOf(norm.trainableWeights), 0));
    model.dispose();
  });

  it("names layers after torchvision's keys", () => {
    const model = buildResNet({ preset: "resnet50", classes: 10, stem: "imagenet" });
    const shapes = new Map(model.weights.map((weight) => [weight.originalName, weight.shape]));
    // From torchvision's resnet50().state_dict(), OIHW turned to HWIO.
    expect(shapes.get("conv1/kernel")).toEqual([7, 7, 3, 64]);
    expect(shapes.get("layer2.0.conv2/kernel")).toEqual([3, 3, 128, 128]);
    expect(shapes.get("layer2.0.downsample.0/kernel")).toEqual([1, 1, 256, 512]);
    expect(shapes.get("layer4.2.bn3/moving_variance")).toEqual([2048]);
    expect(shapes.get("fc/kernel")).toEqual([2048, 10]);
    // The stride sits on the 3×3 (torchvision), not on the first 1×1 (paper).
    const strides = (name: string) => model.getLayer(name).getConfig()["strides"];
    expect([strides("layer2.0.conv1"), strides("layer2.0.conv2")]).toEqual([[1, 1], [2, 2]]);
    model.dispose();
  });

  it("normalises with epsilon 1e-5 and keeps 0.9 of the old statistics", () => {
    const model = buildResNet({ preset: tiny, classes: 2, stem: "small", width: 4 });
    expect(model.getLayer("bn1").getConfig()).toMatchObject({ epsilon: 1e-5, momentum: 0.9 });
    model.dispose();
  });

  it.each([
    // side → side after the stem and after layer4, by torch's floor((n + 2p - k) / s) + 1
    { stem: "imagenet" as const, side: 64, afterStem: 16, last: 2 },
    { stem: "imagenet" as const, side: 75, afterStem: 19, last: 3 },
    { stem: "small" as const, side: 16, afterStem: 16, last: 2 },
  ])("halves a $side px picture as torch does ($stem stem)", async ({ stem, side, afterStem, last }) => {
    const model = buildResNet({ preset: tiny, classes: 3, stem, width: 2 });
    initializeResNet(model, 1);
    const { model: partial } = await import("@tensorflow/tfjs-layers");
    const probe = partial({
      inputs: model.inputs,
      outputs: [stem === "imagenet" ? "maxpool" : "relu", "layer4.0.relu", "fc"].map((name) => model.getLayer(name).output as never),
    });
    const [stemMap, lastMap, logits] = probe.predict(tf.zeros([2, side, side, 3])) as tf.Tensor[];
    expect(stemMap!.shape).toEqual([2, afterStem, afterStem, 2]);
    expect(lastMap!.shape).toEqual([2, last, last, 16]);
    expect(logits!.shape).toEqual([2, 3]);
    model.dispose();
  });

  it("pads symmetrically: a 3×3 stride 2 convolution of a 4×4 map centres on pixels 0 and 2", async () => {
    const model = buildResNet({ preset: tiny, classes: 2, stem: "small", width: 1 });
    const { model: partial } = await import("@tensorflow/tfjs-layers");
    const conv = model.getLayer("layer2.0.conv1");
    const identity = model.getLayer("conv1");
    // conv1 passes the red channel through, layer1 adds nothing, layer2.0.conv1 sums its 3×3 window into channel 0.
    identity.setWeights([tf.buffer([3, 3, 3, 1], "float32", centre()).toTensor()]);
    conv.setWeights([tf.ones([3, 3, 1, 2])]);
    const probe = partial({ inputs: model.inputs, outputs: conv.output as never });
    const red = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
    const pictures = tf.tensor4d(red.flatMap((value) => [value, 0, 0]), [1, 4, 4, 3]);
    const sums = tf.slice(probe.predict(pictures) as tf.Tensor4D, [0, 0, 0, 0], [1, 2, 2, 1]);
    // By hand: windows around (0,0), (0,2), (2,0), (2,2) with zeros outside, e.g. 1+2+5+6 = 14. `same` padding would
    // centre on (1,1), (1,3), … and give 54 first. BatchNorm at identity divides by sqrt(1 + 1e-5), twice before here.
    const expected = [14, 30, 57, 99];
    [...sums.dataSync()].forEach((sum, i) => expect(sum).toBeCloseTo(expected[i]!, 2));
    model.dispose();

    function centre(): Float32Array {
      const values = new Float32Array(27);
      values[(1 * 3 + 1) * 3] = 1;
      return values;
    }
  });

  it("pools the padded map as torch's -inf padding does, because it follows a ReLU", () => {
    const model = buildResNet({ preset: tiny, classes: 2, stem: "imagenet", width: 1 });
    const map = tf.tensor4d([0, 0, 3, 1, 0, 0, 1, 2, 5, 0, 0, 0, 0, 4, 0, 0], [1, 4, 4, 1]);
    const pooled = model.getLayer("maxpool").apply(model.getLayer("maxpool.pad").apply(map)) as tf.Tensor;
    // By hand: 3×3 windows centred on (0,0), (0,2), (2,0), (2,2).
    expect([...pooled.dataSync()]).toEqual([0, 3, 5, 4]);
    model.dispose();
  });
});

describe("initializeResNet", () => {
  it("draws convolutions with variance 2 / fan_out and fc within 1/√fan_in, equal for equal seeds", () => {
    const values = (seed: number, zeroResidual = false) => {
      const model = buildResNet({ preset: tiny, classes: 4, stem: "small", width: 16 });
      initializeResNet(model, seed, { zeroResidual });
      const result = new Map(model.weights.map((weight) => [weight.originalName, weight.read().dataSync() as Float32Array]));
      model.dispose();
      return result;
    };
    const weights = values(7);
    const kernel = weights.get("layer4.0.conv2/kernel")!; // [3, 3, 128, 128]
    const variance = kernel.reduce((sum, value) => sum + value * value, 0) / kernel.length;
    expect(variance).toBeCloseTo(2 / (9 * 128), 4);
    const fc = weights.get("fc/kernel")!;
    expect(Math.max(...fc.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(128));
    expect(Math.max(...fc.map(Math.abs))).toBeGreaterThan(0.9 / Math.sqrt(128));
    expect([...weights.get("layer1.0.bn2/gamma")!]).toEqual(new Array(16).fill(1));
    expect([...values(7).get("conv1/kernel")!]).toEqual([...weights.get("conv1/kernel")!]);
    expect([...values(8).get("conv1/kernel")!]).not.toEqual([...weights.get("conv1/kernel")!]);
    expect([...values(7, true).get("layer1.0.bn2/gamma")!]).toEqual(new Array(16).fill(0));
    expect([...values(7, true).get("layer1.0.bn1/gamma")!]).toEqual(new Array(16).fill(1));
  });
});

it("keeps the side of pictures that the ImageNet stem would shrink to a point", () => {
  expect([32, 47, 48, 64, 224].map(defaultStem)).toEqual(["small", "small", "imagenet", "imagenet", "imagenet"]);
});
