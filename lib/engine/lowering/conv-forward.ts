import type { WindowGeometry } from "../conv-geometry";
import type { OnnxGraph, Value } from "../onnx-graph";
import { blockedForward, isBlockable } from "./conv-blocked";
import { isSmallMap, smallMapForward } from "./conv-small-map";
import { windowAttributes } from "./pooling";

/** x NCHW, filter OIHW; gives NCHW. */
export function convForward(graph: OnnxGraph, x: Value, filter: Value, geometry: WindowGeometry, channelBlock: number): Value {
  if (isBlockable(geometry, channelBlock)) return blockedForward(graph, x, filter, geometry, channelBlock);
  if (isSmallMap(geometry)) return smallMapForward(graph, x, filter, geometry);
  const dilations = [geometry.dilationHeight, geometry.dilationWidth];
  return graph.add("Conv", [x, filter], { ...windowAttributes(geometry), dilations });
}
