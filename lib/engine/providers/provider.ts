import { EngineError } from "../engine-error";

export type ProviderName = "cpu" | "cuda" | "webgpu";

/** What one of ONNX Runtime's execution providers can do. Decisions ask for these, never for a provider's name. */
export type Provider = {
  name: ProviderName;
  /** as onnxruntime-node's session options list it, the most wanted first; the CPU takes what the others cannot */
  sessionProviders: readonly (string | { name: string; deviceId?: number })[];
  /** whether results can stay in the device's memory and be fed from there */
  deviceMemory: boolean;
  /** whether weights given as constants make a graph faster than weights that come in */
  foldsConstants: boolean;
  /** how many channels lie together in ONNX Runtime's blocked maps, see `lowering/conv-blocked.ts`; 0 where it has none */
  channelBlock: number;
  /** whether MaxPool says which cell won */
  maxPoolIndices: boolean;
  /** into how many parts one Split may cut */
  mostSplitOutputs: number;
  /** whether convolutions go wrong with some numbers of channels, see `lowering/whole-channels.ts` */
  miscountsChannels: boolean;
};

export const providers: Record<ProviderName, Provider> = {
  cpu: { name: "cpu", sessionProviders: ["cpu"], deviceMemory: false, foldsConstants: true, channelBlock: 0, maxPoolIndices: true, mostSplitOutputs: Infinity, miscountsChannels: false },
  // The binding binds outputs to WebGPU's buffers only: on CUDA, weights cross the bus in every step.
  // Of CUDA's options it passes on the device's number alone; CUDA_VISIBLE_DEVICES decides which card is number 0.
  cuda: { name: "cuda", sessionProviders: [{ name: "cuda", deviceId: 0 }, "cpu"], deviceMemory: false, foldsConstants: true, channelBlock: 0, maxPoolIndices: true, mostSplitOutputs: Infinity, miscountsChannels: false },
  // Every adapter lets a shader see eight buffers, and ONNX Runtime's Split needs one for each part and its input.
  webgpu: { name: "webgpu", sessionProviders: ["webgpu", "cpu"], deviceMemory: true, foldsConstants: false, channelBlock: 0, maxPoolIndices: false, mostSplitOutputs: 7, miscountsChannels: true },
};

/** @throws EngineError if `name` is none of ONNX Runtime's engines */
export function providerOf(name: string): Provider {
  const provider = providers[name.replace(/^onnxruntime:/, "") as ProviderName];
  if (!provider || !name.startsWith("onnxruntime:")) throw new EngineError(`${name} is no engine of ONNX Runtime's.`);
  return provider;
}
