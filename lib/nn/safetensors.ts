import { LatheError } from "#lib/domain/errors";

/** A tensor of a weights file, as float32 whatever it was stored as. */
export type NamedTensor = { shape: readonly number[]; values: Float32Array };

/** Real headers are some tens of KiB; the format's own limit is 100 MB. */
const maxHeaderBytes = 16 * 1024 * 1024;

const bytesPerValue = { F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8, I32: 4 } as const;
type StoredType = keyof typeof bytesPerValue;

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };

/**
 * Reads a safetensors file: 8 bytes of header length (little endian), a JSON header, then the values.
 * @throws LatheError `weights_broken` saying what is wrong with the file
 */
export function readSafetensors(bytes: Uint8Array): Map<string, NamedTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 8) throw broken(`it has ${bytes.byteLength} bytes`);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > Math.min(maxHeaderBytes, bytes.byteLength - 8)) {
    throw broken("its header claims to be longer than the file or than 16 MiB");
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes));
  const dataStart = 8 + headerBytes;
  const tensors = new Map<string, NamedTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, begin, end } = checkEntry(name, entry, bytes.byteLength - dataStart);
    const count = (end - begin) / bytesPerValue[dtype];
    const values = new Float32Array(count);
    const read = readers[dtype];
    for (let i = 0, at = dataStart + begin; i < count; i++, at += bytesPerValue[dtype]) values[i] = read(view, at);
    tensors.set(name, { shape, values });
  }
  return tensors;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header === "object" && header !== null && !Array.isArray(header)) return header as Record<string, unknown>;
  } catch {
    // Falls through: either way the header is no JSON object.
  }
  throw broken("its header is not a JSON object");
}

function checkEntry(name: string, value: unknown, dataBytes: number): { dtype: StoredType; shape: number[]; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  if (typeof dtype !== "string" || !(dtype in bytesPerValue)) throw broken(`"${name}" is stored as ${dtype}, which is not read here`);
  const whole = (number: unknown) => Number.isSafeInteger(number) && (number as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(whole)) throw broken(`"${name}" has no proper shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(whole)) throw broken(`"${name}" has no proper place in the file`);
  const [begin, end] = offsets;
  const size = shape.reduce((product, length) => product * length, 1) * bytesPerValue[dtype as StoredType];
  if (end > dataBytes) throw broken(`"${name}" reaches beyond the end of the file: it may be cut short`);
  if (end - begin !== size) throw broken(`"${name}" has ${end - begin} bytes, its shape [${shape}] needs ${size}`);
  return { dtype: dtype as StoredType, shape, begin, end };
}

const readers: Record<StoredType, (view: DataView, at: number) => number> = {
  F32: (view, at) => view.getFloat32(at, true),
  F64: (view, at) => view.getFloat64(at, true),
  I32: (view, at) => view.getInt32(at, true),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  F16: (view, at) => halfToNumber(view.getUint16(at, true)),
  BF16: (view, at) => brainToNumber(view.getUint16(at, true)),
};

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is a float32's upper half. */
function brainToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

function broken(what: string): LatheError {
  return new LatheError({
    code: "weights_broken",
    message: `This is not a readable safetensors file: ${what}.`,
    nextStep: "Give a .safetensors file with the weights of a ResNet from torchvision, timm or Hugging Face.",
    status: 422,
  });
}
