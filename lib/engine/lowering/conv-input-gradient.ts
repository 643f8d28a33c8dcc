import type { WindowGeometry } from "../conv-geometry";
import type { OnnxGraph, Value } from "../onnx-graph";
import { blockedInputGradient, isGradientBlockable } from "./conv-blocked";
import { isSmallMap, smallMapInputGradient } from "./conv-small-map";
import { windowAttributes } from "./pooling";

/** ONNX's way to say "from the end to the very beginning". */
const beforeFirst = -2147483648;
/** With fewer, counted over the batch, ConvTranspose is the quicker one, but for filters of one cell: turning a filter around takes long. */
const fewestFlippedPositions = 2048;

/** dy NCHW, filter OIHW; gives NCHW of the input's shape. Dilations are 1: TensorFlow.js has no other gradients. */
export function convInputGradient(graph: OnnxGraph, dy: Value, filter: Value, geometry: WindowGeometry, channelBlock: number): Value {
  if (isGradientBlockable(geometry, channelBlock) && canFlip(geometry)) return blockedInputGradient(graph, dy, filter, geometry, channelBlock);
  // At stride 1 and side 8 the scatter moves nine times the map's size: there ConvTranspose wins again.
  const scatters = isSmallMap(geometry) && !(geometry.outHeight === 8 && geometry.strideHeight === 1);
  const scattered = scatters ? smallMapInputGradient(graph, dy, filter, geometry) : null;
  if (scattered) return scattered;
  const positions = geometry.batch * geometry.outHeight * geometry.outWidth;
  const single = geometry.filterHeight * geometry.filterWidth === 1;
  return canFlip(geometry) && (single || positions >= fewestFlippedPositions)
    ? flippedConv(graph, dy, filter, geometry)
    : transposedConv(graph, dy, filter, geometry);
}

/** Whether a pad of the flipped convolution would not be negative. */
function canFlip(geometry: WindowGeometry): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padTop, padBottom, padLeft, padRight } = geometry;
  return (
    strideHeight === 1 &&
    strideWidth === 1 &&
    Math.max(padTop, padBottom) < filterHeight &&
    Math.max(padLeft, padRight) < filterWidth
  );
}

/** At stride 1 the gradient is a convolution too, by the filter turned around with its channels swapped. */
function flippedConv(graph: OnnxGraph, dy: Value, filter: Value, geometry: WindowGeometry): Value {
  const { filterHeight, filterWidth, padTop, padBottom, padLeft, padRight } = geometry;
  const turned =
    filterHeight * filterWidth === 1
      ? filter
      : graph.slice(filter, { starts: [-1, -1], ends: [beforeFirst, beforeFirst], axes: [2, 3], steps: [-1, -1] });
  return graph.add("Conv", [dy, graph.transpose(turned, [1, 0, 2, 3])], {
    kernel_shape: [filterHeight, filterWidth],
    pads: [filterHeight - 1 - padTop, filterWidth - 1 - padLeft, filterHeight - 1 - padBottom, filterWidth - 1 - padRight],
  });
}

function transposedConv(graph: OnnxGraph, dy: Value, filter: Value, geometry: WindowGeometry): Value {
  const [bottom, right] = unreachedCells(geometry);
  return graph.add("ConvTranspose", [dy, filter], { ...windowAttributes(geometry), output_padding: [bottom, right] });
}

/** Rows and columns at the end that no window reaches; negative where windows hang over the padded input. */
export function unreachedCells(geometry: WindowGeometry): [number, number] {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  return [
    inHeight + geometry.padTop + geometry.padBottom - ((outHeight - 1) * strideHeight + filterHeight),
    inWidth + geometry.padLeft + geometry.padRight - ((outWidth - 1) * strideWidth + filterWidth),
  ];
}
