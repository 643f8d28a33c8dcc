import * as tf from "@tensorflow/tfjs-core";
import { EngineError } from "./engine-error";
import type { GraphNode } from "./graph-node";

/** What lies behind a tensor: a node of the graph, or values that only the fallback understands. */
export type Content = { node: GraphNode } | { hosted: tf.DataId };

/** Is its own data id: finding it costs nothing, where a WeakMap of all tensors costs each of them and every collection. */
class Entry {
  constructor(
    /** null once it is no longer there */
    public owner: Entries | null,
    public content: Content,
    public references: number,
  ) {}
}

/** The entries of a backend. Ids that another backend made, whose tensors moved here, are looked up. */
export class Entries {
  readonly #foreign: tf.DataStorage<Entry>;
  #own = 0;

  constructor(readonly backend: tf.KernelBackend) {
    this.#foreign = new tf.DataStorage(backend, tf.engine());
  }

  get count(): number {
    return this.#own + this.#foreign.numDataIds();
  }

  create(content: Content): tf.DataId {
    this.#own++;
    return new Entry(this, content, 1);
  }

  /** Under an id that exists. */
  set(id: tf.DataId, content: Content, references: number): void {
    if (!(id instanceof Entry)) return void this.#foreign.set(id, new Entry(this, content, references));
    if (id.owner !== this) this.#own++;
    Object.assign(id, { owner: this, content, references });
  }

  has(id: tf.DataId): boolean {
    return id instanceof Entry ? id.owner === this : this.#foreign.has(id);
  }

  /** Moved here first, if another backend has it. */
  get(id: tf.DataId): Entry {
    if (!this.has(id) && !tf.engine().state.tensorInfo.has(id)) {
      throw new EngineError("Tensor is disposed. Use it before that, or keep it: tf.tidy disposes all that it does not return, unless tf.keep holds it.");
    }
    if (!(id instanceof Entry)) return this.#foreign.get(id);
    if (id.owner !== this) tf.engine().moveData(this.backend, id);
    return id;
  }

  delete(id: tf.DataId): void {
    if (!(id instanceof Entry)) return void this.#foreign.delete(id);
    id.owner = null;
    this.#own--;
  }
}
