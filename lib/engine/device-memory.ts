import type { Tensor } from "onnxruntime-node";
import type { NativeArray, NativeType } from "./dtypes";
import { arrange } from "./layout";
import type { Native } from "./native";
import { onnxTypes } from "./onnx-graph";
import { Message } from "./protobuf";
import { openSession, type Session, type SessionOptions } from "./session";
import type { Storage } from "./graph-node";
import type { Shape } from "./shapes";

/**
 * Moves values between this process's memory and the device's. The binding hands out tensors on the device, and takes
 * them as inputs, but what it offers to read one ends the process: so a graph that changes nothing is run, whose output
 * is asked for on the other side.
 */
export class DeviceMemory {
  /** values read back, and bytes that graphs were given from this process's memory */
  readonly counters = { downloads: 0, uploadedBytes: 0 };
  /** how many tensors that a session made are still on the device, and whether it ends with the last */
  readonly #made = new Map<Session, { alive: number; ending: boolean }>();
  readonly #makers = new Map<Tensor, Session>();
  #down = new Map<NativeType, Session>();
  #up = new Map<NativeType, Session>();

  constructor(
    readonly native: Native,
    readonly options: SessionOptions,
  ) {
    // What is left to the end of the process is taken down in an order that ends it with a crash.
    process.once("exit", () => this.#abandon());
  }

  /** Fills `values` with what lies in the device's memory; blocks until all that makes it has run. */
  download(tensor: Tensor, dtype: NativeType, shape: Shape, values: NativeArray): void {
    this.counters.downloads++;
    const session = this.#session(this.#down, dtype, []);
    session.run({ in: tensor }, { out: new this.native.Tensor(dtype, values, shape) });
  }

  /** The same values on the device, to be released. */
  upload(tensor: Tensor, dtype: NativeType): Tensor {
    const session = this.#session(this.#up, dtype, ["out"]);
    const { out } = session.make({ in: tensor }, ["out"]);
    this.adopt(out!, session);
    return out!;
  }

  /** Takes note of a tensor that a session made. */
  adopt(tensor: Tensor, session: Session): void {
    const made = this.#made.get(session) ?? { alive: 0, ending: false };
    made.alive++;
    this.#made.set(session, made);
    this.#makers.set(tensor, session);
  }

  /** Gives a tensor's memory back at once: garbage is not collected several times a step. */
  release(tensor: Tensor): void {
    const session = this.#makers.get(tensor)!;
    const made = this.#made.get(session)!;
    tensor.dispose();
    this.#makers.delete(tensor);
    made.alive--;
    if (made.ending) this.end(session);
  }

  /** Disposes a session after the tensors it made: one freed later than its session ends the process. */
  end(session: Session): void {
    const made = this.#made.get(session);
    if (made && made.alive > 0) {
      made.ending = true;
      return;
    }
    this.#made.delete(session);
    session.dispose();
  }

  dispose(): void {
    for (const session of [...this.#down.values(), ...this.#up.values()]) this.end(session);
    this.#down.clear();
    this.#up.clear();
  }

  #abandon(): void {
    for (const tensor of this.#makers.keys()) tensor.dispose();
    this.#makers.clear();
    for (const session of this.#made.keys()) session.dispose();
    this.#made.clear();
  }

  #session(known: Map<NativeType, Session>, dtype: NativeType, onDevice: readonly string[]): Session {
    let session = known.get(dtype);
    if (!session) {
      session = openSession(this.native, copyModel(dtype), this.options, onDevice);
      known.set(dtype, session);
    }
    return session;
  }
}

export function isOnDevice(tensor: Tensor | null): tensor is Tensor {
  return tensor?.location === "gpu-buffer";
}

/** Values of a leaf in this process's memory, brought there if they are not. `take` gives a buffer for them. */
export function hostValues(storage: Storage, dtype: NativeType, shape: Shape, device: DeviceMemory | null, take: () => NativeArray): NativeArray {
  if (!storage.values) {
    const values = take();
    device!.download(storage.tensor!, dtype, arrange(shape, storage.layout), values);
    storage.values = values;
  }
  return storage.values;
}

/** out = in, of any shape. */
function copyModel(dtype: NativeType): Uint8Array {
  const anyShape = (name: string) => new Message().string(1, name).message(2, new Message().message(1, new Message().integer(1, onnxTypes[dtype])));
  const identity = new Message().string(1, "in").string(2, "out").string(4, "Identity");
  const graph = new Message().message(1, identity).string(2, "copy").message(11, anyShape("in")).message(12, anyShape("out"));
  return new Message().integer(1, 9).message(7, graph).message(8, new Message().string(1, "").integer(2, 18)).encode();
}
