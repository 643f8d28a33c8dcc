import type { OnnxGraph, Value } from "../onnx-graph";

/**
 * Splits a vector into its elements, each a vector of one.
 *
 * @param mostOutputs of one operation; more elements than that are split in stages
 */
export function splitVector(graph: OnnxGraph, vector: Value, length: number, mostOutputs: number): readonly Value[] {
  if (length === 1) return [vector];
  if (length <= mostOutputs) return graph.addMany("Split", [vector], { axis: 0, num_outputs: length }, length);
  const each = Math.ceil(length / mostOutputs);
  const lengths = Array.from({ length: Math.ceil(length / each) }, (_, place) => Math.min(each, length - place * each));
  const parts = graph.addMany("Split", [vector, graph.integers(lengths)], { axis: 0 }, lengths.length);
  return parts.flatMap((part, place) => splitVector(graph, part, lengths[place]!, mostOutputs));
}
