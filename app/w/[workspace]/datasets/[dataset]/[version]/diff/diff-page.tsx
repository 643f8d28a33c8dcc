"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useDeferredValue } from "react";
import { CliHint, ErrorState, LinkButton, Note, Num, Page, PageHeader, SearchInput, Select, Skeleton, Stat, StatRow, Tabs, useUrlState } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { DownloadMenu } from "#app/charts";
import { diffKinds } from "#lib/protocol/datasets";
import { commands } from "../../../../_commands/command-line";
import { ChangeList } from "./change-list";
import { LabelChanges } from "./label-changes-table";
import { allChanges, useChanges, type DiffQuery } from "./use-changes";

/** What changed between two versions of a dataset? */
export function DiffPage({ dataset, version }: { dataset: string; version: number }) {
  const t = useTranslations("datasets.diff");
  const td = useTranslations("datasets");
  const tc = useTranslations("common");
  const router = useRouter();
  const { client, paths } = useWorkspace();
  const versions = useOperation("dataset.show", { dataset });
  const [fromText, setFrom] = useUrlState("from");
  const [kindText, setKind] = useUrlState("kind");
  const [search, setSearch] = useUrlState("q");
  const [tab, setTab] = useUrlState("tab", "pictures");
  const kind = diffKinds.find((each) => each === kindText);
  const deferredSearch = useDeferredValue(search.trim());
  const comparable = versions.data?.versions.filter(({ status }) => status !== "importing" && status !== "failed") ?? [];
  const now = versions.data?.versions.find((each) => each.version === version);
  const asked = /^[1-9]\d{0,8}$/.test(fromText) ? Number(fromText) : (now?.base ?? comparable.find((each) => each.version < version)?.version);
  const before = comparable.find((each) => each.version === asked);
  const query: DiffQuery = { dataset, version, from: asked ?? 0, ...(kind && { kind }), ...(deferredSearch && { search: deferredSearch }) };
  const changes = useChanges(query, asked !== undefined);
  const counts = changes.data?.counts;
  const name = `${dataset}@${version}`;

  return (
    <Page>
      <PageHeader
        title={
          <>
            {dataset}
            <span className="font-normal text-ink-muted">{` @${asked ?? "…"} → @${version}`}</span>
          </>
        }
        text={t("text")}
        actions={
          <>
            <Select
              label={t("from")}
              value={asked === undefined ? undefined : String(asked)}
              onValueChange={setFrom}
              options={comparable.filter((each) => each.version !== version).map((each) => ({ value: String(each.version), label: t("compareWith", { version: each.version, name: each.name ?? "none" }) }))}
              placeholder={t("from")}
              className="w-auto! max-w-64"
            />
            <LinkButton href={paths.dataset(name)}>{t("open", { version })}</LinkButton>
          </>
        }
      />
      {versions.error && !versions.data ? (
        <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />
      ) : versions.data && asked === undefined ? (
        <Note title={t("onlyOne")}>{t("onlyOneText")}</Note>
      ) : changes.error && !changes.data ? (
        <ErrorState error={changes.error} onRetry={() => void changes.refetch()}>
          <LinkButton href={paths.dataset(dataset)}>{td("allVersions")}</LinkButton>
        </ErrorState>
      ) : (
        <div className="flex flex-col gap-5">
          <StatRow>
            {diffKinds.map((each) => (
              <Stat key={each} label={t(`kind.${each}`)} value={counts ? <Num value={counts[each]} /> : <Skeleton className="h-7 w-16" />} />
            ))}
            <Stat label={t("kind.same")} value={counts ? <Num value={counts.same} /> : <Skeleton className="h-7 w-16" />} />
          </StatRow>
          {!counts && <p role="status" className="text-base text-ink-muted">{t("working")}</p>}
          <Tabs
            label={t("parts")}
            value={tab}
            onValueChange={setTab}
            items={[
              {
                value: "pictures",
                label: td("tab.pictures"),
                content: (
                  <div className="flex flex-col gap-3">
                    <div className="flex flex-wrap items-center gap-2">
                      <SearchInput label={td("searchFiles")} value={search} onValueChange={setSearch} className="w-full sm:w-64" />
                      <Select
                        label={t("what")}
                        value={kind ?? "*"}
                        onValueChange={(value) => setKind(value === "*" ? "" : value)}
                        options={[{ value: "*", label: `${t("what")}: ${tc("all")}` }, ...diffKinds.map((each) => ({ value: each, label: t(`kind.${each}`) }))]}
                        className="w-auto! max-w-56"
                      />
                      <div className="ml-auto">
                        <DownloadMenu
                          fileName={`${dataset}-${asked ?? ""}-${version}-changes`}
                          label={t("changes")}
                          table={async () => ({
                            header: ["change", "key", "label_before", "label_after", "split_before", "split_after", "sha256_before", "sha256_after"],
                            rows: (await allChanges(client, query)).map(({ kind: what, key, before: b, after: a }) => [what, key, b?.label, a?.label, b?.split, a?.split, b?.sha256, a?.sha256]),
                          })}
                        />
                      </div>
                    </div>
                    <ChangeList changes={changes} filtered={Boolean(kind || search)} onClear={() => { setKind(""); setSearch(""); }} />
                  </div>
                ),
              },
              {
                value: "labels",
                label: td("tab.labels"),
                content: before && now ? <LabelChanges before={before.labels} after={now.labels} onLabel={(label) => router.push(`${paths.dataset(name)}?tab=pictures&label=${encodeURIComponent(label)}`)} /> : <Skeleton className="h-64 w-full rounded-md" />,
              },
            ]}
          />
          {asked !== undefined && <CliHint command={commands.datasetDiff(dataset, asked, version)} />}
        </div>
      )}
    </Page>
  );
}
