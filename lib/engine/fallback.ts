import { getKernel, type DataId, type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "./backend";
import { isNativeType } from "./dtypes";
import { EngineError } from "./engine-error";

type HostTensor = TensorInfo & { rank: number };

/**
 * Runs a kernel on TensorFlow.js' own cpu backend: what it needs is computed first, and copied there and back.
 * Counted, because inside a training step it makes every value alive come to memory.
 */
export function runOnHost(kernelName: string, inputs: NamedTensorInfoMap, attributes: NamedAttrMap, backend: RecordingBackend): TensorInfo | TensorInfo[] {
  const { host, counters } = backend;
  counters.fallbacks.set(kernelName, (counters.fallbacks.get(kernelName) ?? 0) + 1);
  const copies: DataId[] = [];
  const toHost = ({ dataId, shape, dtype }: TensorInfo): HostTensor => {
    // Some kernels take their inputs for whole tensors and ask for the rank.
    const rank = shape.length;
    const hosted = backend.hostedId(dataId);
    if (hosted) return { dataId: hosted, shape, dtype, rank };
    const copy = host.write(backend.readSync(dataId), shape, dtype);
    copies.push(copy);
    return { dataId: copy, shape, dtype, rank };
  };
  const fromHost = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => {
    if (!isNativeType(dtype)) return { dataId: backend.adopt(dataId), shape, dtype };
    const own = backend.write(host.readSync(dataId), shape, dtype);
    host.disposeData(dataId);
    return { dataId: own, shape, dtype };
  };
  try {
    // A name may stand for a list of tensors.
    const moved = Object.entries<TensorInfo | TensorInfo[] | undefined>(inputs).map(
      ([name, input]) => [name, Array.isArray(input) ? input.map(toHost) : input && toHost(input)] as const,
    );
    const result = getKernel(kernelName, "cpu").kernelFunc({
      // A kernel over a list of tensors gets a list.
      inputs: (Array.isArray(inputs) ? moved.map(([, input]) => input) : Object.fromEntries(moved)) as NamedTensorInfoMap,
      attrs: attributes,
      backend: host,
    });
    return Array.isArray(result) ? result.map(fromHost) : fromHost(result);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    // A typed array that cannot be made says nothing but a length.
    throw new EngineError(`${kernelName} asks for more memory than there is: ${cause.message}. Use smaller shapes, or compute it in parts.`, { cause });
  } finally {
    for (const copy of copies) host.disposeData(copy);
  }
}
