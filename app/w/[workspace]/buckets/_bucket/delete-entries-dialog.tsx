"use client";

import { useTranslations } from "next-intl";
import { formatBytes } from "#lib/domain/units";
import { ConfirmDialog, useToast } from "#app/ui";
import { useReread, useWorkspace } from "#app/frame";
import type { Entry } from "./entries";

const batch = 1000;

/** Says what goes, asks for a name, then deletes objects in batches and folders by prefix. */
export function DeleteEntriesDialog({ bucket, entries, onClose, onDeleted }: { bucket: string; entries: readonly Entry[]; onClose: () => void; onDeleted: () => void }) {
  const t = useTranslations("buckets.deleteEntries");
  const toast = useToast();
  const { client } = useWorkspace();
  const reread = useReread(["object.list", "bucket.list", "overview.show"]);
  const objects = entries.flatMap((entry) => (entry.kind === "object" ? [entry.object] : []));
  const folders = entries.flatMap((entry) => (entry.kind === "folder" ? [entry.prefix] : []));
  const only = entries.length === 1 ? entries[0]! : null;

  async function confirm() {
    const keys = objects.map((object) => object.key);
    let deleted = 0;
    for (let from = 0; from < keys.length; from += batch) {
      deleted += (await client.call("object.delete", { bucket, keys: keys.slice(from, from + batch) })).deleted;
    }
    for (const prefix of folders) deleted += (await client.call("object.delete", { bucket, prefix })).deleted;
    await reread();
    toast.show({ kind: "done", title: t("done", { count: deleted }) });
    onDeleted();
  }

  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={only ? t("titleOne", { name: only.name }) : t("title", { count: entries.length })}
      action={t("action")}
      typeName={only ? only.name : bucket}
      onConfirm={confirm}
    >
      <ul className="list-disc pl-4">
        {objects.length > 0 && <li>{t("objects", { count: objects.length, size: formatBytes(objects.reduce((sum, object) => sum + object.sizeBytes, 0)) })}</li>}
        {folders.length > 0 && <li>{t("folders", { count: folders.length })}</li>}
      </ul>
      <p className="mt-2">{t("keeps")}</p>
    </ConfirmDialog>
  );
}
