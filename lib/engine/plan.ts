import type { Tensor } from "onnxruntime-node";
import type { BufferPool } from "./buffer-pool";
import { doneName, type CompiledGraph } from "./compile";
import { isOnDevice, type DeviceMemory } from "./device-memory";
import { allocate, type NativeArray, type NativeType } from "./dtypes";
import type { GraphNode } from "./graph-node";
import { arrange } from "./layout";
import { explained } from "./memory-limit";
import type { Native } from "./native";
import { openSession, type Session, type SessionOptions } from "./session";
import { sizeOf } from "./shapes";
import type { Trace } from "./trace";

/** A graph that has been compiled, and everything to run it again with other values. */
export class Plan {
  readonly #session: Session;
  readonly #done: Tensor;
  readonly #scalars: { name: string; indexes: readonly number[]; values: NativeArray; tensor: Tensor }[];

  constructor(
    readonly native: Native,
    readonly compiled: CompiledGraph,
    options: SessionOptions,
    /** where results stay, if the provider has memory of its own */
    readonly device: DeviceMemory | null,
  ) {
    this.#done = this.#tensor("bool", new Uint8Array(1), [1]);
    this.#session = this.#explaining(() => openSession(native, compiled.model, options, device ? compiled.outputs.map(({ name }) => name) : []));
    this.#scalars = compiled.scalars.map(({ name, dtype, indexes }) => {
      const values = allocate(dtype, indexes.length);
      return { name, indexes, values, tensor: this.#tensor(dtype, values, [indexes.length]) };
    });
  }

  /** Rough: what the session holds on to beside the model. */
  get estimatedBytes(): number {
    return this.compiled.estimatedBytes;
  }

  /** Computes the trace's roots; they become leaves. */
  run(trace: Trace, pool: BufferPool): void {
    this.#explaining(() => this.#run(trace, pool));
  }

  #run({ order, roots }: Trace, pool: BufferPool): void {
    const feeds: Record<string, Tensor> = {};
    for (const { name, index } of this.compiled.inputs) feeds[name] = this.#feed(order[index]!);
    for (const { name, indexes, values, tensor } of this.#scalars) {
      indexes.forEach((index, slot) => (values[slot] = order[index]!.storage!.values![0]!));
      feeds[name] = tensor;
    }
    if (this.device) return this.#runOnDevice(roots, feeds);
    const fetches: Record<string, Tensor> = { [doneName]: this.#done };
    const results = this.compiled.outputs.map(({ name, dtype, shape }) => {
      const values = pool.take(dtype, sizeOf(shape));
      const tensor = this.#tensor(dtype, values, shape);
      fetches[name] = tensor;
      return { values, tensor };
    });
    this.#session.run(feeds, fetches);
    roots.forEach((root, place) => {
      const { layout, leafSignature } = this.compiled.outputs[place]!;
      root.settle({ ...results[place]!, layout, pooled: true }, leafSignature);
    });
  }

  dispose(): void {
    if (this.device) this.device.end(this.#session);
    else this.#session.dispose();
  }

  /** Results stay where they are made, and are fed to the next graphs from there. */
  #runOnDevice(roots: readonly GraphNode[], feeds: Record<string, Tensor>): void {
    const results = this.#session.make(feeds, this.compiled.outputs.map(({ name }) => name));
    roots.forEach((root, place) => {
      const { name, layout, leafSignature } = this.compiled.outputs[place]!;
      this.device!.adopt(results[name]!, this.#session);
      root.settle({ values: null, tensor: results[name]!, layout, pooled: true }, leafSignature);
    });
  }

  #feed({ storage, dtype, shape }: GraphNode): Tensor {
    const fedBefore = storage!.tensor;
    // What is fed again (weights that do not change) need not be brought to the device each time; a batch is fed once.
    if (this.device && fedBefore && !isOnDevice(fedBefore)) storage!.tensor = this.device.upload(fedBefore, dtype);
    storage!.tensor ??= this.#tensor(dtype, storage!.values!, arrange(shape, storage!.layout));
    if (this.device && !isOnDevice(storage!.tensor)) this.device.counters.uploadedBytes += storage!.values!.byteLength;
    return storage!.tensor;
  }

  /** "std::bad_alloc" tells nobody what to change. */
  #explaining<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw explained(cause, this.compiled.largest);
    }
  }

  #tensor(dtype: NativeType, values: NativeArray, shape: readonly number[]): Tensor {
    return new this.native.Tensor(dtype, values, shape);
  }
}
