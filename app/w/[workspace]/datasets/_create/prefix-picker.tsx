"use client";

import { ChevronRight, Folder } from "lucide-react";
import { useTranslations } from "next-intl";
import { Fragment, useId } from "react";
import { Button, ErrorNote, Skeleton } from "#app/ui";
import { useOperation } from "#app/frame";

/** Chooses a prefix by walking down folders; the folders shown are the labels it would give. */
export function PrefixPicker({ bucket, prefix, onPrefix }: { bucket: string; prefix: string; onPrefix: (prefix: string) => void }) {
  const t = useTranslations("datasets.create");
  const tc = useTranslations("common");
  const labelId = useId();
  const level = useOperation("object.list", { bucket, prefix, limit: 1000 }, { keepPrevious: true });
  const parts = prefix.split("/").filter(Boolean);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <span id={labelId} className="text-sm font-medium">
        {t("prefix")}
      </span>
      <div role="group" aria-labelledby={labelId} className="min-w-0 rounded-md border border-line-strong bg-surface">
        <div className="flex flex-wrap items-center gap-0.5 border-b border-line px-1.5 py-1 text-base">
          <button type="button" className="max-w-40 truncate rounded-sm px-1.5 py-0.5 font-medium hover:bg-hover" onClick={() => onPrefix("")}>
            {bucket}
          </button>
          {parts.map((part, index) => (
            <Fragment key={index}>
              <ChevronRight aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
              <button
                type="button"
                aria-current={index === parts.length - 1 ? "location" : undefined}
                className="max-w-40 truncate rounded-sm px-1.5 py-0.5 hover:bg-hover aria-[current]:font-medium"
                onClick={() => onPrefix(`${parts.slice(0, index + 1).join("/")}/`)}
              >
                {part}
              </button>
            </Fragment>
          ))}
        </div>
        <div className="scroll-thin h-44 overflow-y-auto p-1" aria-busy={level.isFetching}>
          {level.error ? (
            <ErrorNote error={level.error}>
              <Button size="sm" className="mt-2" onClick={() => void level.refetch()}>
                {tc("retry")}
              </Button>
            </ErrorNote>
          ) : !level.data ? (
            <div className="flex flex-col gap-3 p-2">
              <Skeleton className="h-3 w-1/3" />
              <Skeleton className="h-3 w-1/4" />
              <Skeleton className="h-3 w-2/5" />
            </div>
          ) : level.data.folders.length === 0 ? (
            <p className="p-2 text-base text-ink-muted">{t("noFolders", { count: level.data.objects.length })}</p>
          ) : (
            <ul>
              {level.data.folders.map((folder) => (
                <li key={folder}>
                  <button type="button" onClick={() => onPrefix(folder)} className="row-h flex w-full items-center gap-2 rounded-sm px-2 text-left text-base hover:bg-hover">
                    <Folder aria-hidden className="size-4 shrink-0 text-ink-faint" />
                    <span className="min-w-0 flex-1 truncate">{folder.slice(prefix.length, -1)}</span>
                    <ChevronRight aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </div>
  );
}
