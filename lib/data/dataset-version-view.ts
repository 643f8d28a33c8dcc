import type { Prisma } from "#prisma/client";

/** What a version is shown with: its dataset's name and the job that imported it. */
export const datasetVersionInclude = {
  dataset: { select: { name: true } },
  jobs: { where: { kind: "import-dataset" }, select: { id: true }, take: 1 },
} satisfies Prisma.DatasetVersionInclude;

export type DatasetVersionView = Prisma.DatasetVersionGetPayload<{ include: typeof datasetVersionInclude }>;
