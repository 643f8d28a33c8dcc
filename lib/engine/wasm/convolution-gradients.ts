import * as tf from "@tensorflow/tfjs-core";
import type { WindowGeometry } from "../conv-geometry";

/*
 * The gradients of convolutions, said with what the WebAssembly backend does fast: forward convolutions and plain
 * products. NHWC, HWIO; TensorFlow.js has no gradients of dilated convolutions, so dilations are 1 throughout.
 */

type Padding = [[number, number], [number, number], [number, number], [number, number]];

/** x [N, H, W, C], dy [N, OH, OW, O]; gives [kh, kw, C, O]. */
export function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: WindowGeometry): tf.Tensor4D {
  return tf.tidy(() => {
    const seen = tf.transpose(readCells(x, geometry), [3, 1, 2, 0]); // [C, …, …, N]: the batch is what is summed over
    const slopes = tf.transpose(dy, [1, 2, 0, 3]); // [OH, OW, N, O], a "filter" that sees every strideth cell
    const result = tf.conv2d(seen, slopes, 1, "valid", "NHWC", [geometry.strideHeight, geometry.strideWidth]); // [C, kh, kw, O]
    return tf.transpose(result, [1, 2, 0, 3]);
  });
}

/** dy [N, OH, OW, O], filter [kh, kw, C, O]; gives [N, H, W, C]. */
export function inputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: WindowGeometry): tf.Tensor4D {
  return tf.tidy(() => {
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    return tf.conv2d(slopesAround(dy, geometry), turned, 1, "valid");
  });
}

/** x [N, H, W, C], dy [N, OH, OW, C M]; gives [kh, kw, C, M]. */
export function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: WindowGeometry, multiplier: number): tf.Tensor4D {
  const { batch, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  return tf.tidy(() => {
    const seen = readCells(x, geometry);
    const slopes = tf.reshape(dy, [batch, outHeight, outWidth, inChannels, multiplier]);
    const cells: tf.Tensor[] = [];
    for (let row = 0; row < filterHeight; row++) {
      for (let column = 0; column < filterWidth; column++) {
        const end = [batch, row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1, inChannels];
        const shifted = tf.stridedSlice(seen, [0, row, column, 0], end, [1, strideHeight, strideWidth, 1]);
        cells.push(tf.sum(tf.mul(tf.expandDims(shifted, 4), slopes), [0, 1, 2])); // [C, M]
      }
    }
    return tf.reshape(tf.stack(cells), [filterHeight, filterWidth, inChannels, multiplier]);
  });
}

/** dy [N, OH, OW, C M], filter [kh, kw, C, M]; gives [N, H, W, C]. */
export function depthwiseInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: WindowGeometry): tf.Tensor4D {
  const [, , channels, multiplier] = filter.shape;
  return tf.tidy(() => {
    const around = slopesAround(dy, geometry);
    const [batch, height, width] = around.shape;
    const slopes = tf.reshape(around, [batch, height, width, channels, multiplier]);
    const turned = tf.reverse(filter, [0, 1]);
    const parts = Array.from({ length: multiplier }, (_, place) => {
      const part = tf.reshape(tf.slice(slopes, [0, 0, 0, 0, place], [-1, -1, -1, -1, 1]), [batch, height, width, channels]) as tf.Tensor4D;
      return tf.depthwiseConv2d(part, tf.slice(turned, [0, 0, 0, place], [-1, -1, -1, 1]) as tf.Tensor4D, 1, "valid");
    });
    return tf.addN(parts) as tf.Tensor4D;
  });
}

/** The cells of x that some window reads, padding included: [N, (OH - 1) stride + kh, (OW - 1) stride + kw, C]. */
function readCells(x: tf.Tensor4D, geometry: WindowGeometry): tf.Tensor4D {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft } = geometry;
  const rows = (outHeight - 1) * strideHeight + filterHeight;
  const columns = (outWidth - 1) * strideWidth + filterWidth;
  return padOrCrop(x, [padTop, rows - padTop - inHeight], [padLeft, columns - padLeft - inWidth]);
}

/** dy with zeros between its cells as the stride has it and around it, so that a window at every cell of x finds those it is part of. */
function slopesAround(dy: tf.Tensor4D, geometry: WindowGeometry): tf.Tensor4D {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft } = geometry;
  const spread = spreadCells(dy, strideHeight, strideWidth);
  const [top, left] = [filterHeight - 1 - padTop, filterWidth - 1 - padLeft];
  const bottom = inHeight - ((outHeight - 1) * strideHeight + 1) - top + filterHeight - 1;
  const right = inWidth - ((outWidth - 1) * strideWidth + 1) - left + filterWidth - 1;
  return padOrCrop(spread, [top, bottom], [left, right]);
}

/** [N, H, W, C] → [N, (H - 1) rowStride + 1, (W - 1) columnStride + 1, C], zero between the cells. */
function spreadCells(x: tf.Tensor4D, rowStride: number, columnStride: number): tf.Tensor4D {
  if (rowStride === 1 && columnStride === 1) return x;
  const [batch, height, width, channels] = x.shape;
  // A cell, its row's gap, and then the rows' gap are one axis each; the WebAssembly backend pads up to four.
  const wide = tf.reshape(tf.pad(tf.reshape(x, [batch * height * width, 1, channels]), [[0, 0], [0, columnStride - 1], [0, 0]]), [batch * height, 1, width * columnStride * channels]);
  const tall = tf.reshape(tf.pad(wide, [[0, 0], [0, rowStride - 1], [0, 0]]), [batch, height * rowStride, width * columnStride, channels]);
  return tf.slice(tall as tf.Tensor4D, [0, 0, 0, 0], [batch, (height - 1) * rowStride + 1, (width - 1) * columnStride + 1, channels]);
}

/** Adds zeros before and after rows and columns; takes cells away where the count is negative. */
function padOrCrop(x: tf.Tensor4D, rows: [number, number], columns: [number, number]): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const cut = (cells: number) => Math.max(0, -cells);
  const add = (cells: number) => Math.max(0, cells);
  const cropped = [...rows, ...columns].some((cells) => cells < 0)
    ? tf.slice(x, [0, cut(rows[0]), cut(columns[0]), 0], [batch, height - cut(rows[0]) - cut(rows[1]), width - cut(columns[0]) - cut(columns[1]), channels])
    : x;
  const padding: Padding = [[0, 0], [add(rows[0]), add(rows[1])], [add(columns[0]), add(columns[1])], [0, 0]];
  return padding.flat().some((cells) => cells > 0) ? tf.pad(cropped, padding) : cropped;
}
