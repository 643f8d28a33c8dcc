"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useEffect } from "react";
import { Button, ErrorNote, ErrorState, Note, Segmented, Skeleton, useScrollList, useUrlState } from "#app/ui";
import { useWorkspace } from "#app/frame";
import { duplicateKinds } from "#lib/domain/dataset";
import type { DatasetVersion, DuplicateSummary } from "#lib/protocol/datasets";
import { DuplicateGroupCard } from "./duplicate-group";
import { useDuplicateGroups } from "./use-pages";

/** Pictures that are the same or nearly so, what they would have done to the accuracy, and what to do with them. */
export function Duplicates({ version }: { version: DatasetVersion }) {
  const t = useTranslations("datasets.duplicates");
  const { may } = useWorkspace();
  const [which, setWhich] = useUrlState("groups", "all");
  const summary = version.duplicates;
  const choices = ["all", ...duplicateKinds, "conflicting"] as const;
  const chosen = choices.find((each) => each === which) ?? "all";
  if (!summary) return <Note title={t("notYet")}>{t("notYetText")}</Note>;
  if (summary.exactGroups + summary.nearGroups === 0) return <Note title={t("none")}>{t("noneText")}</Note>;
  return (
    <div className="flex flex-col gap-4">
      <Summary summary={summary} />
      {summary.conflictingGroups > 0 && chosen !== "conflicting" && (
        <Note kind="warning" title={t("conflicts", { count: summary.conflictingGroups })}>
          <span className="flex flex-wrap items-center gap-3">
            {t("conflictsText")}
            <Button size="sm" onClick={() => setWhich("conflicting")}>
              {t("conflictsShow")}
            </Button>
          </span>
        </Note>
      )}
      {version.status === "ready" && may("editor") && <p className="text-sm text-ink-muted">{t("frozenNote")}</p>}
      <Segmented label={t("which")} value={chosen} onValueChange={setWhich} options={choices.map((each) => ({ value: each, label: t(each) }))} />
      <Groups key={chosen} version={version} chosen={chosen} />
    </div>
  );
}

function Summary({ summary: { exactGroups, nearGroups, samples, leak } }: { summary: DuplicateSummary }) {
  const t = useTranslations("datasets.duplicates");
  const format = useFormatter();
  const sentence =
    leak && leak.testSamples > 0
      ? Math.round(leak.leakedSamples) < 1
        ? t("noLeak")
        : t("leak", {
            leaked: format.number(Math.round(leak.leakedSamples)),
            test: format.number(Math.round(leak.testSamples)),
            points: format.number((leak.leakedSamples / leak.testSamples) * 100, { maximumFractionDigits: 1, minimumFractionDigits: 1 }),
          })
      : null;
  return (
    <div className="max-w-[72ch] text-base">
      <p>
        {t("summary", { exact: exactGroups, near: nearGroups, samples })} {t("together")}
      </p>
      {sentence && <p className="mt-1 font-medium">{sentence}</p>}
    </div>
  );
}

function Groups({ version: shown, chosen }: { version: DatasetVersion; chosen: "all" | "exact" | "near" | "conflicting" }) {
  const t = useTranslations("datasets.duplicates");
  const tc = useTranslations("common");
  const { dataset, version } = shown;
  const groups = useDuplicateGroups(dataset, version, chosen === "all" ? {} : chosen === "conflicting" ? { conflicting: "true" } : { kind: chosen });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = groups;
  const items = groups.data;
  const { listRef, virtualizer, offset } = useScrollList(items?.length ?? 0, 236, 4);
  const rows = virtualizer.getVirtualItems();
  const nearEnd = items !== undefined && (rows.at(-1)?.index ?? -1) >= items.length - 5;
  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [nearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (groups.error && !items) return <ErrorState error={groups.error} onRetry={() => void groups.refetch()} />;
  if (!items) return <Skeleton className="h-72 w-full rounded-md" />;
  if (items.length === 0) return <Note>{tc("nothingMatchesFilters")}</Note>;
  return (
    <>
      <div ref={listRef} role="list" aria-label={t("list")} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => (
          <div key={items[row.index]!.group} role="listitem" data-index={row.index} ref={virtualizer.measureElement} className="absolute inset-x-0 top-0 pb-3" style={{ transform: `translateY(${row.start - offset}px)` }}>
            <DuplicateGroupCard version={shown} group={items[row.index]!} />
          </div>
        ))}
      </div>
      {groups.error && (
        <ErrorNote error={groups.error}>
          <Button size="sm" className="mt-2" onClick={() => void fetchNextPage()}>
            {tc("retry")}
          </Button>
        </ErrorNote>
      )}
    </>
  );
}
