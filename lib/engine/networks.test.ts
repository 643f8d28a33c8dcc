import * as tf from "@tensorflow/tfjs-core";
import { initializers, input, layers, model, type LayersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { beforeAll, expect, it } from "vitest";
import { engineStatistics, startEngine } from "./index";
import { onBoth, relativeDistance, sample, tensorOf } from "./testing";

// Networks of the usual kinds. The first step's gradients are those of TensorFlow.js' own cpu backend, and all of it is
// computed in graphs: nothing falls back.

beforeAll(async () => {
  await startEngine({ threads: 1, force: "onnxruntime:cpu" });
});

type Build = () => { net: LayersModel; x: tf.Tensor };

let seed = 0;
/** Every layer starts from numbers of its own, the same in both backends. */
const start = () => ({ kernelInitializer: initializers.glorotUniform({ seed: ++seed }) });
const apply = (layer: { apply(x: SymbolicTensor | SymbolicTensor[]): unknown }, x: SymbolicTensor | SymbolicTensor[]) => layer.apply(x) as SymbolicTensor;
const pictures = (...shape: number[]) => tensorOf(sample(shape, 7));

function network(shape: number[], body: (x: SymbolicTensor) => SymbolicTensor): LayersModel {
  const inputs = input({ shape });
  return model({ inputs, outputs: body(inputs) });
}

const networks: Record<string, Build> = {
  "separable convolutions, as MobileNet": () => ({
    net: network([12, 12, 3], (inputs) => {
      let x = apply(layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: "same", useBias: false, ...start() }), inputs);
      for (const strides of [1, 2]) {
        x = apply(layers.reLU({ maxValue: 6 }), apply(layers.batchNormalization(), x));
        x = apply(layers.depthwiseConv2d({ kernelSize: 3, strides, padding: "same", useBias: false, depthwiseInitializer: initializers.glorotUniform({ seed: ++seed }) }), x);
        x = apply(layers.reLU({ maxValue: 6 }), apply(layers.batchNormalization(), x));
        x = apply(layers.conv2d({ filters: 8, kernelSize: 1, useBias: false, ...start() }), x);
      }
      return apply(layers.dense({ units: 3, ...start() }), apply(layers.globalAveragePooling2d({ dataFormat: "channelsLast" }), x));
    }),
    x: pictures(3, 12, 12, 3),
  }),
  "an encoder and a decoder with a way across, as U-Net": () => ({
    net: network([8, 8, 2], (inputs) => {
      const wide = apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "elu", ...start() }), inputs);
      const narrow = apply(layers.conv2d({ filters: 6, kernelSize: 3, padding: "same", activation: "relu", ...start() }), apply(layers.averagePooling2d({ poolSize: 2 }), wide));
      const doubled = apply(layers.upSampling2d({ size: [2, 2] }), narrow);
      const learned = apply(layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, ...start() }), narrow);
      const joined = apply(layers.concatenate(), [wide, doubled, learned]);
      return apply(layers.conv2d({ filters: 1, kernelSize: 1, activation: "sigmoid", ...start() }), joined);
    }),
    x: pictures(1, 8, 8, 2), // of further ones the cpu backend's up-sampling has no right gradient
  }),
  "volumes": () => ({
    net: network([6, 6, 6, 2], (inputs) => {
      const x = apply(layers.conv3d({ filters: 3, kernelSize: 3, padding: "same", activation: "relu", ...start() }), inputs);
      const halved = apply(layers.average(), [apply(layers.maxPooling3d({ poolSize: [2, 2, 2], dataFormat: "channelsLast" }), x), apply(layers.averagePooling3d({ poolSize: [2, 2, 2], dataFormat: "channelsLast" }), x)]);
      return apply(layers.dense({ units: 2, ...start() }), apply(layers.flatten(), halved));
    }),
    x: pictures(2, 6, 6, 6, 2),
  }),
  "words through an embedding and an LSTM": () => ({
    net: network([5], (inputs) => {
      const x = apply(layers.embedding({ inputDim: 9, outputDim: 4, embeddingsInitializer: initializers.randomUniform({ seed: ++seed }) }), inputs);
      const state = apply(layers.lstm({ units: 6, ...start(), recurrentInitializer: initializers.glorotUniform({ seed: ++seed }) }), x);
      return apply(layers.dense({ units: 3, ...start() }), state);
    }),
    x: tf.tensor2d([1, 2, 3, 4, 5, 8, 0, 0, 1, 8], [2, 5], "int32"),
  }),
  "series through convolutions and a GRU": () => ({
    net: network([8, 3], (inputs) => {
      const x = apply(layers.conv1d({ filters: 4, kernelSize: 3, padding: "same", activation: "tanh", ...start() }), inputs);
      const pooled = apply(layers.maxPooling1d({ poolSize: 2, strides: 2 }), x);
      return apply(layers.dense({ units: 2, ...start() }), apply(layers.gru({ units: 5, ...start(), recurrentInitializer: initializers.glorotUniform({ seed: ++seed }) }), pooled));
    }),
    x: pictures(2, 8, 3),
  }),
  "dense layers with every activation": () => ({
    net: network([6], (inputs) => {
      let x = inputs;
      for (const activation of ["elu", "selu", "softplus", "softsign", "hardSigmoid", "relu6", "swish", "mish", "tanh", "gelu"] as const) {
        x = apply(layers.dense({ units: 6, activation, ...start() }), x);
      }
      x = apply(layers.layerNormalization(), apply(layers.prelu(), apply(layers.leakyReLU(), x)));
      return apply(layers.dense({ units: 4, activation: "softmax", ...start() }), x);
    }),
    x: pictures(5, 6),
  }),
};

it.each(Object.entries(networks))("%s", (_name, build) => {
  const fallbacks = engineStatistics().fallbacks;
  const { engine, cpu } = onBoth(() => {
    seed = 0;
    const { net, x } = build();
    const variables = net.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.sub(net.apply(x, { training: true }) as tf.Tensor, 0.3))), variables);
    return { loss: value.dataSync()[0]!, gradients: variables.map(({ name }) => ({ name, values: grads[name]!.dataSync() })) };
  });
  expect(engine.loss).toBeCloseTo(cpu.loss, 5);
  cpu.gradients.forEach(({ name, values }, place) => expect(relativeDistance(engine.gradients[place]!.values, values), name).toBeLessThan(1e-4));
  expect(engineStatistics().fallbacks).toEqual(fallbacks);
});
