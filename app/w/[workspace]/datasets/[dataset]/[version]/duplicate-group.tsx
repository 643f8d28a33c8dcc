"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Badge, Button, Card, Menu, useToast } from "#app/ui";
import { useAction, useWorkspace } from "#app/frame";
import type { DatasetVersion } from "#lib/protocol/datasets";
import type { DuplicateGroup, Sample } from "#lib/protocol/samples";
import type { OperationInput } from "#lib/protocol/api";
import { Thumb } from "./thumb";

type Decision = OperationInput<"duplicate.decide"> extends infer Input ? (Input extends { decision: string } ? Omit<Input, "dataset" | "version" | "group"> : never) : never;

/** The pictures of one group side by side; of a draft's, what a person decides about them. */
export function DuplicateGroupCard({ version, group }: { version: DatasetVersion; group: DuplicateGroup }) {
  const t = useTranslations("datasets.duplicates");
  const toast = useToast();
  const { may, paths } = useWorkspace();
  const decide = useAction("duplicate.decide", ["duplicate.list", "dataset-version.show", "sample.list"]);
  const open = version.status === "draft" && may("editor");
  const labels = [...new Set(group.samples.flatMap(({ label }) => label ?? []))];
  const page = paths.dataset(`${version.dataset}@${version.version}`);

  async function take(decision: Decision) {
    try {
      const { changed } = await decide.mutateAsync({ dataset: version.dataset, version: version.version, group: group.group, ...decision } as OperationInput<"duplicate.decide">);
      if (decision.decision === "drop") toast.show({ title: t("dropped", { count: changed }) });
      if (decision.decision === "merge") toast.show({ title: t("merged", { count: changed }) });
    } catch (error) {
      toast.fail(error);
    }
  }

  return (
    <Card className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-base font-medium">{t(`kind.${group.kind}`)}</h2>
        <span className="nums text-sm text-ink-muted">{t("size", { count: group.size })}</span>
        {group.conflicting && <span className="text-sm font-medium text-waiting">{t("conflict")}</span>}
        {group.keptApart && <Badge>{t("apart")}</Badge>}
        {group.size > group.samples.length && (
          <Link href={`${page}?tab=pictures&group=${group.group}&dropped=any`} className="rounded-sm text-sm text-accent-ink underline decoration-accent-line underline-offset-2 hover:decoration-current">
            {t("more", { count: group.size })}
          </Link>
        )}
        {open && (
          <div className="ml-auto flex flex-wrap items-center gap-2">
            {labels.length > 1 && (
              <Menu items={labels.map((label) => ({ label, onSelect: () => void take({ decision: "merge", label }) }))}>
                <Button size="sm" disabled={decide.isPending}>
                  {t("merge")}
                </Button>
              </Menu>
            )}
            <Button size="sm" disabled={decide.isPending} onClick={() => void take({ decision: group.keptApart ? "together" : "keep" })}>
              {group.keptApart ? t("regroup") : t("keep")}
            </Button>
          </div>
        )}
      </div>
      <ul className="flex flex-wrap gap-3">
        {group.samples.map((sample) => (
          <Copy key={sample.index} sample={sample} onKeep={open ? () => void take({ decision: "drop", keep: sample.index }) : null} busy={decide.isPending} />
        ))}
      </ul>
    </Card>
  );
}

function Copy({ sample, onKeep, busy }: { sample: Sample; onKeep: (() => void) | null; busy: boolean }) {
  const t = useTranslations("datasets.duplicates");
  const td = useTranslations("datasets");
  const name = sample.key.split("/").at(-1) ?? sample.key;
  return (
    <li className="flex w-32 min-w-0 flex-col gap-1">
      <a href={sample.url || undefined} target="_blank" rel="noreferrer" title={sample.key} aria-label={td("tile", { name, label: sample.label ?? td("unlabelled"), split: sample.split ? td(`split.${sample.split}`) : "" })} className="rounded-md">
        <Thumb url={sample.thumbnailUrl} sidePx={128} faded={sample.dropped} empty={td("gone")} />
      </a>
      <span className="truncate text-sm font-medium">{sample.label ?? td("unlabelled")}</span>
      <span title={sample.key} className="truncate text-sm text-ink-muted">
        {sample.dropped ? td("droppedMark") : sample.split ? td(`split.${sample.split}`) : td("unsplit")} · {name}
      </span>
      {onKeep && (
        <Button size="sm" disabled={busy} onClick={onKeep} aria-label={`${t("keepOne")}: ${name}`}>
          {t("keepOne")}
        </Button>
      )}
    </li>
  );
}
