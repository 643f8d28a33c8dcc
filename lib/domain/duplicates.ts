import type { DuplicateKind, Leak } from "./dataset";

/** What pictures are compared by, one after the other in flat arrays so that a million of them are 66 MB. */
export type Fingerprints = {
  /** [N, 8] words of each picture's sha-256 */
  sha256: Uint32Array;
  /** [N, 8] words of each picture's 256-bit hash */
  pictureHash: Uint32Array;
  /** [N] 0 where there is no picture hash */
  hashed: Uint8Array;
  /** [N] pictures with one number ≥ 0 were looked at by a person and called different: their likeness makes no group */
  apart?: Int32Array;
};

export type DuplicateGroups = {
  /** [N] the group of each picture, −1 for one that stands alone; groups count from 0 by their first picture */
  groupOf: Int32Array;
  /** of each group */
  kinds: DuplicateKind[];
  sizes: number[];
};

/**
 * Hashes that differ in no more bits of 256 are of one picture. On ten kinds of food photographs (4,015, all pairs looked at)
 * the first false pair differs in 44 bits, and the same picture scaled to 60 % and recompressed in 12 (the 90th per cent).
 */
export const nearBits = 32;
const words = 8;

/**
 * Groups of the same and of nearly the same pictures, mirrored ones included. A million take some twenty seconds.
 * @param breathe called a few dozen times on the way, so that other work of the process can go on
 */
export async function groupDuplicates(fingerprints: Fingerprints, breathe: () => Promise<void> = async () => {}): Promise<DuplicateGroups> {
  const count = fingerprints.hashed.length;
  const links = new Links(count);
  linkExact(fingerprints.sha256, links);
  await linkNear(fingerprints, links, breathe);
  return collect(fingerprints.sha256, links);
}

/** Disjoint sets; each one's root is its first picture. */
class Links {
  readonly parent: Int32Array;

  constructor(count: number) {
    this.parent = Int32Array.from({ length: count }, (_, i) => i);
  }

  root(i: number): number {
    const { parent } = this;
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  }

  join(a: number, b: number): void {
    const [x, y] = [this.root(a), this.root(b)];
    this.parent[Math.max(x, y)] = Math.min(x, y);
  }
}

/** By a hash table with open addressing over the first word: sha-256 spreads by itself. */
function linkExact(sha256: Uint32Array, links: Links): void {
  const count = links.parent.length;
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, 2 * count)))).fill(-1);
  for (let i = 0; i < count; i++) {
    for (let slot = sha256[i * words]! & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const known = slots[slot]!;
      if (known < 0) {
        slots[slot] = i;
        break;
      }
      if (sameWords(sha256, known, i)) {
        links.join(known, i);
        break;
      }
    }
  }
}

function sameWords(values: Uint32Array, a: number, b: number): boolean {
  for (let word = 0; word < words; word++) if (values[a * words + word] !== values[b * words + word]) return false;
  return true;
}

/** Bits of a band, so many that a bucket holds about a dozen hashes. */
const bandBits = (count: number) => Math.min(16, Math.max(8, Math.ceil(Math.log2(Math.max(1, count))) - 3));
/** With 32 bands of 16 bits, hashes that differ in 16 bits meet in some band in all but 10⁻⁶ of cases, in 24 bits 0.999, in 32 bits 0.98. */
const bands = 32;
/** In a bucket that many simple pictures share, each is compared with so many of its neighbours only. */
const neighbours = 48;

/**
 * Locality-sensitive hashing (P. Indyk and R. Motwani, 1998): hashes are compared when they agree in a whole band of
 * bits. In each band, every hash and every mirrored one is sorted by the band's bits, keeping the order of the band before.
 */
async function linkNear({ sha256, pictureHash, hashed, apart }: Fingerprints, links: Links, breathe: () => Promise<void>): Promise<void> {
  // One of each content is enough: its copies are linked already.
  const first: number[] = [];
  for (let i = 0; i < hashed.length; i++) if (hashed[i] && links.root(i) === i) first.push(i);
  const count = first.length;
  if (count < 2) return;
  const hashes = new Uint32Array(2 * count * words);
  first.forEach((picture, i) => {
    hashes.set(pictureHash.subarray(picture * words, (picture + 1) * words), i * words);
    mirror(hashes, i, count + i);
  });
  const bits = bandBits(count);
  let order = Int32Array.from({ length: 2 * count }, (_, i) => i);
  const keys = new Uint16Array(2 * count);
  for (let band = 0; band < bands; band++) {
    await breathe();
    for (let i = 0; i < keys.length; i++) keys[i] = bandOf(hashes, i, band, bits);
    order = sortedBy(keys, order, bits);
    for (let place = 0; place < order.length; place++) {
      const a = order[place]!;
      const end = Math.min(order.length, place + 1 + neighbours);
      for (let other = place + 1; other < end; other++) {
        const b = order[other]!;
        if (keys[a] !== keys[b]) break;
        // Two mirrored ones are as alike as the two themselves.
        if (a >= count && b >= count) continue;
        const [x, y] = [first[a % count]!, first[b % count]!];
        if (x === y || !near(hashes, a, b)) continue;
        if (apart && apart[x]! >= 0 && apart[x] === apart[y] && !sameWords(sha256, x, y)) continue;
        links.join(x, y);
      }
    }
  }
}

/** The bits of a band lie far apart in the picture, where they know little of each other. */
function bandOf(hashes: Uint32Array, i: number, band: number, bits: number): number {
  const [start, step] = band < bands / 2 ? [band * 16, 37] : [band * 16 + 5, 101];
  let key = 0;
  for (let j = 0; j < bits; j++) {
    const bit = (start + j * step) & 255;
    key = (key << 1) | ((hashes[i * words + (bit >> 5)]! >>> (bit & 31)) & 1);
  }
  return key;
}

/** Counting sort, stable. */
function sortedBy(keys: Uint16Array, order: Int32Array, bits: number): Int32Array<ArrayBuffer> {
  const starts = new Int32Array(2 ** bits + 1);
  for (const key of keys) starts[key + 1]!++;
  for (let key = 0; key < 2 ** bits; key++) starts[key + 1]! += starts[key]!;
  const sorted = new Int32Array(order.length);
  for (const i of order) sorted[starts[keys[i]!]!++] = i;
  return sorted;
}

function near(hashes: Uint32Array, a: number, b: number): boolean {
  let differing = 0;
  for (let word = 0; word < words; word++) {
    differing += ones(hashes[a * words + word]! ^ hashes[b * words + word]!);
    if (differing > nearBits) return false;
  }
  return true;
}

/** H. S. Warren, Hacker's Delight, figure 5-2. */
function ones(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** The hash of the mirrored picture: each row of 16 steps the other way round, and each step its opposite. */
function mirror(hashes: Uint32Array, from: number, to: number): void {
  for (let bit = 0; bit < 256; bit++) {
    const source = (bit & ~15) | (15 - (bit & 15));
    const set = (hashes[from * words + (source >> 5)]! >>> (source & 31)) & 1;
    if (!set) hashes[to * words + (bit >> 5)]! |= 1 << (bit & 31);
  }
}

function collect(sha256: Uint32Array, links: Links): DuplicateGroups {
  const count = links.parent.length;
  const members = new Int32Array(count);
  for (let i = 0; i < count; i++) members[links.root(i)]!++;
  const groupOf = new Int32Array(count).fill(-1);
  const kinds: DuplicateKind[] = [];
  const sizes: number[] = [];
  for (let i = 0; i < count; i++) {
    const root = links.root(i);
    if (members[root]! < 2) continue;
    if (root === i) {
      groupOf[i] = kinds.push("exact") - 1;
      sizes.push(members[root]!);
      continue;
    }
    groupOf[i] = groupOf[root]!;
    if (!sameWords(sha256, root, i)) kinds[groupOf[i]!] = "near";
  }
  return { groupOf, kinds, sizes };
}

/**
 * What a split by chance would do that knows nothing of groups. A picture in a group of k is held out with the test share,
 * and then has a twin in training unless none of the k − 1 others is there.
 * @param samples all of them, with and without a group
 */
export function expectedLeak(groupSizes: Iterable<number>, samples: number, shares: { validation: number; test: number }): Leak {
  const notTrained = shares.validation + shares.test;
  let leakedSamples = 0;
  for (const size of groupSizes) leakedSamples += size * shares.test * (1 - notTrained ** (size - 1));
  return { testSamples: samples * shares.test, leakedSamples };
}
