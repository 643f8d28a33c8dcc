"use client";

import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button, Card, ErrorNote, LinkButton, Skeleton, useDuration } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import type { AutoLearnRequest } from "#lib/protocol/jobs";
import { coarse } from "../../jobs/[job]/job-outcome";

const settleMs = 300;

/** A value once it has stood still for a moment: each key would ask the server otherwise. */
function useSettled<Value>(value: Value, key: string): Value {
  const [settled, setSettled] = useState({ value, key });
  useEffect(() => {
    if (settled.key === key) return;
    const timer = setTimeout(() => setSettled({ value, key }), settleMs);
    return () => clearTimeout(timer);
  }, [value, key, settled.key]);
  return settled.value;
}

/** How long and how much: what auto-learn would choose for these three choices, and why. */
export function Estimate({ request }: { request: AutoLearnRequest | null }) {
  const t = useTranslations("autoLearn.estimate");
  const tc = useTranslations("common");
  const format = useFormatter();
  const duration = useDuration();
  const locale = useLocale();
  const { paths } = useWorkspace();
  const settled = useSettled(request, JSON.stringify(request));
  const fallback: AutoLearnRequest = { name: "x", dataset: "x", preset: "resnet18", imageSize: null, epochs: null, maxMinutes: 30, pretrained: null, seed: 0 };
  const estimate = useOperation("auto-learn.estimate", settled ?? fallback, { enabled: settled !== null, keepPrevious: true });

  if (!request || !settled) {
    return (
      <Card>
        <p className="text-base text-ink-muted">{t("choose")}</p>
      </Card>
    );
  }
  if (estimate.error) {
    const about = estimate.error.code;
    return (
      <ErrorNote error={estimate.error}>
        <span className="mt-2 flex flex-wrap gap-2">
          {(about === "too_few_labels" || about === "too_few_samples" || about === "dataset_failed" || about === "dataset_not_ready") && (
            <LinkButton size="sm" href={paths.dataset(request.dataset)}>
              {t("openDataset")}
            </LinkButton>
          )}
          {(estimate.error.status === 0 || estimate.error.status >= 500) && (
            <Button size="sm" onClick={() => void estimate.refetch()}>
              {tc("retry")}
            </Button>
          )}
        </span>
      </ErrorNote>
    );
  }
  const data = estimate.data;
  const rows: [string, React.ReactNode][] = [
    [t("time"), data && t("about", { duration: duration(coarse(data.estimatedMs)) })],
    [t("epochs"), data && format.number(data.epochs)],
    [t("imageSize"), data && `${format.number(data.imageSize)} px`],
    [t("batchSize"), data && format.number(data.batchSize)],
    [t("samples"), data && format.number(data.samples)],
  ];
  return (
    <Card>
      <h2 className="text-base font-semibold">{t("title")}</h2>
      <div role="status">
        <dl className="mt-2 grid grid-cols-[1fr_auto] gap-x-4">
          {rows.map(([name, value]) => (
            <div key={name} className="col-span-2 grid h-7 grid-cols-subgrid items-center">
              <dt className="text-sm text-ink-muted">{name}</dt>
              <dd className="nums text-right text-base font-medium">{value ?? <Skeleton className="h-3.5 w-16" />}</dd>
            </div>
          ))}
        </dl>
      </div>
      {/* The plan's reasons are English sentences of the server; other languages have the figures above. */}
      {data && data.reasons.length > 0 && locale === "en" && (
        <details className="mt-2 border-t border-line pt-2">
          <summary className="cursor-pointer rounded-sm text-sm text-ink-muted hover:text-ink">{t("why")}</summary>
          <ul className="mt-1.5 flex list-disc flex-col gap-1 pl-4 text-sm text-ink-muted">
            {data.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </details>
      )}
      <p className="mt-2 border-t border-line pt-2 text-sm text-ink-muted">{t("budgetHolds")}</p>
    </Card>
  );
}
