import * as tf from "@tensorflow/tfjs-core";
import { BufferPool } from "./buffer-pool";
import { compile } from "./compile";
import { DeviceMemory, hostValues, isOnDevice } from "./device-memory";
import { allocate, isNativeType, type NativeArray, type NativeType } from "./dtypes";
import { EngineError } from "./engine-error";
import { Entries, type Content } from "./entries";
import { GraphNode, leafNode, type Operation, type OperationAttributes, type Storage } from "./graph-node";
import { arrange, axesOf } from "./layout";
import { bytesOf, describe, expectPossible, expectRoom, whyImpossible } from "./memory-limit";
import type { Native } from "./native";
import { Plan } from "./plan";
import { PlanPair } from "./plan-pair";
import { PlanCache, type CacheLimits } from "./plan-cache";
import type { SessionOptions } from "./session";
import { channelBlock } from "./providers/channel-block";
import { sameShape, sizeOf, type Shape } from "./shapes";
import { strayFilters } from "./stray-filters";
import { uninterrupted } from "./thread-end";
import { traceFrom, type Trace } from "./trace";
import { transposed } from "./transposed";

export type BackendOptions = SessionOptions &
  CacheLimits & {
    /** how much memory of finished tensors is kept for the next */
    maxPoolBytes: number;
    /** a program that never reads runs what it has recorded after so many operations */
    maxRecorded: number;
  };

/** The fewest recorded operations that are taken for a batch's work. */
const batchSteps = 4;

/**
 * A TensorFlow.js backend whose kernels write down what to compute. Reading a value, or ending an optimizer's step,
 * runs everything that is still wanted as one graph in ONNX Runtime.
 */
export class RecordingBackend extends tf.KernelBackend {
  readonly counters = { flushes: 0, cacheHits: 0, builds: 0, buildMs: 0, runMs: 0, traceMs: 0, fallbacks: new Map<string, number>() };
  readonly #native: Native;
  readonly #options: BackendOptions;
  readonly #host: tf.KernelBackend;
  readonly #entries = new Entries(this);
  /** recorded nodes that tensors still show */
  readonly #pending = new Set<GraphNode>();
  readonly #plans: PlanCache;
  readonly #pool: BufferPool;
  readonly #device: DeviceMemory | null;
  /** disposed, but perhaps an input of something recorded */
  #retired: GraphNode[] = [];
  #retiredBytes = 0;
  #recorded = 0;
  #residentBytes = 0;

  /** @param host runs what ONNX cannot express */
  constructor(native: Native, host: tf.KernelBackend, options: BackendOptions) {
    super();
    this.#native = native;
    this.#host = host;
    this.#options = { ...options, provider: { ...options.provider, channelBlock: channelBlock(native, options) } };
    this.#plans = new PlanCache(options);
    this.#pool = new BufferPool(options.maxPoolBytes);
    this.#device = options.provider.deviceMemory ? new DeviceMemory(native, options) : null;
  }

  get host(): tf.KernelBackend {
    return this.#host;
  }

  get cachedPlans(): number {
    return this.#plans.size;
  }

  get deviceTraffic(): DeviceMemory["counters"] {
    return this.#device?.counters ?? { downloads: 0, uploadedBytes: 0 };
  }

  get poolBytes(): number {
    return this.#pool.bytes;
  }

  // Storage, as TensorFlow.js asks for it.

  override numDataIds(): number {
    return this.#entries.count;
  }

  override refCount(id: tf.DataId): number {
    return this.#entries.has(id) ? this.#entries.get(id).references : 0;
  }

  override incRef(id: tf.DataId): void {
    this.#entries.get(id).references++;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    return this.#entries.create(this.#content(values, shape, dtype));
  }

  override move(id: tf.DataId, values: tf.BackendValues, shape: number[], dtype: tf.DataType, references: number): void {
    this.#entries.set(id, this.#content(values, shape, dtype), references);
  }

  #content(values: tf.BackendValues, shape: number[], dtype: tf.DataType): Content {
    if (!isNativeType(dtype)) return { hosted: this.#host.write(values, shape, dtype) };
    const node = this.#leaf(values as ArrayLike<number>, shape, dtype);
    node.shown++;
    return { node };
  }

  override disposeData(id: tf.DataId, force = false): boolean {
    if (!this.#entries.has(id)) return true;
    const entry = this.#entries.get(id);
    entry.references--;
    if (!force && entry.references > 0) return false;
    this.#entries.delete(id);
    const { content } = entry;
    if ("node" in content) this.#forget(content.node);
    else this.#host.disposeData(content.hosted);
    return true;
  }

  override async read(id: tf.DataId): Promise<tf.BackendValues> {
    return this.readSync(id);
  }

  /** A copy of the values: the buffer itself is recycled one day. */
  override readSync(id: tf.DataId): tf.BackendValues {
    const { content } = this.#entries.get(id);
    if ("hosted" in content) return this.#host.readSync(content.hosted);
    const { node } = content;
    if (!node.storage && !node.failure) this.flush();
    if (node.failure) throw node.failure;
    const { layout } = node.storage!;
    const values = this.#hostValues(node);
    if (layout === "logical") return values.slice();
    return transposed(values, arrange(node.shape, layout), axesOf(layout, node.shape.length));
  }

  // Recording.

  /** The node behind a tensor, seen in the tensor's shape. */
  node(tensor: tf.TensorInfo): GraphNode {
    const { content } = this.#entries.get(tensor.dataId);
    if (!("node" in content)) throw new EngineError(`A tensor of type ${tensor.dtype} cannot be an input here.`);
    const { node } = content;
    if (node.failure) throw node.failure;
    return sameShape(node.shape, tensor.shape) ? node : new GraphNode("Reshape", null, [node], tensor.shape, node.dtype);
  }

  /** Records an operation. The result lives until the program disposes it. */
  record<Op extends Operation>(
    operation: Op,
    attributes: OperationAttributes[Op],
    inputs: readonly GraphNode[],
    shape: Shape,
    dtype: NativeType,
  ): tf.TensorInfo {
    return this.publish(new GraphNode(operation, attributes, inputs, shape, dtype));
  }

  /** Gives a node a tensor of its own. */
  publish(node: GraphNode): tf.TensorInfo {
    expectPossible(node);
    const id = this.#entries.create({ node });
    node.shown++;
    if (!node.storage) {
      this.#pending.add(node);
      this.#recorded++;
    }
    return { dataId: id, shape: [...node.shape], dtype: node.dtype };
  }

  /** The same values once more, perhaps in another shape. */
  share(tensor: tf.TensorInfo, shape: Shape = tensor.shape): tf.TensorInfo {
    this.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: [...shape], dtype: tensor.dtype };
  }

  /** A leaf that the engine itself writes; it needs no tensor. */
  scalar(value: number, dtype: NativeType): GraphNode {
    return this.#leaf([value], [], dtype);
  }

  /** The id of a value that the fallback holds itself, if it does. */
  hostedId(id: tf.DataId): tf.DataId | null {
    const { content } = this.#entries.get(id);
    return "hosted" in content ? content.hosted : null;
  }

  /** Takes over a value of the fallback's. */
  adopt(hosted: tf.DataId): tf.DataId {
    return this.#entries.create({ hosted });
  }

  /** Rows of values in memory from `start`, copied; null if they are not there in order. */
  copyRows(node: GraphNode, start: number, shape: Shape): tf.TensorInfo | null {
    const storage = node.storage;
    if (!storage?.values || storage.layout !== "logical") return null;
    // Whoever takes the next rows of a data set has finished with the last: each batch is a graph of its own, the same.
    if (this.#recorded >= batchSteps && tf.engine().state.gradientDepth === 0) this.flush();
    const rowLength = sizeOf(node.shape.slice(1));
    return this.publish(this.#leaf(storage.values.subarray(start * rowLength, (start + shape[0]!) * rowLength), shape, node.dtype));
  }

  // Running.

  /** Called before each kernel: keeps a program that never reads from recording without end. */
  flushIfLong(): void {
    if (this.#recorded >= this.#options.maxRecorded) this.flush();
  }

  /** Computes everything recorded that some tensor still shows. */
  flush(): void {
    this.#recorded = 0;
    if (this.#pending.size > 0) {
      const roots = [...this.#pending].filter((root) => !(root.failure = whyImpossible(root)));
      this.#pending.clear();
      try {
        uninterrupted(() => this.#run(roots));
      } catch (cause) {
        const failure = new EngineError(`The recorded operations could not be computed: ${messageOf(cause)}`, { cause });
        for (const root of roots) root.failure = failure;
        throw failure;
      }
    }
    for (const node of this.#retired) this.#recycle(node);
    this.#retired = [];
    this.#retiredBytes = 0;
  }

  #run(roots: readonly GraphNode[]): void {
    const started = performance.now();
    let trace = traceFrom(roots);
    let plans = this.#plans.find(trace);
    const traced = performance.now();
    if (!plans) {
      const filters = strayFilters(trace);
      for (const filter of filters) {
        this.#hostValues(filter);
        this.#leaveDevice(filter.storage!);
        filter.layOut("filter");
      }
      if (filters.length > 0) trace = traceFrom(roots);
      plans = this.#plans.find(trace) ?? this.#addPlans(trace);
    }
    const { builds } = this.counters;
    const plan = plans.for(trace);
    if (this.counters.builds > builds) this.#plans.trim();
    else this.counters.cacheHits++;
    const built = performance.now();
    plan.run(trace, this.#pool);
    for (const root of roots) this.#residentBytes += bytesOf(root);
    this.counters.flushes++;
    this.counters.traceMs += traced - started;
    this.counters.buildMs += built - traced;
    this.counters.runMs += performance.now() - built;
  }

  #addPlans(trace: Trace): PlanPair {
    const plans = new PlanPair(this.#options.provider, (trace, constants) => {
      this.counters.builds++;
      const compiled = compile(trace, constants, this.#options.provider);
      const { largest } = compiled;
      if (largest) expectRoom(bytesOf(largest), this.#pool.bytes, () => describe(largest));
      return new Plan(this.#native, compiled, this.#options, this.#device);
    });
    this.#plans.add(trace, plans);
    return plans;
  }

  #leaf(values: ArrayLike<number> | null, shape: Shape, dtype: NativeType): GraphNode {
    const size = sizeOf(shape);
    const value = { operation: "Leaf", attributes: null, shape, dtype } as const;
    expectRoom(bytesOf(value), this.#pool.bytes, () => describe(value));
    // Copied even where the type fits: the program may change its array before the graph runs.
    const pooled = size > 1;
    const copy: NativeArray = pooled ? this.#pool.take(dtype, size) : allocate(dtype, size);
    if (values) copy.set(values);
    else copy.fill(0);
    this.#residentBytes += copy.byteLength;
    return leafNode(copy, shape, dtype, pooled);
  }

  #forget(node: GraphNode): void {
    if (--node.shown > 0) return;
    if (!node.storage) this.#pending.delete(node);
    else if (this.#pending.size > 0) this.#retire(node);
    else this.#recycle(node);
  }

  /** Keeps the values of a node, which something recorded may still read, until that has run. */
  #retire(node: GraphNode): void {
    this.#retired.push(node);
    this.#retiredBytes += bytesOf(node);
    // One tensor that nobody ever reads must not make all that come after it stay.
    if (this.#retiredBytes > this.#options.maxPoolBytes) this.flush();
  }

  #recycle(node: GraphNode): void {
    const storage: Storage | null = node.storage;
    if (!storage?.values && !isOnDevice(storage?.tensor ?? null)) return;
    this.#residentBytes -= bytesOf(node);
    if (storage!.pooled && storage!.values) this.#pool.give(node.dtype, storage!.values);
    this.#leaveDevice(storage!);
    storage!.values = null;
    storage!.tensor = null;
  }

  #hostValues({ storage, dtype, shape }: GraphNode): NativeArray {
    return hostValues(storage!, dtype, shape, this.#device, () => this.#pool.take(dtype, sizeOf(shape)));
  }

  #leaveDevice({ tensor }: Storage): void {
    if (isOnDevice(tensor)) this.#device!.release(tensor);
  }

  // The rest of what TensorFlow.js asks for.

  override memory(): { unreliable: boolean; numBytesInBackend: number; poolBytes: number } {
    return { unreliable: false, numBytesInBackend: this.#residentBytes, poolBytes: this.#pool.bytes };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override async time(run: () => void): Promise<{ kernelMs: number }> {
    this.flush();
    const started = performance.now();
    run();
    this.flush();
    return { kernelMs: performance.now() - started };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.#plans.clear();
    this.#pool.clear();
    this.#device?.dispose();
    this.#pending.clear();
    this.#retired = [];
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
