/**
 * Seeded randomness. Every random choice in training draws from a stream named by what it is for
 * (`randomStream(seed, "augment", epoch, sampleIndex)`), so that a result depends on neither the order of calls nor on
 * how many workers share them.
 */
export type RandomStream = {
  /** uniform in [0, 1), 32 bits of it */
  next(): number;
  /** uniform in [low, high) */
  between(low: number, high: number): number;
  /** uniform integer in [0, count) */
  index(count: number): number;
  /** standard normal */
  normal(): number;
};

/** A stream of its own for each list of names; equal names give equal streams, on every machine. */
export function randomStream(...names: readonly (string | number)[]): RandomStream {
  const seed = hash(names.join("\u0000"));
  const next = sfc32(seed[0], seed[1], seed[2], seed[3]);
  let spare: number | null = null;
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    index: (count) => Math.floor(next() * count),
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      // Box-Muller; 1 - next() is in (0, 1], so the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** A new array with the same items in a random order (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], stream: RandomStream): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = stream.index(last + 1);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/** Chris Doty-Humphrey's "small fast counting" generator, PractRand's sfc32; the first draws mix the seed in. */
function sfc32(a: number, b: number, c: number, d: number): () => number {
  const draw = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let round = 0; round < 12; round++) draw();
  return draw;
}

/** Four 32-bit words from a string: FNV-1a from four offsets, each finished with murmur3's avalanche. */
function hash(text: string): [number, number, number, number] {
  const word = (offset: number) => {
    let value = 0x811c9dc5 ^ offset;
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
    value ^= value >>> 16;
    value = Math.imul(value, 0x85ebca6b);
    value ^= value >>> 13;
    value = Math.imul(value, 0xc2b2ae35);
    return value ^ (value >>> 16);
  };
  return [word(0), word(0x9e3779b9), word(0x7f4a7c15), word(0x2545f491)];
}
