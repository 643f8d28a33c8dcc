import type {
  ResizeBilinearAttrs,
  ResizeBilinearGradAttrs,
  ResizeNearestNeighborAttrs,
  ResizeNearestNeighborGradAttrs,
  TensorInfo,
} from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "../backend";
import { GraphNode } from "../graph-node";
import { range } from "../shapes";
import { combined, constant, gathered, transposed } from "./compose";
import type { KernelTable } from "./table";

type Sampling = { alignCorners: boolean; halfPixelCenters?: boolean };

/** How far apart in the old axis neighbours of the new one are. */
function scaleOf(from: number, to: number, { alignCorners }: Sampling): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** Which of `from` cells each of `to` shows. */
function nearest(from: number, to: number, sampling: Sampling): number[] {
  const scale = scaleOf(from, to, sampling);
  const centre = sampling.halfPixelCenters ? 0.5 : 0;
  const round = sampling.alignCorners ? Math.round : Math.floor;
  return range(to).map((cell) => Math.max(0, Math.min(from - 1, round(scale * (cell + centre)))));
}

/** Between which cells each of `to` lies, and how near the second. */
function between(from: number, to: number, sampling: Sampling): { low: number[]; high: number[]; share: number[] } {
  const scale = scaleOf(from, to, sampling);
  const places = range(to).map((cell) => (sampling.halfPixelCenters ? scale * (cell + 0.5) - 0.5 : scale * cell));
  const low = places.map((place) => Math.max(0, Math.floor(place)));
  return {
    low,
    high: places.map((place) => Math.min(from - 1, Math.ceil(place))),
    share: places.map((place, cell) => place - low[cell]!),
  };
}

/** a + (b - a) · share, along an axis of [N, H, W, C]. */
function interpolated(x: GraphNode, axis: 1 | 2, to: number, sampling: Sampling): GraphNode {
  const { low, high, share } = between(x.shape[axis]!, to, sampling);
  const [a, b] = [gathered(x, axis, low), gathered(x, axis, high)];
  const weights = constant(share, axis === 1 ? [to, 1, 1] : [to, 1], "float32");
  return combined("Add", a, combined("Mul", combined("Sub", b, a, a.shape), weights, a.shape), a.shape);
}

/** At each of `from` cells of an axis the sum of what went to it: cell i of x goes to `places[i]`. */
function returned(x: GraphNode, axis: 1 | 2, from: number, places: readonly number[]): GraphNode {
  const swapped = axis === 1 ? [1, 0, 2, 3] : [2, 1, 0, 3];
  const rows = transposed(x, swapped);
  const sums = new GraphNode("SegmentSum", null, [rows, constant(places, [places.length], "int32")], rows.shape.with(0, from), "float32");
  return transposed(sums, swapped);
}

function interpolationReturned(dy: GraphNode, axis: 1 | 2, from: number, sampling: Sampling): GraphNode {
  const { low, high, share } = between(from, dy.shape[axis]!, sampling);
  const weighted = (weights: readonly number[]) => combined("Mul", dy, constant(weights, axis === 1 ? [weights.length, 1, 1] : [weights.length, 1], "float32"), dy.shape);
  const [toLow, toHigh] = [returned(weighted(share.map((part) => 1 - part)), axis, from, low), returned(weighted(share), axis, from, high)];
  return combined("Add", toLow, toHigh, toLow.shape);
}

function publishIfFloat(backend: RecordingBackend, tensors: TensorInfo[], make: () => GraphNode): TensorInfo | null {
  return tensors.every(({ dtype }) => dtype === "float32") ? backend.publish(make()) : null;
}

/** Pictures [N, H, W, C] of another size; each axis by itself. The gradients, as TensorFlow.js', know no half pixels. */
export const resizingKernels: KernelTable = {
  ResizeNearestNeighbor: ({ images }, attributes, backend) => {
    const { size, ...sampling } = attributes as unknown as ResizeNearestNeighborAttrs;
    const [, height, width] = images!.shape as [number, number, number, number];
    return publishIfFloat(backend, [images!], () => {
      const rows = gathered(backend.node(images!), 1, nearest(height, size[0], sampling));
      return gathered(rows, 2, nearest(width, size[1], sampling));
    });
  },
  ResizeNearestNeighborGrad: ({ images, dy }, attributes, backend) => {
    const { alignCorners } = attributes as unknown as ResizeNearestNeighborGradAttrs;
    const [, height, width] = images!.shape as [number, number, number, number];
    return publishIfFloat(backend, [images!, dy!], () => {
      const rows = returned(backend.node(dy!), 1, height, nearest(height, dy!.shape[1]!, { alignCorners }));
      return returned(rows, 2, width, nearest(width, dy!.shape[2]!, { alignCorners }));
    });
  },
  ResizeBilinear: ({ images }, attributes, backend) => {
    const { size, ...sampling } = attributes as unknown as ResizeBilinearAttrs;
    return publishIfFloat(backend, [images!], () => interpolated(interpolated(backend.node(images!), 2, size[1], sampling), 1, size[0], sampling));
  },
  ResizeBilinearGrad: ({ images, dy }, attributes, backend) => {
    const { alignCorners } = attributes as unknown as ResizeBilinearGradAttrs;
    const [, height, width] = images!.shape as [number, number, number, number];
    return publishIfFloat(backend, [images!, dy!], () =>
      interpolationReturned(interpolationReturned(backend.node(dy!), 2, width, { alignCorners }), 1, height, { alignCorners }),
    );
  },
};
