import { Prisma } from "#prisma/client";

/** Which of a version's samples: of all conditions given, all hold (protocol sampleFilter). */
export type SampleFilter = {
  label?: string | undefined;
  split?: string | undefined;
  /** part of the key, without case */
  search?: string | undefined;
  state?: string | undefined;
  finding?: string | undefined;
  group?: number | undefined;
  disagreeing?: "true" | undefined;
  /** suggested and not labelled yet */
  suggested?: "true" | undefined;
  minProbability?: number | undefined;
  dropped?: "true" | "any" | undefined;
};

/** For `… FROM "sample" AS s WHERE`. */
export function sampleWhere(datasetVersionId: string, filter: SampleFilter): Prisma.Sql {
  const { label, split, search, state, finding, group, disagreeing, suggested, minProbability, dropped } = filter;
  const conditions = [
    Prisma.sql`s."datasetVersionId" = ${datasetVersionId}`,
    label === undefined ? null : Prisma.sql`s."label" = ${label}`,
    split === undefined ? null : Prisma.sql`s."split" = ${split}`,
    search ? Prisma.sql`s."key" ILIKE ${`%${search.replace(/[\\%_]/g, "\\$&")}%`}` : null,
    state === undefined ? null : Prisma.sql`s."state" = ${state}`,
    finding === undefined
      ? null
      : Prisma.sql`s."index" IN (SELECT f."index" FROM "sample_finding" AS f WHERE f."datasetVersionId" = ${datasetVersionId} AND f."code" = ${finding})`,
    group === undefined ? null : Prisma.sql`s."groupId" = ${group}`,
    disagreeing === undefined ? null : Prisma.sql`s."suggestedLabel" IS NOT NULL AND s."label" IS NOT NULL AND s."suggestedLabel" <> s."label"`,
    suggested === undefined ? null : Prisma.sql`s."suggestedLabel" IS NOT NULL AND s."label" IS NULL`,
    minProbability === undefined ? null : Prisma.sql`s."suggestedProbability" >= ${minProbability}::real`,
    dropped === "any" ? null : dropped === "true" ? Prisma.sql`s."dropped"` : Prisma.sql`NOT s."dropped"`,
  ];
  return Prisma.join(conditions.filter((condition) => condition !== null), " AND ");
}
