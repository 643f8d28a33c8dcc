import { z } from "zod";
import { LatheError } from "#lib/domain/errors";

/** The Open Inference Protocol's inference request, as far as a picture model needs it. */
const requestSchema = z.object({
  id: z.string().max(256).optional(),
  parameters: z.object({ binary_data_output: z.boolean().optional() }).loose().optional(),
  inputs: z
    .array(
      z.object({
        name: z.string(),
        datatype: z.string(),
        shape: z.array(z.number().int().min(1)).max(8),
        parameters: z.object({ binary_data_size: z.number().int().min(0).optional() }).loose().optional(),
        data: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(8),
  outputs: z.array(z.object({ name: z.string(), parameters: z.object({ binary_data: z.boolean().optional() }).loose().optional() })).optional(),
});

export type ImageTensor = {
  id: string | null;
  datatype: "FP32" | "UINT8";
  /** [B, H, W, 3] */
  shape: [number, number, number, 3];
  /** little-endian */
  data: Uint8Array<ArrayBuffer>;
  /** the answer's tensor is wanted as bytes after the JSON */
  binaryOutput: boolean;
};

/**
 * @param body JSON; when `jsonBytes` is not null that many bytes of it, followed by the tensors' raw bytes
 * @throws LatheError 400 `invalid_tensor`
 */
export function parseInferRequest(body: Buffer<ArrayBuffer>, jsonBytes: number | null): ImageTensor {
  if (jsonBytes !== null && jsonBytes > body.length) throw invalid("the JSON part is said to be longer than the body");
  const request = parseRequest(body.subarray(0, jsonBytes ?? body.length));
  const index = request.inputs.findIndex(({ name }) => name === "image");
  const input = request.inputs[index];
  if (!input) throw invalid('there is no input named "image"');
  if (input.datatype !== "FP32" && input.datatype !== "UINT8") throw invalid(`the datatype is ${input.datatype}, and FP32 or UINT8 is needed`);
  const shape = input.shape.length === 3 ? [1, ...input.shape] : input.shape;
  if (shape.length !== 4 || shape[3] !== 3) throw invalid(`the shape is [${input.shape.join(", ")}], and [B, H, W, 3] is needed`);
  const elements = shape.reduce((product, side) => product * side, 1);
  const bytesEach = input.datatype === "FP32" ? 4 : 1;
  const before = request.inputs.slice(0, index).reduce((sum, { parameters }) => sum + (parameters?.binary_data_size ?? 0), 0);
  const binaryBytes = input.parameters?.binary_data_size;
  const data =
    binaryBytes === undefined
      ? fromJson(input.data, input.datatype, elements)
      : fromBytes(body, (jsonBytes ?? body.length) + before, binaryBytes, elements * bytesEach);
  const asked = request.outputs?.find(({ name }) => name === "probabilities");
  if (request.outputs?.length && !asked) throw invalid('the only output is "probabilities"');
  return {
    id: request.id ?? null,
    datatype: input.datatype,
    shape: shape as ImageTensor["shape"],
    data,
    binaryOutput: asked?.parameters?.binary_data ?? request.parameters?.binary_data_output ?? false,
  };
}

function parseRequest(json: Buffer): z.infer<typeof requestSchema> {
  let value: unknown;
  try {
    value = JSON.parse(json.toString("utf8"));
  } catch (error) {
    throw invalid("the body is not JSON; with binary tensors, send Inference-Header-Content-Length", error);
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw invalid(`${issue.path.map(String).join(".")}: ${issue.message}`);
}

/** Numbers flat or nested, row by row. */
function fromJson(data: unknown, datatype: "FP32" | "UINT8", elements: number): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(data)) throw invalid("the input has no data");
  const flat = data.flat(8) as unknown[];
  if (flat.length !== elements) throw invalid(`there are ${flat.length} numbers, and the shape needs ${elements}`);
  const max = datatype === "FP32" ? Infinity : 255;
  for (const value of flat) {
    if (typeof value !== "number" || (datatype === "UINT8" && (value < 0 || value > max || !Number.isInteger(value)))) {
      throw invalid(datatype === "FP32" ? "the data holds something that is no number" : "the data holds something that is no whole number from 0 to 255");
    }
  }
  if (datatype === "UINT8") return Uint8Array.from(flat as number[]);
  const bytes = Buffer.alloc(elements * 4);
  (flat as number[]).forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes;
}

function fromBytes(body: Buffer<ArrayBuffer>, start: number, sizeBytes: number, needed: number): Uint8Array<ArrayBuffer> {
  if (sizeBytes !== needed) throw invalid(`binary_data_size is ${sizeBytes}, and the shape needs ${needed} bytes`);
  if (start + sizeBytes > body.length) throw invalid("the body ends before the tensor does");
  return body.subarray(start, start + sizeBytes);
}

/**
 * @param probabilities FP32 little-endian, [B, K]
 * @returns what to send, and how long its JSON part is when bytes follow it
 */
export function formatInferResponse(options: {
  name: string;
  version: string;
  id: string | null;
  shape: [number, number];
  probabilities: Uint8Array;
  binary: boolean;
}): { body: Buffer; jsonBytes: number | null } {
  const { name, version, id, shape, probabilities, binary } = options;
  const output = binary
    ? { parameters: { binary_data_size: probabilities.byteLength } }
    : { data: toNumbers(probabilities) };
  const json = Buffer.from(
    JSON.stringify({
      model_name: name, model_version: version, ...(id === null ? {} : { id }),
      outputs: [{ name: "probabilities", datatype: "FP32", shape, ...output }],
    }),
  );
  return binary ? { body: Buffer.concat([json, probabilities]), jsonBytes: json.length } : { body: json, jsonBytes: null };
}

function toNumbers(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

function invalid(what: string, cause?: unknown): LatheError {
  return new LatheError({
    code: "invalid_tensor",
    message: `The inference request cannot be read: ${what}.`,
    nextStep: 'Send one input "image", FP32 in [0, 1] or UINT8, of shape [B, H, W, 3].',
    cause,
  });
}
