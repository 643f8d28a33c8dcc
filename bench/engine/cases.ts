import type { Stem } from "#lib/nn/resnet-presets";

type Mode = "train" | "predict";

/** One network and one batch of noise: what both sides build from these words alone. `size` is a side in px. */
export type Case = { name: string; mode: Mode; batch: number; classes: number } & (
  | { network: "resnet18" | "resnet50"; stem: Stem; size: number }
  | { network: "mlp"; features: number; hidden: readonly number[] }
  | { network: "lstm"; features: number; units: number; steps: number }
);

function resNet(network: "resnet18" | "resnet50", mode: Mode, size: number, batch: number, stem: Stem = "imagenet"): Case {
  const suffix = stem === "imagenet" ? "" : ", small stem";
  return { name: `${mode} ${network} ${size}px b${batch}${suffix}`, network, mode, size, batch, stem, classes: mode === "train" ? 10 : 1000 };
}

export const cases: readonly Case[] = [
  resNet("resnet18", "train", 32, 32),
  resNet("resnet18", "train", 32, 32, "small"),
  resNet("resnet18", "train", 64, 32),
  resNet("resnet18", "train", 224, 8),
  resNet("resnet50", "train", 128, 16),
  { name: "train mlp 784-512-512-10 b64", network: "mlp", mode: "train", batch: 64, features: 784, hidden: [512, 512], classes: 10 },
  { name: "train lstm 128 units, 32 steps, b32", network: "lstm", mode: "train", batch: 32, features: 64, units: 128, steps: 32, classes: 10 },
  resNet("resnet18", "predict", 224, 1),
  resNet("resnet18", "predict", 224, 8),
  resNet("resnet50", "predict", 224, 1),
  resNet("resnet50", "predict", 224, 8),
];
