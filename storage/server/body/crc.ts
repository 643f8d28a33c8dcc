import * as zlib from "node:zlib";

/**
 * CRCs as S3 names them (reflected, register starting and ending inverted). Check values over "123456789", from the
 * catalogue of parametrised CRC algorithms: CRC-32/ISO-HDLC cbf43926, CRC-32/ISCSI e3069283, CRC-64/NVME
 * ae8b14860a799888.
 */
export interface RunningCrc {
  update(bytes: Uint8Array): void;
  /** big-endian */
  digest(): Buffer;
}

const polynomial32 = 0xedb88320;
const polynomial32c = 0x82f63b78;

/** Eight tables, so that eight bytes go in one step. */
function slices(polynomial: number): Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    first[byte] = value >>> 0;
  }
  const tables = [first];
  for (let n = 1; n < 8; n++) {
    const before = tables[n - 1]!;
    tables.push(before.map((value) => first[value & 0xff]! ^ (value >>> 8)));
  }
  return tables;
}

function updater(polynomial: number): (bytes: Uint8Array, crc?: number) => number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = slices(polynomial) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  return (bytes, crc = 0) => {
    let c = ~crc;
    let i = 0;
    for (const end = bytes.length - 7; i < end; i += 8) {
      c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      c =
        t7[c & 0xff]! ^ t6[(c >>> 8) & 0xff]! ^ t5[(c >>> 16) & 0xff]! ^ t4[c >>> 24]! ^
        t3[bytes[i + 4]!]! ^ t2[bytes[i + 5]!]! ^ t1[bytes[i + 6]!]! ^ t0[bytes[i + 7]!]!;
    }
    for (; i < bytes.length; i++) c = t0[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
    return ~c >>> 0;
  };
}

const ownCrc32 = updater(polynomial32);
/** Node has it natively from 20.15 on. */
export const crc32: (bytes: Uint8Array, crc?: number) => number = (zlib as { crc32?: typeof ownCrc32 }).crc32 ?? ownCrc32;
export const crc32c = updater(polynomial32c);
export const crc32WithoutZlib = ownCrc32;

export function runningCrc32(update: typeof crc32): RunningCrc {
  let crc = 0;
  return {
    update(bytes) {
      crc = update(bytes, crc);
    },
    digest() {
      const out = Buffer.alloc(4);
      out.writeUInt32BE(crc);
      return out;
    },
  };
}

/** 64 bits as two halves: BigInt would be ten times slower. */
const table64 = (() => {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & 0xffffffffn);
  }
  return { high, low };
})();

export function runningCrc64Nvme(): RunningCrc {
  let high = -1;
  let low = -1;
  return {
    update(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        const index = (low ^ bytes[i]!) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ table64.low[index]!;
        high = (high >>> 8) ^ table64.high[index]!;
      }
    },
    digest() {
      const out = Buffer.alloc(8);
      out.writeUInt32BE(~high >>> 0, 0);
      out.writeUInt32BE(~low >>> 0, 4);
      return out;
    },
  };
}

/**
 * The CRC of two pieces set together from the CRC of each, so that a multipart object's checksum needs no second read.
 * Appending n zero bytes is a linear map over GF(2); it is applied by squaring the map for one bit.
 * @param lengthB bytes of the second piece
 */
export function combineCrc32(algorithm: "CRC32" | "CRC32C", crcA: number, crcB: number, lengthB: number): number {
  let map = new Uint32Array(32);
  map[0] = algorithm === "CRC32" ? polynomial32 : polynomial32c;
  for (let bit = 1; bit < 32; bit++) map[bit] = 1 << (bit - 1);
  let crc = crcA;
  // Three squarings turn one bit into one byte.
  for (let n = 0; n < 3; n++) map = square(map);
  for (let rest = lengthB; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) crc = times(map, crc);
    map = square(map);
  }
  return (crc ^ crcB) >>> 0;
}

function times(map: Uint32Array, vector: number): number {
  let sum = 0;
  for (let bit = 0, rest = vector; rest !== 0; bit++, rest >>>= 1) if (rest & 1) sum ^= map[bit]!;
  return sum >>> 0;
}

function square(map: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  return map.map((column) => times(map, column));
}

const polynomial64 = 0x9a6c9329ac4bc9b5n;
/** Maps that append 2^k zero bytes, made as they are needed: then a piece costs as many products as its length has bits. */
const zeros64: bigint[][] = [];

/** As {@link combineCrc32}, for CRC-64/NVME. */
export function combineCrc64Nvme(crcA: bigint, crcB: bigint, lengthB: number): bigint {
  let crc = crcA;
  for (let k = 0, rest = lengthB; rest > 0; k++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) crc = times64(appending64(k), crc);
  }
  return crc ^ crcB;
}

function appending64(k: number): bigint[] {
  if (zeros64.length === 0) {
    let map = Array.from({ length: 64 }, (_, bit) => (bit === 0 ? polynomial64 : 1n << BigInt(bit - 1)));
    for (let n = 0; n < 3; n++) map = square64(map);
    zeros64.push(map);
  }
  while (zeros64.length <= k) zeros64.push(square64(zeros64.at(-1)!));
  return zeros64[k]!;
}

function times64(map: readonly bigint[], vector: bigint): bigint {
  let sum = 0n;
  for (let bit = 0, rest = vector; rest !== 0n; bit++, rest >>= 1n) if (rest & 1n) sum ^= map[bit]!;
  return sum;
}

function square64(map: readonly bigint[]): bigint[] {
  return map.map((column) => times64(map, column));
}
