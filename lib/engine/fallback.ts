import { getKernel, type DataId, type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo } from "@tensorflow/tfjs-core";
import type { RecordingBackend } from "./backend";
import { isNativeType } from "./dtypes";

/**
 * Runs a kernel on TensorFlow.js' own cpu backend: what it needs is computed first, and copied there and back.
 * Counted, because inside a training step it makes every value alive come to memory.
 */
export function runOnHost(kernelName: string, inputs: NamedTensorInfoMap, attributes: NamedAttrMap, backend: RecordingBackend): TensorInfo | TensorInfo[] {
  const { host, counters } = backend;
  counters.fallbacks.set(kernelName, (counters.fallbacks.get(kernelName) ?? 0) + 1);
  const copies: DataId[] = [];
  const toHost = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => {
    const hosted = backend.hostedId(dataId);
    if (hosted) return { dataId: hosted, shape, dtype };
    const copy = host.write(backend.readSync(dataId), shape, dtype);
    copies.push(copy);
    return { dataId: copy, shape, dtype };
  };
  const fromHost = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => {
    if (!isNativeType(dtype)) return { dataId: backend.adopt(dataId), shape, dtype };
    const own = backend.write(host.readSync(dataId), shape, dtype);
    host.disposeData(dataId);
    return { dataId: own, shape, dtype };
  };
  try {
    const moved = Object.entries(inputs).map(([name, tensor]) => [name, tensor && toHost(tensor)] as const);
    const result = getKernel(kernelName, "cpu").kernelFunc({
      // A kernel over a list of tensors gets a list.
      inputs: Array.isArray(inputs) ? (moved.map(([, tensor]) => tensor) as unknown as NamedTensorInfoMap) : Object.fromEntries(moved),
      attrs: attributes,
      backend: host,
    });
    return Array.isArray(result) ? result.map(fromHost) : fromHost(result);
  } finally {
    for (const copy of copies) host.disposeData(copy);
  }
}
