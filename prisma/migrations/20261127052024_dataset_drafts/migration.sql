-- AlterTable
ALTER TABLE "dataset_version" ADD COLUMN     "baseVersion" INTEGER,
ADD COLUMN     "createdById" TEXT,
ADD COLUMN     "draftRevision" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "duplicates" JSONB,
ADD COLUMN     "format" TEXT NOT NULL DEFAULT 'folders',
ADD COLUMN     "name" TEXT,
ADD COLUMN     "publishedAt" TIMESTAMP(3),
ADD COLUMN     "splitOptions" JSONB,
ADD COLUMN     "unlabelledCount" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "sample" ADD COLUMN     "boxes" JSONB,
ADD COLUMN     "brightness" REAL,
ADD COLUMN     "dropped" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "etag" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "groupId" INTEGER,
ADD COLUMN     "labelledAt" TIMESTAMP(3),
ADD COLUMN     "labelledById" TEXT,
ADD COLUMN     "pictureHash" BYTEA,
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "sharpness" REAL,
ADD COLUMN     "state" TEXT NOT NULL DEFAULT 'labelled',
ADD COLUMN     "suggestedLabel" TEXT,
ADD COLUMN     "suggestedProbability" REAL,
ALTER COLUMN "label" DROP NOT NULL,
ALTER COLUMN "split" DROP NOT NULL;

-- CreateTable
CREATE TABLE "sample_finding" (
    "datasetVersionId" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "index" INTEGER NOT NULL,

    CONSTRAINT "sample_finding_pkey" PRIMARY KEY ("datasetVersionId","code","index")
);

-- CreateTable
CREATE TABLE "duplicate_group" (
    "datasetVersionId" TEXT NOT NULL,
    "id" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "conflicting" BOOLEAN NOT NULL,
    "keptApart" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "duplicate_group_pkey" PRIMARY KEY ("datasetVersionId","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "dataset_version_datasetId_name_key" ON "dataset_version"("datasetId", "name");

-- CreateIndex
CREATE INDEX "sample_datasetVersionId_key_idx" ON "sample"("datasetVersionId", "key");

-- CreateIndex
CREATE INDEX "sample_datasetVersionId_state_index_idx" ON "sample"("datasetVersionId", "state", "index");

-- CreateIndex
CREATE INDEX "sample_datasetVersionId_groupId_index_idx" ON "sample"("datasetVersionId", "groupId", "index");

-- AddForeignKey
ALTER TABLE "sample_finding" ADD CONSTRAINT "sample_finding_datasetVersionId_fkey" FOREIGN KEY ("datasetVersionId") REFERENCES "dataset_version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "duplicate_group" ADD CONSTRAINT "duplicate_group_datasetVersionId_fkey" FOREIGN KEY ("datasetVersionId") REFERENCES "dataset_version"("id") ON DELETE CASCADE ON UPDATE CASCADE;
