import { formatDuration } from "./units";
import { LatheError } from "./errors";
import { defaultStem, resNetPresets, type ResNetPreset, type Stem } from "./resnet-presets";

export type Recipe = {
  optimizer: "sgd" | "adamw";
  batchSize: number;
  /** asked for; fewer when the time budget is short */
  epochs: number;
  /** peak of the one-cycle schedule */
  maxLearningRate: number;
  /** share of the schedule spent rising to the peak, in (0, 1) */
  warmUpShare: number;
  /** sgd's momentum, adamw's β1 */
  momentum: number;
  nesterov: boolean;
  /** on kernels only, never on BatchNorm or biases */
  weightDecay: number;
  /** share of the target spread over all labels, in [0, 1) */
  labelSmoothing: number;
  /** picture sizes over the schedule: each holds from its share on; the first starts at 0 */
  sizes: readonly { from: number; imageSize: number }[];
  /** ends after so many epochs without a better validation accuracy; null never does */
  patienceEpochs: number | null;
};

export type AutoLearnChoices = {
  /** pictures to train on; validation and test apart */
  samples: number;
  classes: number;
  preset: ResNetPreset;
  maxMinutes: number;
  /** training speed of ResNet-18 at 64 px and batch 32, where it has been measured */
  imagesPerSecondProbe?: number;
  /** short side of a typical picture: more than it has cannot be seen */
  pictureSidePx?: number;
  /** asked for by the person; left out, they are chosen here */
  imageSize?: number;
  epochs?: number;
  /** the weights come from training on ImageNet */
  pretrained?: boolean;
};

export type TrainingPlan = {
  imageSize: number;
  stem: Stem;
  recipe: Recipe;
  /** at the chosen size and batch; an estimate until the first epoch has been measured */
  imagesPerSecond: number;
  /** one sentence a choice, for the person */
  reasons: { imageSize: string; batchSize: string; epochs: string; maxLearningRate: string };
};

/** What works, by where the weights come from. Rates are for batches of 32 and grow with the batch. */
const recipes = {
  scratch: { optimizer: "sgd", maxLearningRate: 0.05, weightDecay: 5e-4, warmUpShare: 0.3 },
  pretrained: { optimizer: "sgd", maxLearningRate: 0.01, weightDecay: 1e-4, warmUpShare: 0.3 },
} as const;

/** A ResNet-18 step on 2 cores with AVX-512 (measured: 225 to 250 by itself, 170 in a job that also decodes). */
const imagesPerSecondHere = 150;
/** Sizes the ImageNet stem can halve five times and still have a map to look at. */
const imageSizes = [48, 64, 96, 128, 160, 224] as const;
/** Larger pictures are worth having once so many epochs fit: before, more looks at small ones teach more. */
const wantedEpochs = 20;
/** Fewer than this at 64 px, and 48 px is better still. */
const leastEpochs = 5;
/** On a few thousand pictures more looks than this are learned by heart; pretrained weights need fewer. */
export function mostEpochs({ pretrained = false }: Pick<AutoLearnChoices, "pretrained">): number {
  return pretrained ? 30 : 90;
}

/** The share of the budget spent in training steps; the rest starts, validates, tests and saves. */
const trainingShare = 0.9;

/**
 * Choices for auto-learn that end within the time: picture size, batch, epochs and learning rate, each with its reason.
 * `fit` corrects the number of epochs by the speed it measures.
 * @throws LatheError `no_time` for a budget of zero, `wrong_image_size` for a size no network here takes
 */
export function planTraining(choices: AutoLearnChoices): TrainingPlan {
  const { samples, preset, maxMinutes, pretrained = false } = choices;
  if (!(maxMinutes > 0)) {
    throw new LatheError({
      code: "no_time",
      message: `A time budget of ${maxMinutes} minutes leaves nothing to train in.`,
      nextStep: "Give at least one minute.",
      status: 422,
    });
  }
  const { imageSize, stem, reason: sizeReason } = chooseSize(choices);
  const { batchSize, reason: batchReason } = chooseBatch(samples, imageSize, stem, preset);
  const imagesPerSecond = speed(choices, imageSize, stem, batchSize);
  const affordable = Math.max(1, Math.floor(epochsIn(choices, imagesPerSecond)));
  const epochs = choices.epochs ?? Math.min(mostEpochs(choices), affordable);

  const { maxLearningRate: rate, ...base } = recipes[pretrained ? "pretrained" : "scratch"];
  const maxLearningRate = (rate * batchSize) / 32;
  const recipe: Recipe = {
    ...base,
    batchSize,
    epochs,
    maxLearningRate,
    momentum: 0.9,
    nesterov: true,
    labelSmoothing: 0.1,
    sizes: [{ from: 0, imageSize }],
    patienceEpochs: null,
  };
  return {
    imageSize,
    stem,
    recipe,
    imagesPerSecond,
    reasons: {
      imageSize: sizeReason,
      batchSize: batchReason,
      epochs: epochsReason(choices.epochs, epochs, affordable, imagesPerSecond, maxMinutes),
      maxLearningRate:
        `The learning rate peaks at ${maxLearningRate}: ${rate} suits ${pretrained ? "pretrained weights" : "training from scratch"} ` +
        `in batches of 32, and it grows with the batch.`,
    },
  };
}

function chooseSize(choices: AutoLearnChoices): { imageSize: number; stem: Stem; reason: string } {
  const { imageSize: asked, pictureSidePx = Infinity, pretrained, maxMinutes } = choices;
  if (asked !== undefined) {
    if (!Number.isInteger(asked) || asked < 16 || asked > 512) {
      throw new LatheError({
        code: "wrong_image_size",
        message: `An image size of ${asked} px is outside what the networks here take.`,
        nextStep: "Choose a whole number from 16 to 512, or leave it out.",
        status: 422,
      });
    }
    return { imageSize: asked, stem: pretrained ? "imagenet" : defaultStem(asked), reason: `${asked} px was asked for.` };
  }
  if (pictureSidePx < 48 && !pretrained) return sizeOfTinyPictures(choices, Math.max(16, pictureSidePx));

  const epochsAt = (size: number) => epochsIn(choices, speed(choices, size, "imagenet", 32));
  const useful = imageSizes.filter((size, i) => i === 0 || imageSizes[i - 1]! < pictureSidePx);
  const largest = useful.findLast((size) => size > 64 && epochsAt(size) >= wantedEpochs);
  const middle = useful.includes(64) && epochsAt(64) >= leastEpochs ? 64 : 48;
  const imageSize = largest ?? middle;
  const epochs = Math.floor(epochsAt(imageSize));
  const reason = largest
    ? `${imageSize} px is the largest size at which ${wantedEpochs} epochs fit into ${formatDuration(maxMinutes * 60_000)}.`
    : `${imageSize} px, because larger pictures would leave fewer than ${epochs < 1 ? "one epoch" : `${wantedEpochs} epochs`} in ${formatDuration(maxMinutes * 60_000)}.`;
  return { imageSize, stem: "imagenet", reason };
}

/** Pictures such as handwritten digits: their own size, and the small stem if there is time for it. */
function sizeOfTinyPictures(choices: AutoLearnChoices, imageSize: number): { imageSize: number; stem: Stem; reason: string } {
  const timeForAll = epochsIn(choices, speed(choices, imageSize, "small", 32)) >= leastEpochs;
  const stem = timeForAll ? defaultStem(imageSize) : "imagenet";
  return { imageSize, stem, reason: `${imageSize} px, because the pictures themselves are no larger.` };
}

/** 32 trains best here; fewer when there are few pictures or their maps would not fit into memory. */
function chooseBatch(samples: number, imageSize: number, stem: Stem, preset: ResNetPreset): { batchSize: number; reason: string } {
  // Measured with ResNet-18: 1.5 GB at 64 px, 2.6 GB at 96 px, both of 32 pictures. A bottleneck's maps have four times the channels.
  const pixels = imageSize ** 2 * (stem === "small" ? 16 : 1) * (resNetPresets[preset].block === "bottleneck" ? 2 : 1);
  const fitting = powerOfTwoUpTo(Math.min(32, (32 * 128 ** 2) / pixels));
  // At least ten steps an epoch, so that the schedule has steps to move in.
  const batchSize = Math.max(1, Math.min(samples, Math.max(4, Math.min(fitting, powerOfTwoUpTo(samples / 10)))));
  if (batchSize === 32) return { batchSize, reason: "Batches of 32 pictures: fewer waste the machine, more leave fewer steps." };
  if (batchSize === fitting) return { batchSize, reason: `Batches of ${batchSize} pictures, because more at this size would not fit into memory.` };
  return { batchSize, reason: `Batches of ${batchSize}, because there are only ${samples} pictures to train on.` };
}

function powerOfTwoUpTo(value: number): number {
  return value < 1 ? 1 : 2 ** Math.floor(Math.log2(value));
}

/**
 * Pictures a second. A step costs its multiply-adds and, whatever the batch, an update of all weights; of ResNet-18's
 * 32 pictures at 64 px that is 78 % and 22 % (fitted to 64, 96 and 224 px).
 */
function speed({ preset, imagesPerSecondProbe = imagesPerSecondHere }: AutoLearnChoices, imageSize: number, stem: Stem, batchSize: number): number {
  const { gigaMacs, parameters } = resNetPresets[preset];
  const base = resNetPresets.resnet18;
  const area = (imageSize / 64) ** 2 * (stem === "small" ? 15 : 1);
  const cost = (0.78 * area * gigaMacs) / base.gigaMacs + (((0.22 * parameters) / base.parameters) * 32) / batchSize;
  return imagesPerSecondProbe / cost;
}

function epochsIn({ samples, maxMinutes }: AutoLearnChoices, imagesPerSecond: number): number {
  return (maxMinutes * 60 * trainingShare * imagesPerSecond) / samples;
}

function epochsReason(asked: number | undefined, epochs: number, affordable: number, imagesPerSecond: number, maxMinutes: number): string {
  const speedHere = `about ${Math.round(imagesPerSecond)} pictures a second`;
  if (asked !== undefined && asked > affordable) {
    return `${asked} epochs were asked for; at ${speedHere} about ${affordable} of them fit into ${formatDuration(maxMinutes * 60_000)}, and training will end there.`;
  }
  if (asked !== undefined) return `${asked} epochs were asked for.`;
  if (epochs < affordable) return `${epochs} epochs: more would learn the pictures by heart.`;
  return `${epochs} epochs are what fits into ${formatDuration(maxMinutes * 60_000)} at ${speedHere}.`;
}
