import type { Database } from "./database";
import { notADraft } from "./lock-draft";

export type Suggestion = { index: number; /** of the sample the model looked at */ revision: number; label: string; probability: number };

/**
 * Writes what a model suggests, where the sample still has no label and nobody has changed it meanwhile. A suggestion is no
 * change: it leaves the revision, so that it never stands in a person's way.
 * @returns how many were written. @throws LatheError 409 `not_a_draft`
 */
export async function suggestLabels(
  db: Database,
  { datasetVersionId, suggestions }: { datasetVersionId: string; suggestions: readonly Suggestion[] },
): Promise<number> {
  return db.$transaction(async (tx) => {
    // Shared: it cannot be frozen in between, and suggestions do not wait for each other.
    const [version] = await tx.$queryRaw<{ status: string }[]>`SELECT "status" FROM "dataset_version" WHERE "id" = ${datasetVersionId} FOR SHARE`;
    if (version?.status !== "draft") throw notADraft(version?.status);
    return tx.$executeRaw`
      UPDATE "sample" AS s SET "suggestedLabel" = c."label", "suggestedProbability" = c."probability"
      FROM jsonb_to_recordset(${JSON.stringify(suggestions)}::jsonb) AS c("index" int, "revision" int, "label" text, "probability" real)
      WHERE s."datasetVersionId" = ${datasetVersionId} AND s."index" = c."index" AND s."revision" = c."revision" AND s."label" IS NULL AND NOT s."dropped"`;
  });
}
