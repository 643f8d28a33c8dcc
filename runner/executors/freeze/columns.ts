import { splits } from "#lib/domain/dataset";
import type { VersionSample } from "#lib/data/read-version-samples";
import { noSide } from "#lib/nn/split";

/** A version's samples in flat arrays: at a million some 110 MB, where objects would be a gigabyte. */
export class Columns {
  readonly index: Int32Array;
  /** label index, −1 without one */
  readonly labelOf: Int32Array;
  readonly labels: string[] = [];
  /** places in `splits`, or `noSide` */
  readonly sideOf: Uint8Array;
  /** group as it was before, −1 for none */
  readonly groupBefore: Int32Array;
  readonly sha256: Uint32Array;
  readonly pictureHash: Uint32Array;
  readonly hashed: Uint8Array;
  readonly shortSide: Uint32Array;
  readonly longSide: Uint32Array;
  readonly sharpness: Float32Array;
  readonly brightness: Float32Array;
  sizeBytes = 0;
  #count = 0;
  readonly #indexOfLabel = new Map<string, number>();

  constructor(capacity: number) {
    this.index = new Int32Array(capacity);
    this.labelOf = new Int32Array(capacity).fill(-1);
    this.sideOf = new Uint8Array(capacity).fill(noSide);
    this.groupBefore = new Int32Array(capacity).fill(-1);
    this.sha256 = new Uint32Array(capacity * 8);
    this.pictureHash = new Uint32Array(capacity * 8);
    this.hashed = new Uint8Array(capacity);
    this.shortSide = new Uint32Array(capacity);
    this.longSide = new Uint32Array(capacity);
    this.sharpness = new Float32Array(capacity).fill(NaN);
    this.brightness = new Float32Array(capacity).fill(NaN);
  }

  get count(): number {
    return this.#count;
  }

  add(sample: VersionSample): void {
    const i = this.#count++;
    this.index[i] = sample.index;
    this.sizeBytes += sample.sizeBytes;
    if (sample.label !== null) this.labelOf[i] = this.#labelIndex(sample.label);
    if (sample.split !== null) this.sideOf[i] = splits.indexOf(sample.split as (typeof splits)[number]);
    if (sample.groupId !== null) this.groupBefore[i] = sample.groupId;
    for (let word = 0; word < 8; word++) this.sha256[i * 8 + word] = parseInt(sample.sha256.slice(word * 8, word * 8 + 8), 16);
    if (sample.pictureHash?.length === 32) {
      const bytes = new DataView(sample.pictureHash.buffer, sample.pictureHash.byteOffset, 32);
      for (let word = 0; word < 8; word++) this.pictureHash[i * 8 + word] = bytes.getUint32(word * 4, true);
      this.hashed[i] = 1;
    }
    this.shortSide[i] = Math.min(sample.width, sample.height);
    this.longSide[i] = Math.max(sample.width, sample.height);
    if (sample.sharpness !== null) this.sharpness[i] = sample.sharpness;
    if (sample.brightness !== null) this.brightness[i] = sample.brightness;
  }

  /** Puts the labels into the order of a manifest. */
  sortLabels(): void {
    const sorted = [...this.labels].sort();
    const place = new Map(sorted.map((label, i) => [label, i]));
    const moved = this.labels.map((label) => place.get(label)!);
    for (let i = 0; i < this.#count; i++) if (this.labelOf[i]! >= 0) this.labelOf[i] = moved[this.labelOf[i]!]!;
    this.labels.splice(0, this.labels.length, ...sorted);
  }

  #labelIndex(label: string): number {
    let index = this.#indexOfLabel.get(label);
    if (index === undefined) this.#indexOfLabel.set(label, (index = this.labels.push(label) - 1));
    return index;
  }
}
