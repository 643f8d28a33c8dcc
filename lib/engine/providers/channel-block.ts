import type { Native } from "../native";
import { blockedDomain, OnnxGraph } from "../onnx-graph";
import { openSession, type SessionOptions } from "../session";

const mostChannels = 64;

/**
 * How many channels lie together in ONNX Runtime's blocked maps on this processor: 16 with AVX-512, 8 with AVX, 0 where
 * there are none. Asked by reordering two cells of numbered channels and looking where the second cell went.
 */
export function channelBlock(native: Native, options: SessionOptions): number {
  if (!options.provider.blockedMaps) return 0;
  const shape = [1, mostChannels, 1, 2];
  const cells = mostChannels * 2;
  const graph = new OnnxGraph();
  graph.input("map", "float32", shape);
  graph.output(graph.addMany("ReorderInput", ["map"], { channels_last: 0 }, 1, blockedDomain)[0]!, "blocked", "float32", shape);
  const tensor = (values: Float32Array) => new native.Tensor("float32", values, shape);
  const blocked = new Float32Array(cells);
  try {
    const session = openSession(native, graph.encode(), { ...options, threads: 1 });
    session.run({ map: tensor(Float32Array.from({ length: cells }, (_, place) => place)) }, { blocked: tensor(blocked) });
    session.dispose();
  } catch {
    return 0; // ONNX Runtime has no such operation on this processor
  }
  const block = blocked.indexOf(1);
  return block > 1 ? block : 0;
}
