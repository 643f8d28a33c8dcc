import { resNetPresets, type Stem } from "#lib/nn/resnet-presets";

export type Convolution = {
  batch: number;
  /** of the input map, a side in px */
  size: number;
  channelsIn: number;
  channelsOut: number;
  /** a side; as many zeros around the map as keep its size at stride 1 */
  kernel: number;
  stride: number;
};

export const passes = ["forward", "input gradient", "filter gradient"] as const;

/** One pass of a convolution, over `copies` inputs: enough work for a clock and for a call to cost little. */
export type ConvolutionWork = Convolution & { pass: (typeof passes)[number]; copies: number };

/** The different convolutions of a ResNet, in its order (lib/nn/resnet.ts). */
export function convolutionsOf(preset: "resnet18" | "resnet50", stem: Stem, size: number, batch: number): Convolution[] {
  const { block, blocks } = resNetPresets[preset];
  const found = new Map<string, Convolution>();
  const add = (side: number, channelsIn: number, channelsOut: number, kernel: number, stride: number) => {
    const convolution = { batch, size: side, channelsIn, channelsOut, kernel, stride };
    found.set(nameOf(convolution), convolution);
    return halved(side, stride);
  };
  let side = stem === "imagenet" ? halved(add(size, 3, 64, 7, 2), 2) : add(size, 3, 64, 3, 1);
  let channelsIn = 64;
  blocks.forEach((count, stage) => {
    const channels = 64 << stage;
    const channelsOut = channels * (block === "basic" ? 1 : 4);
    for (let index = 0; index < count; index++) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      if (stride !== 1 || channelsIn !== channelsOut) add(side, channelsIn, channelsOut, 1, stride);
      if (block === "basic") {
        side = add(side, channelsIn, channels, 3, stride);
        add(side, channels, channels, 3, 1);
      } else {
        add(side, channelsIn, channels, 1, 1);
        side = add(side, channels, channels, 3, stride);
        add(side, channels, channelsOut, 1, 1);
      }
      channelsIn = channelsOut;
    }
  });
  return [...found.values()];
}

export function nameOf({ size, channelsIn, channelsOut, kernel, stride }: Convolution): string {
  return `conv ${kernel}x${kernel}${stride > 1 ? `/${stride}` : ""} ${channelsIn}-${channelsOut} on ${size}x${size}`;
}

/** Additions and multiplications counted one by one, zeros of the border among them; each of the three passes has as many. */
export function operationsOf({ batch, size, channelsIn, channelsOut, kernel, stride }: Convolution): number {
  return 2 * batch * halved(size, stride) ** 2 * kernel ** 2 * channelsIn * channelsOut;
}

function halved(side: number, stride: number): number {
  return Math.ceil(side / stride);
}
