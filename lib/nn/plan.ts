import { mostEpochs, planTraining, type AutoLearnChoices, type TrainingPlan } from "#lib/domain/auto-learn-plan";
import type { Augmentation } from "./pictures/augment";
import { defaultAugmentation } from "./pictures/pipeline";

export type { AutoLearnChoices };
export type AutoLearnPlan = TrainingPlan & { augmentation: Augmentation };

/** How much faster than estimated a machine may turn out and still use its whole budget. */
const surprise = 1.6;

/**
 * What the server estimates by (`lib/domain/auto-learn-plan`), and how pictures are varied. Where no number of epochs was
 * asked for, the recipe allows more than the estimate: `fit` measures the speed and plans what fits.
 */
export function planAutoLearn(choices: AutoLearnChoices): AutoLearnPlan {
  const plan = planTraining(choices);
  const epochs = choices.epochs ?? Math.max(plan.recipe.epochs, Math.min(mostEpochs(choices), Math.ceil(plan.recipe.epochs * surprise)));
  return { ...plan, recipe: { ...plan.recipe, epochs }, augmentation: defaultAugmentation };
}
