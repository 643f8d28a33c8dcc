import { planTraining, type AutoLearnChoices, type TrainingPlan } from "#lib/domain/auto-learn-plan";
import type { Augmentation } from "./pictures/augment";
import { defaultAugmentation } from "./pictures/pipeline";

export type { AutoLearnChoices };
export type AutoLearnPlan = TrainingPlan & { augmentation: Augmentation };

/** What the server estimates by (`lib/domain/auto-learn-plan`), and how pictures are varied. */
export function planAutoLearn(choices: AutoLearnChoices): AutoLearnPlan {
  return { ...planTraining(choices), augmentation: defaultAugmentation };
}
