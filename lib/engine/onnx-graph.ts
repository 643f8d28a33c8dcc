import { Message } from "./protobuf";
import { exactJson } from "./signatures";
import { sameShape, type Shape } from "./shapes";

/** ONNX's TensorProto.DataType. */
export const onnxTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export type OnnxType = keyof typeof onnxTypes;

/** The name of a value inside the graph. */
export type Value = string;

/** Integers, unless wrapped. */
export type Attributes = Record<string, number | readonly number[] | string | { float: number }>;

type Node = { type: string; inputs: readonly Value[]; outputs: readonly Value[]; attributes: Attributes; domain: string };
type Declaration = { name: Value; dtype: OnnxType; shape: Shape };

const opset = 18;
const contribOpset = 1;
const irVersion = 9;
const contribDomain = "com.microsoft";
/** ONNX Runtime's own convolutions over blocked maps, which its optimiser puts in where filters are constant. */
export const blockedDomain = "com.microsoft.nchwc";

/**
 * An ONNX graph in the making. An operation asked for twice with the same inputs and attributes is made once, and a
 * graph output is the node's own value under another name: ONNX Runtime would copy through an Identity.
 */
export class OnnxGraph {
  #nodes: Node[] = [];
  #inputs: Declaration[] = [];
  #outputs: Declaration[] = [];
  #initializers: Message[] = [];
  #known = new Map<string, readonly Value[]>();
  #renamed = new Map<Value, Value>();
  #computed = new Set<Value>();
  /** what a Reshape was made of, so that a chain of them is one */
  #reshaped = new Map<Value, Value>();
  #count = 0;

  input(name: Value, dtype: OnnxType, shape: Shape): Value {
    this.#inputs.push({ name, dtype, shape });
    return name;
  }

  output(value: Value, name: Value, dtype: OnnxType, shape: Shape): void {
    if (this.#computed.has(value) && !this.#renamed.has(value)) {
      this.#renamed.set(value, name);
    } else {
      this.#nodes.push({ type: "Identity", inputs: [value], outputs: [name], attributes: {}, domain: "" });
    }
    this.#outputs.push({ name, dtype, shape });
  }

  add(type: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.addMany(type, inputs, attributes, 1)[0]!;
  }

  /** An operation of ONNX Runtime's own. */
  addContrib(type: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.addMany(type, inputs, attributes, 1, contribDomain)[0]!;
  }

  addMany(type: string, inputs: readonly Value[], attributes: Attributes, outputCount: number, domain = ""): readonly Value[] {
    const key = `${domain}|${type}|${inputs.join()}|${exactJson(attributes)}|${outputCount}`;
    const known = this.#known.get(key);
    if (known) return known;
    const outputs = Array.from({ length: outputCount }, () => this.#name(type));
    for (const output of outputs) this.#computed.add(output);
    this.#nodes.push({ type, inputs, outputs, attributes, domain });
    this.#known.set(key, outputs);
    return outputs;
  }

  reshape(value: Value, shape: Shape): Value {
    const source = this.#reshaped.get(value) ?? value;
    const result = this.add("Reshape", [source, this.integers(shape)]);
    this.#reshaped.set(result, source);
    return result;
  }

  transpose(value: Value, permutation: readonly number[]): Value {
    return this.add("Transpose", [value], { perm: permutation });
  }

  /** `ends` are exclusive. */
  slice(value: Value, slice: { starts: Shape; ends: Shape; axes: Shape; steps?: Shape }): Value {
    const { starts, ends, axes, steps } = slice;
    return this.add("Slice", [value, starts, ends, axes, ...(steps ? [steps] : [])].map((part) => (typeof part === "string" ? part : this.integers(part))));
  }

  /** `before` and `after` count cells on every axis. */
  pad(value: Value, before: Shape, after: Shape): Value {
    return sameShape(before, after) && before.every((cells) => cells === 0)
      ? value
      : this.add("Pad", [value, this.integers([...before, ...after])]);
  }

  integers(values: Shape): Value {
    return this.constant("int64", [values.length], values);
  }

  float(value: number): Value {
    return this.constant("float32", [], [value]);
  }

  constant(dtype: OnnxType, shape: Shape, values: ArrayLike<number>): Value {
    const raw = rawBytes(dtype, values);
    const key = `constant|${dtype}|${shape.join()}|${Buffer.from(raw).toString("base64")}`;
    const known = this.#known.get(key);
    if (known) return known[0]!;
    const name = this.#initializer(dtype, shape, raw);
    this.#known.set(key, [name]);
    return name;
  }

  /** A constant that is too large to be looked for among the others. */
  initializer(dtype: OnnxType, shape: Shape, values: ArrayBufferView): Value {
    return this.#initializer(dtype, shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  #initializer(dtype: OnnxType, shape: Shape, raw: Uint8Array): Value {
    const name = this.#name("constant");
    const tensor = new Message();
    for (const extent of shape) tensor.integer(1, extent);
    this.#initializers.push(tensor.integer(2, onnxTypes[dtype]).string(8, name).bytes(9, raw));
    return name;
  }

  /** The finished model, as ONNX Runtime loads it. */
  encode(): Uint8Array {
    const graph = new Message();
    for (const node of this.#nodes) graph.message(1, this.#encodeNode(node));
    graph.string(2, "trace");
    for (const initializer of this.#initializers) graph.message(5, initializer);
    for (const input of this.#inputs) graph.message(11, encodeDeclaration(input));
    for (const output of this.#outputs) graph.message(12, encodeDeclaration(output));
    return new Message()
      .integer(1, irVersion)
      .message(7, graph)
      .message(8, new Message().string(1, "").integer(2, opset))
      .message(8, new Message().string(1, contribDomain).integer(2, contribOpset))
      .message(8, new Message().string(1, blockedDomain).integer(2, contribOpset))
      .encode();
  }

  #encodeNode({ type, inputs, outputs, attributes, domain }: Node): Message {
    const message = new Message();
    for (const input of inputs) message.string(1, this.#renamed.get(input) ?? input);
    for (const output of outputs) message.string(2, this.#renamed.get(output) ?? output);
    message.string(4, type);
    for (const [name, value] of Object.entries(attributes)) message.message(5, encodeAttribute(name, value));
    return domain ? message.string(7, domain) : message;
  }

  #name(prefix: string): Value {
    return `${prefix}_${this.#count++}`;
  }
}

function encodeAttribute(name: string, value: Attributes[string]): Message {
  const message = new Message().string(1, name);
  if (typeof value === "number") return message.integer(3, value).integer(20, 2);
  if (typeof value === "string") return message.string(4, value).integer(20, 3);
  if ("float" in value) return message.float(2, value.float).integer(20, 1);
  for (const item of value) message.integer(8, item);
  return message.integer(20, 7);
}

function encodeDeclaration({ name, dtype, shape }: Declaration): Message {
  const dimensions = new Message();
  for (const extent of shape) dimensions.message(1, new Message().integer(1, extent));
  const tensor = new Message().integer(1, onnxTypes[dtype]).message(2, dimensions);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}

function rawBytes(dtype: OnnxType, values: ArrayLike<number>): Uint8Array {
  const typed = {
    float32: () => Float32Array.from(values),
    float64: () => Float64Array.from(values),
    int32: () => Int32Array.from(values),
    int64: () => BigInt64Array.from(Array.from(values, BigInt)),
    bool: () => Uint8Array.from(values),
  }[dtype]();
  return new Uint8Array(typed.buffer);
}
