import type { Prisma } from "#prisma/client";

export const modelVersionInclude = {
  model: { select: { name: true } },
  datasetVersion: { select: { version: true, bucket: true, dataset: { select: { name: true } } } },
  deployments: { where: { status: { in: ["starting", "loading", "ready"] } }, select: { endpoint: { select: { name: true } } } },
} satisfies Prisma.ModelVersionInclude;

export type ModelVersionView = Prisma.ModelVersionGetPayload<{ include: typeof modelVersionInclude }>;
