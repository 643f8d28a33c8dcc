"use client";

import { Ellipsis, FileOutput, GitCompare, Globe, Pencil, RefreshCw, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, ConfirmDialog, Dialog, ErrorNote, Field, IconButton, Input, Menu, useToast, type MenuItem } from "#app/ui";
import { useAction, useWorkspace } from "#app/frame";
import { isName } from "#lib/domain/names";
import type { DatasetVersion } from "#lib/protocol/datasets";
import { ExportDialog } from "./export-dialog";
import { useDerive } from "./use-derive";

const rereads = ["dataset.list", "dataset.show", "dataset-version.show"] as const;

/** What else can be done with a version: compare, name, publish, delete. */
export function VersionMenu({ version }: { version: DatasetVersion }) {
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths } = useWorkspace();
  const [asked, setAsked] = useState<"name" | "export" | "delete" | null>(null);
  const items = useVersionActions(version, setAsked);
  if (items.length === 0) return null;
  return (
    <>
      <Menu items={items}>
        <IconButton label={tc("moreActions")} tooltip={false} kind="secondary">
          <Ellipsis aria-hidden />
        </IconButton>
      </Menu>
      {asked === "name" && <NameDialog version={version} onClose={() => setAsked(null)} />}
      {asked === "export" && <ExportDialog version={version} onClose={() => setAsked(null)} />}
      <DeleteVersionDialog version={asked === "delete" ? version : null} onClose={() => setAsked(null)} onDeleted={() => router.push(paths.dataset(version.dataset))} />
    </>
  );
}

function useVersionActions(version: DatasetVersion, ask: (what: "name" | "export" | "delete") => void): MenuItem[] {
  const t = useTranslations("datasets");
  const toast = useToast();
  const router = useRouter();
  const { may, paths } = useWorkspace();
  const update = useAction("dataset-version.update", rereads);
  const derive = useDerive(version);
  const name = `${version.dataset}@${version.version}`;
  const before = version.base ?? version.version - 1;
  const published = version.publishedAtMs !== null;
  const publish = () =>
    void update
      .mutateAsync({ dataset: version.dataset, version: version.version, published: !published })
      .then(() => toast.show({ title: t(published ? "unpublishedToast" : "publishedToast", { version: name }) }), (error: unknown) => toast.fail(error));
  const hasSamples = version.status !== "importing" && version.status !== "failed";
  return [
    ...(hasSamples && before >= 1 ? [{ label: t("comparePrevious", { version: before }), icon: <GitCompare aria-hidden />, onSelect: () => router.push(paths.datasetDiff(name, before)) }] : []),
    ...(may("editor") && version.status === "ready" ? [{ label: t("menu.sync"), icon: <RefreshCw aria-hidden />, onSelect: derive.sync }] : []),
    ...(may("editor") && version.status === "ready" ? [{ label: t("menu.export"), icon: <FileOutput aria-hidden />, onSelect: () => ask("export") }] : []),
    ...(may("editor") && hasSamples ? [{ label: t("menu.name"), icon: <Pencil aria-hidden />, onSelect: () => ask("name") }] : []),
    ...(may("editor") && version.status === "ready" ? [{ label: t(published ? "menu.unpublish" : "menu.publish"), icon: <Globe aria-hidden />, onSelect: publish }] : []),
    ...(may("editor") ? [{ type: "line" as const }, { label: t("deleteVersion.action"), icon: <Trash2 aria-hidden />, danger: true, disabled: published, onSelect: () => ask("delete") }] : []),
  ];
}

function NameDialog({ version, onClose }: { version: DatasetVersion; onClose: () => void }) {
  const t = useTranslations("datasets.nameDialog");
  const td = useTranslations("datasets.create");
  const tc = useTranslations("common");
  const update = useAction("dataset-version.update", rereads);
  const [text, setText] = useState(version.name ?? "");
  const wrong = text !== "" && !isName(text);
  async function save(name: string | null) {
    if (name !== null && !isName(name)) return;
    const done = await update.mutateAsync({ dataset: version.dataset, version: version.version, name }).catch(() => null); // shown by update.error
    if (done) onClose();
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("title", { version: `${version.dataset}@${version.version}` })}
      description={t("text")}
      onSubmit={() => void save(text)}
      footer={
        <>
          {version.name !== null && (
            <Button className="mr-auto" disabled={update.isPending} onClick={() => void save(null)}>
              {t("remove")}
            </Button>
          )}
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={update.isPending} disabled={!isName(text)}>
            {t("save")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("label")} hint={td("nameHint")} error={wrong ? td("nameWrong") : undefined}>
          <Input value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" autoCapitalize="off" spellCheck={false} autoFocus />
        </Field>
        {update.error && <ErrorNote error={update.error} />}
      </div>
    </Dialog>
  );
}

/** Asks for the name: a version cannot be had back. What still needs it is said when the server refuses. */
export function DeleteVersionDialog({ version, onClose, onDeleted }: { version: DatasetVersion | null; onClose: () => void; onDeleted?: () => void }) {
  const t = useTranslations("datasets.deleteVersion");
  const remove = useAction("dataset-version.delete", ["dataset.list", "dataset.show"]);
  const name = version ? `${version.dataset}@${version.version}` : "";
  return (
    <ConfirmDialog
      open={version !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t("title", { version: name })}
      action={t("action")}
      typeName={name}
      onConfirm={async () => {
        if (!version) return;
        await remove.mutateAsync({ dataset: version.dataset, version: version.version });
        onDeleted?.();
      }}
    >
      {t("text")}
    </ConfirmDialog>
  );
}
