import os from "node:os";
import { bytesPerElement } from "./dtypes";
import { EngineError } from "./engine-error";
import type { GraphNode } from "./graph-node";
import { sizeOf } from "./shapes";

/** What is said of a value: enough to name it and its size. */
export type Described = Pick<GraphNode, "operation" | "attributes" | "shape" | "dtype">;

/** What is smaller is not worth to ask the system for: that takes longer than to compute it. */
const leastAsked = 256 * 2 ** 20;

/** In all, of this machine or of the container around the process. */
const machineBytes = Math.min(os.totalmem(), process.constrainedMemory() || Infinity);

/** What the system could still give, caches of files that it would let go included. */
function availableBytes(): number {
  // Node 20.9 does not know yet what a container leaves.
  return (process as { availableMemory?: () => number }).availableMemory?.() ?? os.freemem();
}

export function bytesOf({ shape, dtype }: Pick<Described, "shape" | "dtype">): number {
  return sizeOf(shape) * bytesPerElement(dtype);
}

/** Whether a value is only promised: nobody writes it out before somebody must have it so. */
function isVirtual(node: GraphNode): boolean {
  return node.is("Expand") || node.is("Zero") || (node.is("Reshape") && isVirtual(node.inputs[0]!));
}

/**
 * Refuses what no run could ever hold, where the program asked for it: recorded, it would make all fail that is
 * computed together with it. What is free now does not count here, since sessions have memory of their own already.
 *
 * @throws EngineError
 */
export function expectPossible(node: GraphNode): void {
  if (node.storage || isVirtual(node)) return;
  if (bytesOf(node) > machineBytes) throw neverFits(node);
  for (const input of node.inputs) if (bytesOf(input) > machineBytes) throw neverFits(input);
}

/** Why a value that is to be read can never be there, if so. */
export function whyImpossible(node: GraphNode): EngineError | null {
  return bytesOf(node) > machineBytes ? neverFits(node) : null;
}

/**
 * @param bytes that will be asked for, anew
 * @param reusableBytes that the engine holds and will give back for it
 * @param what a noun for people, with its size
 * @throws EngineError if the system has less
 */
export function expectRoom(bytes: number, reusableBytes: number, what: () => string, available = availableBytes): void {
  if (bytes < leastAsked) return;
  const free = available() + reusableBytes;
  if (bytes > free) throw new EngineError(`There is no room for ${what()}: ${amount(free)} of memory are free. ${nextStep}`);
}

/** What ONNX Runtime or V8 threw for want of memory, in words; anything else as it is. */
export function explained(cause: unknown, largest: Described | null): unknown {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!/bad_alloc|Failed to allocate memory|Array buffer allocation failed|Invalid typed array length/.test(message)) return cause;
  const suspect = largest ? `, whose largest value is ${describe(largest)}` : "";
  return new EngineError(`Memory ran out in a graph${suspect}. ${nextStep}`, { cause });
}

/** `MatMul's float32 [1000, 1000] (3.8 MiB)` */
export function describe(value: Described): string {
  const attributes = value.attributes as { function?: string } | null;
  return `${attributes?.function ?? value.operation}'s ${value.dtype} [${value.shape.join(", ")}] (${amount(bytesOf(value))})`;
}

const nextStep = "Use smaller shapes or batches, or dispose tensors that are no longer needed.";

function neverFits(value: Described): EngineError {
  return new EngineError(`${describe(value)} can never be computed: there are ${amount(machineBytes)} of memory in all. Use smaller shapes, or compute it in parts.`);
}

function amount(bytes: number): string {
  const mib = bytes / 2 ** 20;
  return mib < 1024 ? `${mib.toFixed(1)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}
