import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { loadPretrained } from "./pretrained";
import { buildResNet, initializeResNet } from "./resnet";
import type { ResNetShape } from "./resnet-presets";
import { readSafetensors } from "./safetensors";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

type Stored = { dtype: string; shape: number[]; data: Buffer };

/** A file as the format's description has it. */
function safetensors(tensors: Record<string, Stored>): Buffer {
  let at = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    return [name, { dtype, shape, data_offsets: [at, (at += data.length)] }];
  });
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...Object.values(tensors).map(({ data }) => data)]);
}

const floats = (shape: number[], values: number[]): Stored => ({ dtype: "F32", shape, data: Buffer.from(Float32Array.from(values).buffer) });

const shape: ResNetShape = { block: "bottleneck", blocks: [1, 1, 1, 1] };

function tiny(classes = 3, stem: "imagenet" | "small" = "imagenet"): LayersModel {
  return buildResNet({ preset: shape, classes, stem, width: 2 });
}

/** What torch would have saved of a model, by the names of a spelling. */
function exported(model: LayersModel, spelling: (torchName: string) => string): Map<string, { shape: number[]; values: Float32Array }> {
  const parts: Record<string, string> = { kernel: "weight", gamma: "weight", beta: "bias", bias: "bias", moving_mean: "running_mean", moving_variance: "running_var" };
  return new Map(
    model.weights.map((weight) => {
      const [layer, part] = weight.originalName.split("/") as [string, string];
      const value = weight.read();
      const turned = value.rank === 4 ? tf.transpose(value, [3, 2, 0, 1]) : value.rank === 2 ? tf.transpose(value) : value;
      return [spelling(`${layer}.${parts[part]}`), { shape: turned.shape, values: turned.dataSync() as Float32Array }];
    }),
  );
}

/** As `transformers`' ResNetForImageClassification names its weights. */
function huggingFace(name: string): string {
  const part = name.slice(name.lastIndexOf(".") + 1);
  if (name.startsWith("conv1.")) return `resnet.embedder.embedder.convolution.${part}`;
  if (name.startsWith("bn1.")) return `resnet.embedder.embedder.normalization.${part}`;
  if (name.startsWith("fc.")) return `classifier.1.${part}`;
  const [, stage, block, inside] = /^layer(\d)\.(\d+)\.(.*)\.\w+$/.exec(name)!;
  const at = `resnet.encoder.stages.${Number(stage) - 1}.layers.${block}`;
  const places: Record<string, string> = { "downsample.0": "shortcut.convolution", "downsample.1": "shortcut.normalization" };
  const numbered = `layer.${Number(inside!.at(-1)) - 1}.${inside!.startsWith("conv") ? "convolution" : "normalization"}`;
  return `${at}.${places[inside!] ?? numbered}.${part}`;
}

describe("readSafetensors", () => {
  it("reads every stored type as float32", () => {
    const tensors = readSafetensors(
      safetensors({
        f32: floats([2, 1], [1.5, -2]),
        // 0x3C00 = 1, 0xC000 = −2, 0x0001 = 2⁻²⁴ (smallest subnormal), 0x7C00 = ∞: IEEE 754 binary16
        f16: { dtype: "F16", shape: [4], data: Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00).buffer) },
        // the upper halves of float32 1 (3F800000) and −0.5 (BF000000)
        bf16: { dtype: "BF16", shape: [2], data: Buffer.from(Uint16Array.of(0x3f80, 0xbf00).buffer) },
        i64: { dtype: "I64", shape: [], data: Buffer.from(BigInt64Array.of(123n).buffer) },
      }),
    );
    expect(tensors.get("f32")).toEqual({ shape: [2, 1], values: Float32Array.of(1.5, -2) });
    expect([...tensors.get("f16")!.values]).toEqual([1, -2, 2 ** -24, Infinity]);
    expect([...tensors.get("bf16")!.values]).toEqual([1, -0.5]);
    expect([...tensors.get("i64")!.values]).toEqual([123]);
  });

  const whole = safetensors({ a: floats([2], [1, 2]) });
  const header = (json: string) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, Buffer.from(json), Buffer.alloc(8)]);
  };
  it.each([
    ["nothing", Buffer.alloc(0), /0 bytes/],
    ["a text", Buffer.from("These are not weights at all."), /header claims/],
    ["a header longer than the file", Buffer.concat([Buffer.of(255, 255, 255, 255, 255, 255, 255, 255), whole]), /header claims/],
    ["a header that is no JSON", header("{{{{"), /JSON/],
    ["a header that is a list", header("[1]"), /JSON/],
    ["a cut file", whole.subarray(0, whole.length - 3), /cut short/],
    ["an unknown type", header('{"a":{"dtype":"U4","shape":[1],"data_offsets":[0,4]}}'), /U4/],
    ["a shape that does not match", header('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}'), /needs 12/],
    ["a place before the data", header('{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}'), /no proper place/],
    ["a negative length", header('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}'), /no proper shape/],
  ])("says what is wrong with %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(expect.objectContaining({ code: "weights_broken", message: expect.stringMatching(message) }));
  });
});

describe("loadPretrained", () => {
  it.each([
    ["torchvision", (name: string) => name],
    ["a wrapped model", (name: string) => `module.${name}`],
    ["Hugging Face", huggingFace],
  ])("gives the logits of the weights named as %s does", (_, spelling) => {
    const [teacher, pupil] = [tiny(), tiny()];
    initializeResNet(teacher, 11);
    const { loaded, skipped } = loadPretrained(pupil, exported(teacher, spelling));
    expect({ loaded, skipped }).toEqual({ loaded: teacher.weights.length, skipped: [] });
    const pictures = tf.randomUniform([2, 32, 32, 3], -1, 1, "float32", 5);
    const [expected, actual] = [teacher, pupil].map((model) => [...(model.predict(pictures) as tf.Tensor).dataSync()]);
    expect(actual).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(1);
    teacher.dispose();
    pupil.dispose();
  });

  it("skips the classifier of other labels and says so", () => {
    const [teacher, pupil] = [tiny(7), tiny(3)];
    initializeResNet(teacher, 11);
    const { loaded, skipped } = loadPretrained(pupil, exported(teacher, (name) => name));
    expect(loaded).toBe(teacher.weights.length - 2);
    expect(skipped.map(({ name }) => name)).toEqual(["fc.weight", "fc.bias"]);
    expect(skipped[0]!.reason).toBe("the file has 7 labels, this model 3");
  });

  it("refuses another network's weights and changes nothing", () => {
    const [teacher, pupil] = [tiny(), tiny(3, "small")];
    initializeResNet(teacher, 11);
    const weights = exported(teacher, (name) => name);
    expect(() => loadPretrained(pupil, weights)).toThrow(
      expect.objectContaining({ code: "weights_do_not_fit", nextStep: expect.stringContaining("48 px") }),
    );
    weights.delete("layer3.0.conv2.weight");
    const other = tiny();
    expect(() => loadPretrained(other, weights)).toThrow(/"layer3\.0\.conv2\.weight" should be \[8,8,3,3\] and is not in the file/);
    expect(other.weights.every((weight) => weight.originalName.endsWith("kernel") === false || tf.sum(weight.read()).dataSync()[0] === 0)).toBe(true);
  });
});
