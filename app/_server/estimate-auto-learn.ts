import type { Database } from "#lib/data/database";
import { typicalSide } from "#lib/data/typical-side";
import { planTraining } from "#lib/domain/auto-learn-plan";
import type { AutoLearnRequest } from "#lib/protocol/jobs";
import type { Trainable } from "./auto-learn";

export type Estimate = { imageSize: number; batchSize: number; epochs: number; samples: number; estimatedMs: number; reasons: string[] };

/** What auto-learn would choose, by the same plan that the runner trains by. */
export async function estimateAutoLearn(db: Database, request: AutoLearnRequest, trainable: Trainable): Promise<Estimate> {
  const side = await typicalSide(db, { datasetVersionId: trainable.version.id });
  const plan = planTraining({
    samples: trainable.trainSamples,
    classes: trainable.labels,
    preset: request.preset,
    maxMinutes: request.maxMinutes,
    pictureSidePx: side ?? undefined,
    imageSize: request.imageSize ?? undefined,
    epochs: request.epochs ?? undefined,
    pretrained: request.pretrained !== null,
  });
  const { epochs, batchSize } = plan.recipe;
  const trainingMs = (epochs * trainable.trainSamples * 1000) / plan.imagesPerSecond;
  return {
    imageSize: plan.imageSize,
    batchSize,
    epochs,
    samples: trainable.samples,
    // A tenth more starts, validates, tests and saves; the budget ends it in any case.
    estimatedMs: Math.round(Math.min(trainingMs * 1.1, request.maxMinutes * 60_000)),
    reasons: Object.values(plan.reasons),
  };
}
