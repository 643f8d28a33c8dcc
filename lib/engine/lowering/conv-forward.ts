import type { WindowGeometry } from "../conv-geometry";
import type { OnnxGraph, Value } from "../onnx-graph";
import { isSmallMap, smallMapForward } from "./conv-small-map";
import { windowAttributes } from "./pooling";

/** x NCHW, filter OIHW; gives NCHW. */
export function convForward(graph: OnnxGraph, x: Value, filter: Value, geometry: WindowGeometry): Value {
  if (isSmallMap(geometry)) return smallMapForward(graph, x, filter, geometry);
  const dilations = [geometry.dilationHeight, geometry.dilationWidth];
  return graph.add("Conv", [x, filter], { ...windowAttributes(geometry), dilations });
}
