"use client";

import { ChevronRight, Download, Ellipsis, FolderUp, Images, Plug, Terminal, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { Fragment, useEffect, useMemo, useState } from "react";
import { Button, Dialog, CliHint, EmptyState, ErrorState, IconButton, LinkButton, Menu, Page, PageHeader, SelectionBar, useToast, useUrlState } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { looksLikeArchive } from "#lib/domain/archive";
import { matchesSearch } from "../../../../_ui/table-rows";
import { useUploadDrop } from "../../../../_uploads/use-upload-drop";
import { DeleteBucketDialog } from "../delete-bucket-dialog";
import { S3Dialog } from "../_s3/s3-connection";
import { BucketToolbar, type View } from "./bucket-toolbar";
import { DeleteEntriesDialog } from "./delete-entries-dialog";
import { downloadObjects, maxDownloads } from "./download-objects";
import { DropOverlay } from "./drop-overlay";
import { crumbsOf, type Entry } from "./entries";
import { EntryGrid, EntryGridSkeleton } from "./entry-grid";
import { EntryTable } from "./entry-table";
import { PreviewDialog } from "./preview-dialog";
import { UnpackDialog } from "./unpack-dialog";
import { UploadMenu } from "./upload-menu";
import { useListing } from "./use-listing";

/** What is in this bucket: one folder at a time, as pictures or as a list. */
export function BucketPage({ bucket }: { bucket: string }) {
  const prefix = useSearchParams().get("prefix") ?? "";
  // A folder of its own has a selection and a preview of its own.
  return <Folder key={`${bucket}/${prefix}`} bucket={bucket} prefix={prefix} />;
}

function Folder({ bucket, prefix }: { bucket: string; prefix: string }) {
  const t = useTranslations("buckets");
  const tc = useTranslations("common");
  const router = useRouter();
  const toast = useToast();
  const { paths, may, client } = useWorkspace();
  const editor = may("editor");
  const listing = useListing(bucket, prefix);
  const info = useOperation("bucket.list", {}).data?.find((each) => each.bucket === bucket);
  const [search, setSearch] = useUrlState("q");
  const [view, setView] = useUrlState("view", "grid");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [preview, setPreview] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<Entry[] | null>(null);
  const [unpacking, setUnpacking] = useState<string | null>(null);
  const [open, setOpen] = useState<"delete-bucket" | "s3" | "cli" | null>(null);
  const drop = useUploadDrop(bucket, prefix, editor);

  const { entries, complete, more } = listing;
  const query = search.trim();
  useEffect(() => {
    // A search is over the whole folder, so the rest of it is read.
    if (query && entries && !complete) more();
  }, [query, entries, complete, more]);
  const shown = useMemo(() => (entries && query ? entries.filter((entry) => matchesSearch(entry.name, query)) : entries), [entries, query]);
  const chosen = useMemo(() => (entries ?? []).filter((entry) => selected.has(entry.id)), [entries, selected]);
  const objects = useMemo(() => (shown ?? []).flatMap((entry) => (entry.kind === "object" ? [entry.object] : [])), [shown]);

  async function download(picked: readonly Entry[]) {
    const keys = picked.flatMap((entry) => (entry.kind === "object" ? [entry.object.key] : []));
    if (keys.length < picked.length || keys.length > maxDownloads) return setOpen("cli");
    await downloadObjects(client, bucket, keys).catch((error: unknown) => toast.fail(error, t("downloadFailed")));
  }

  function openEntry(entry: Entry) {
    if (entry.kind === "folder") router.push(paths.bucket(bucket, entry.prefix));
    else setPreview(entry.object.key);
  }

  const actions = {
    open: openEntry,
    href: (entry: Entry) => (entry.kind === "folder" ? paths.bucket(bucket, entry.prefix) : null),
    download: (entry: Entry) => void download([entry]),
    unpack: (entry: Entry) => (editor && entry.kind === "object" && looksLikeArchive(entry.object.key) ? () => setUnpacking(entry.object.key) : null),
    remove: editor ? (entry: Entry) => setDeleting([entry]) : null,
  };
  const isEmpty = entries?.length === 0 && complete;

  return (
    <Page kind="work">
      <PageHeader
        title={<Crumbs bucket={bucket} prefix={prefix} />}
        text={prefix === "" && info ? t("summary", { objects: info.objects }) : undefined}
        actions={
          <>
            {!isEmpty && editor && (
              <LinkButton href={paths.newDataset({ bucket, prefix })} icon={<Images aria-hidden />}>
                {t("makeDataset")}
              </LinkButton>
            )}
            <Menu
              items={[
                { label: t("s3.open"), icon: <Plug aria-hidden />, onSelect: () => setOpen("s3") },
                { label: t("cli.open"), icon: <Terminal aria-hidden />, onSelect: () => setOpen("cli") },
                { type: "line" },
                { label: t("delete.open"), icon: <Trash2 aria-hidden />, danger: true, disabled: !may("owner"), onSelect: () => setOpen("delete-bucket") },
              ]}
            >
              <IconButton kind="secondary" label={tc("moreActions")} tooltip={false}>
                <Ellipsis aria-hidden />
              </IconButton>
            </Menu>
            <UploadMenu onFiles={drop.add} disabled={!editor} found={drop.found} />
          </>
        }
      />
      {listing.error && !entries ? (
        <ErrorState error={listing.error} onRetry={listing.refetch} />
      ) : isEmpty ? (
        <EmptyState
          icon={<FolderUp />}
          title={prefix ? t("emptyFolder.title") : t("emptyBucket.title")}
          lines={[t("emptyBucket.line1"), t("emptyBucket.line2"), t("emptyBucket.line3")]}
          action={<UploadMenu onFiles={drop.add} disabled={!editor} found={drop.found} align="start" />}
          command={`npx lathe cp ./food s3://${bucket}/${prefix}food/ --recursive`}
        />
      ) : (
        <>
          <BucketToolbar search={search} onSearch={setSearch} view={view as View} onView={setView} shown={shown?.length} complete={complete} onSelectAll={() => setSelected(new Set((shown ?? []).map((entry) => entry.id)))} />
          {chosen.length > 0 && (
            <SelectionBar count={chosen.length} onClear={() => setSelected(new Set())}>
              <Button kind="ghost" size="sm" icon={<Download aria-hidden />} onClick={() => void download(chosen)}>
                {tc("download")}
              </Button>
              {editor && (
                <Button kind="ghost" size="sm" icon={<Trash2 aria-hidden />} onClick={() => setDeleting(chosen)}>
                  {tc("delete")}
                </Button>
              )}
            </SelectionBar>
          )}
          {view === "list" ? (
            <EntryTable entries={shown} selection={[selected, setSelected]} actions={actions} onEndReached={more} />
          ) : shown === undefined ? (
            <EntryGridSkeleton />
          ) : (
            <EntryGrid entries={shown} selected={selected} onSelected={setSelected} actions={actions} onEndReached={more} search={query} onClearSearch={() => setSearch("")} />
          )}
        </>
      )}
      {drop.over && <DropOverlay bucket={bucket} prefix={prefix} />}
      {preview !== null && <PreviewDialog bucket={bucket} objects={objects} current={preview} onCurrent={setPreview} onUnpack={editor ? setUnpacking : undefined} onDownload={(key) => void downloadObjects(client, bucket, [key]).catch(toast.fail)} />}
      {unpacking !== null && <UnpackDialog bucket={bucket} archive={unpacking} onClose={() => setUnpacking(null)} />}
      {deleting && (
        <DeleteEntriesDialog
          bucket={bucket}
          entries={deleting}
          onClose={() => setDeleting(null)}
          onDeleted={() => {
            setSelected(new Set());
            setPreview(null);
          }}
        />
      )}
      {open === "s3" && <S3Dialog bucket={bucket} open onOpenChange={() => setOpen(null)} />}
      {open === "delete-bucket" && (
        <DeleteBucketDialog bucket={info ?? { bucket, objects: 0, sizeBytes: 0 }} open onOpenChange={() => setOpen(null)} onDeleted={() => router.replace(paths.buckets)} />
      )}
      {open === "cli" && (
        <Dialog open onOpenChange={() => setOpen(null)} title={t("cli.title")} description={t("cli.text")} size="md">
          <div className="flex flex-col gap-4">
            <CliHint title={t("cli.down")} command={`npx lathe cp s3://${bucket}/${prefix} ./${prefix || bucket} --recursive`} />
            <CliHint title={t("cli.up")} command={`npx lathe cp ./food s3://${bucket}/${prefix}food/ --recursive`} />
          </div>
        </Dialog>
      )}
    </Page>
  );
}

function Crumbs({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { paths } = useWorkspace();
  const crumbs = [{ name: bucket, prefix: "" }, ...crumbsOf(prefix)];
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-1">
      {crumbs.map((crumb, index) => (
        <Fragment key={crumb.prefix}>
          {index > 0 && <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-faint" />}
          {index === crumbs.length - 1 ? (
            <span className="min-w-0 truncate">{crumb.name}</span>
          ) : (
            <Link href={paths.bucket(bucket, crumb.prefix)} className="min-w-0 truncate rounded-sm font-normal text-ink-muted hover:text-ink">
              {crumb.name}
            </Link>
          )}
        </Fragment>
      ))}
    </span>
  );
}
