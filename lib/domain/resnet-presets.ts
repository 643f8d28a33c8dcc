/**
 * The five depths of "Deep Residual Learning for Image Recognition" (He et al., 2015, table 1), as torchvision builds
 * them. `parameters` counts the trainable ones at 1,000 classes; `gigaMacs` are multiply-adds of one forward pass
 * at 224 px with the ImageNet stem.
 */
export const resNetPresets = {
  resnet18: { block: "basic", blocks: [2, 2, 2, 2], parameters: 11_689_512, gigaMacs: 1.814 },
  resnet34: { block: "basic", blocks: [3, 4, 6, 3], parameters: 21_797_672, gigaMacs: 3.664 },
  resnet50: { block: "bottleneck", blocks: [3, 4, 6, 3], parameters: 25_557_032, gigaMacs: 4.089 },
  resnet101: { block: "bottleneck", blocks: [3, 4, 23, 3], parameters: 44_549_160, gigaMacs: 7.801 },
  resnet152: { block: "bottleneck", blocks: [3, 8, 36, 3], parameters: 60_192_808, gigaMacs: 11.514 },
} as const satisfies Record<string, ResNetShape & { parameters: number; gigaMacs: number }>;

export type ResNetShape = {
  block: "basic" | "bottleneck";
  /** residual blocks in each of the four stages */
  blocks: readonly [number, number, number, number];
};

export type ResNetPreset = keyof typeof resNetPresets;
export const resNetPresetNames = Object.keys(resNetPresets) as ResNetPreset[];

/**
 * How a picture enters the network. `imagenet`: 7×7 stride 2, then 3×3 max-pool stride 2 (1/4 of the side).
 * `small`: 3×3 stride 1 and no pool (the whole side), as the paper does for CIFAR-10.
 */
export type Stem = "imagenet" | "small";

/**
 * The stem for a picture size. After the stem come three more halvings; with the ImageNet stem a 32 px picture
 * ends on a 1×1 map and has no space left to reason about, so small pictures keep their side. From 48 px on
 * the small stem's 16-fold cost buys less than more epochs or larger pictures do.
 */
export const stemByImageSize: readonly { upToPx: number; stem: Stem }[] = [
  { upToPx: 47, stem: "small" },
  { upToPx: Infinity, stem: "imagenet" },
];

export function defaultStem(imageSize: number): Stem {
  return stemByImageSize.find((row) => imageSize <= row.upToPx)!.stem;
}
