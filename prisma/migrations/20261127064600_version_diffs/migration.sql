-- AlterTable
ALTER TABLE "dataset" ADD COLUMN     "lastDeleted" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "version_diff" (
    "id" TEXT NOT NULL,
    "fromId" TEXT NOT NULL,
    "toId" TEXT NOT NULL,
    "fromRevision" INTEGER NOT NULL,
    "toRevision" INTEGER NOT NULL,
    "counts" JSONB NOT NULL,
    "computedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "version_diff_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "version_change" (
    "diffId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "beforeIndex" INTEGER,
    "afterIndex" INTEGER,

    CONSTRAINT "version_change_pkey" PRIMARY KEY ("diffId","position")
);

-- CreateIndex
CREATE INDEX "version_diff_toId_idx" ON "version_diff"("toId");

-- CreateIndex
CREATE UNIQUE INDEX "version_diff_fromId_toId_key" ON "version_diff"("fromId", "toId");

-- CreateIndex
CREATE INDEX "version_change_diffId_kind_position_idx" ON "version_change"("diffId", "kind", "position");

-- AddForeignKey
ALTER TABLE "version_diff" ADD CONSTRAINT "version_diff_fromId_fkey" FOREIGN KEY ("fromId") REFERENCES "dataset_version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "version_diff" ADD CONSTRAINT "version_diff_toId_fkey" FOREIGN KEY ("toId") REFERENCES "dataset_version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "version_change" ADD CONSTRAINT "version_change_diffId_fkey" FOREIGN KEY ("diffId") REFERENCES "version_diff"("id") ON DELETE CASCADE ON UPDATE CASCADE;
