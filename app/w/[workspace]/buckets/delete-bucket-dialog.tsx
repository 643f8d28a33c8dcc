"use client";

import { useTranslations } from "next-intl";
import type { Bucket } from "#lib/protocol/buckets";
import { formatBytes } from "#lib/domain/units";
import { ConfirmDialog, useToast } from "#app/ui";
import { useAction } from "#app/frame";

export function DeleteBucketDialog({ bucket, open, onOpenChange, onDeleted }: { bucket: Pick<Bucket, "bucket" | "objects" | "sizeBytes">; open: boolean; onOpenChange: (open: boolean) => void; onDeleted?: () => void }) {
  const t = useTranslations("buckets.delete");
  const toast = useToast();
  const remove = useAction("bucket.delete", ["bucket.list", "overview.show"]);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("title", { name: bucket.bucket })}
      action={t("action")}
      typeName={bucket.bucket}
      onConfirm={async () => {
        await remove.mutateAsync({ bucket: bucket.bucket });
        toast.show({ kind: "done", title: t("done", { name: bucket.bucket }) });
        onDeleted?.();
      }}
    >
      <p>{bucket.objects > 0 ? t("text", { objects: bucket.objects, size: formatBytes(bucket.sizeBytes) }) : t("textEmpty")}</p>
      <p className="mt-2">{t("keeps")}</p>
    </ConfirmDialog>
  );
}
