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
  /** whether there are convolutions over blocked maps, see `lowering/conv-blocked.ts` */
  blockedMaps: boolean;
  /** how many channels lie together in them; 0 without them, or as long as the processor has not been asked */
  channelBlock: number;
  /** whether MaxPool says which cell won */
  maxPoolIndices: boolean;
  /** into how many parts one Split may cut */
  mostSplitOutputs: number;
  /** whether convolutions go wrong with some numbers of channels, see `lowering/whole-channels.ts` */
  miscountsChannels: boolean;
};

const plain = { deviceMemory: false, foldsConstants: true, blockedMaps: false, channelBlock: 0, maxPoolIndices: true, mostSplitOutputs: Infinity, miscountsChannels: false };

export const providers: Record<ProviderName, Provider> = {
  cpu: { ...plain, name: "cpu", blockedMaps: true, sessionProviders: ["cpu"] },
  // The binding binds outputs to WebGPU's buffers only: on CUDA, weights cross the bus in every step.
  // Of CUDA's options it passes on the device's number alone; CUDA_VISIBLE_DEVICES decides which card is number 0.
  cuda: { ...plain, name: "cuda", sessionProviders: [{ name: "cuda", deviceId: 0 }, "cpu"] },
  webgpu: {
    ...plain,
    name: "webgpu",
    sessionProviders: ["webgpu", "cpu"],
    deviceMemory: true,
    foldsConstants: false, // its values lie on the device, out of a model's reach
    maxPoolIndices: false,
    mostSplitOutputs: 7, // a shader sees eight buffers everywhere, and Split needs one for each part and its input
    miscountsChannels: true,
  },
};

/** @throws EngineError if `name` is none of ONNX Runtime's engines */
export function providerOf(name: string): Provider {
  const provider = providers[name.replace(/^onnxruntime:/, "") as ProviderName];
  if (!provider || !name.startsWith("onnxruntime:")) throw new EngineError(`${name} is no engine of ONNX Runtime's.`);
  return provider;
}
