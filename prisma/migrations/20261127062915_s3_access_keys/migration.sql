-- CreateTable
CREATE TABLE "s3_access_key" (
    "id" TEXT NOT NULL,
    "workspaceId" TEXT NOT NULL,
    "createdById" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),

    CONSTRAINT "s3_access_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "s3_grant" (
    "keyId" TEXT NOT NULL,
    "bucketName" TEXT NOT NULL,
    "access" TEXT NOT NULL,

    CONSTRAINT "s3_grant_pkey" PRIMARY KEY ("keyId","bucketName")
);

-- CreateIndex
CREATE INDEX "s3_access_key_workspaceId_createdById_idx" ON "s3_access_key"("workspaceId", "createdById");

-- CreateIndex
CREATE INDEX "s3_grant_bucketName_idx" ON "s3_grant"("bucketName");

-- AddForeignKey
ALTER TABLE "s3_access_key" ADD CONSTRAINT "s3_access_key_workspaceId_createdById_fkey" FOREIGN KEY ("workspaceId", "createdById") REFERENCES "member"("workspaceId", "userId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "s3_grant" ADD CONSTRAINT "s3_grant_keyId_fkey" FOREIGN KEY ("keyId") REFERENCES "s3_access_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "s3_grant" ADD CONSTRAINT "s3_grant_bucketName_fkey" FOREIGN KEY ("bucketName") REFERENCES "bucket"("name") ON DELETE CASCADE ON UPDATE CASCADE;
