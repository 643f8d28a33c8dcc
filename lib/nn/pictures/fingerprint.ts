/**
 * What can be told of a picture without knowing what is in it: how sharp, how bright, and a fingerprint that stays nearly
 * the same when it is scaled, recompressed or a little brighter.
 */
export type Fingerprint = {
  /** 256 bits, see `pictureHash`; null for a picture with next to nothing on it, which resembles every other such one */
  pictureHash: Uint8Array | null;
  /** variance of the Laplacian of the grey picture, grey 0 to 255, long side at most `fingerprintSidePx` */
  sharpness: number;
  /** mean grey, 0 to 1 */
  brightness: number;
};

/** Pictures are measured at no more than this long side, so that sharpness means the same whatever the camera. */
export const fingerprintSidePx = 256;

const rows = 16;
const columns = 17;
/** Neighbours that differ by less, of 255, say nothing about which is brighter. */
const tie = 1.5;
/** A hash with fewer bits that mean something is none. */
const leastTelling = 96;

/** @param grey [height, width] uint8, row by row */
export function fingerprint(grey: Uint8Array, width: number, height: number): Fingerprint {
  let sum = 0;
  for (const value of grey) sum += value;
  return {
    pictureHash: pictureHash(grey, width, height),
    sharpness: laplacianVariance(grey, width, height),
    brightness: grey.length === 0 ? 0 : sum / grey.length / 255,
  };
}

/**
 * The difference hash: the picture is averaged to 17 columns by 16 rows, and each bit says whether a cell is darker than
 * the one to its right (N. Krawetz, "Kind of Like That", 2013). Bit `16 · row + column`, lowest bit of a byte first.
 */
function pictureHash(grey: Uint8Array, width: number, height: number): Uint8Array | null {
  const cells = average(grey, width, height);
  const hash = new Uint8Array((rows * (columns - 1)) / 8);
  let telling = 0;
  for (let row = 0, bit = 0; row < rows; row++) {
    for (let column = 0; column + 1 < columns; column++, bit++) {
      const step = cells[row * columns + column + 1]! - cells[row * columns + column]!;
      if (step > 0) hash[bit >> 3]! |= 1 << (bit & 7);
      if (Math.abs(step) >= tie) telling++;
    }
  }
  return telling >= leastTelling ? hash : null;
}

/** Means over 16 × 17 cells, their borders counted by the share of a pixel they cut. */
function average(grey: Uint8Array, width: number, height: number): Float64Array {
  const across = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < columns; column++) {
      across[y * columns + column] = meanOf((x) => grey[y * width + x]!, (column * width) / columns, ((column + 1) * width) / columns);
    }
  }
  const cells = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      cells[row * columns + column] = meanOf((y) => across[y * columns + column]!, (row * height) / rows, ((row + 1) * height) / rows);
    }
  }
  return cells;
}

function meanOf(at: (place: number) => number, from: number, to: number): number {
  let sum = 0;
  for (let place = Math.floor(from); place < to; place++) sum += at(place) * (Math.min(place + 1, to) - Math.max(place, from));
  return sum / (to - from);
}

/** Small for a picture without edges: J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000. */
function laplacianVariance(grey: Uint8Array, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y + 1 < height; y++) {
    for (let x = 1; x + 1 < width; x++) {
      const i = y * width + x;
      const value = grey[i - 1]! + grey[i + 1]! + grey[i - width]! + grey[i + width]! - 4 * grey[i]!;
      sum += value;
      squares += value * value;
    }
  }
  const count = Math.max(0, width - 2) * Math.max(0, height - 2);
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}
