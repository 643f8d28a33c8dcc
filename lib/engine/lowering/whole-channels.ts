import type { OnnxGraph, Value } from "../onnx-graph";
import type { Provider } from "../providers/provider";

/**
 * How many channels of zeros make a convolution right on a provider that miscounts channels. ONNX Runtime 1.30's
 * WebGPU shaders take output channels by fours, and then input channels by threes where they are no multiple of four,
 * which is right for three alone: with 6, 9 or 15 of them results are wrong, without an error.
 */
export function missingChannels(provider: Provider, inputs: number, outputs: number): number {
  const wrong = provider.miscountsChannels && outputs % 4 === 0 && inputs % 4 !== 0 && inputs % 3 === 0 && inputs > 3;
  return wrong ? 4 - (inputs % 4) : 0;
}

/** `value` of rank 4 with zeros at the end of an axis. */
export function appendZeros(graph: OnnxGraph, value: Value, axis: number, count: number): Value {
  return graph.pad(value, [0, 0, 0, 0], [0, 1, 2, 3].map((place) => (place === axis ? count : 0)));
}
