"use client";

import clsx from "clsx";
import { ArrowRight, Check, X } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import type { Overview } from "#lib/protocol/runners";
import { IconButton, LinkButton, Progress, Skeleton } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";

const steps = ["bucket", "upload", "dataset", "model", "endpoint"] as const;
type Step = (typeof steps)[number];

/** The way from nothing to a prediction, with what is done ticked off. It goes once the person puts it away. */
export function Checklist({ checklist }: { checklist: Overview["checklist"] }) {
  const t = useTranslations("overview.checklist");
  const format = useFormatter();
  const { paths, slug, may } = useWorkspace();
  const hiddenKey = `lathe-checklist-hidden:${slug}`;
  const [hidden, setHidden] = useState(() => typeof localStorage !== "undefined" && localStorage.getItem(hiddenKey) === "1");
  const bucket = useOperation("bucket.list", {}).data?.[0]?.bucket;
  const dataset = useOperation("dataset.list", {}).data?.[0]?.dataset;
  const model = useOperation("model.list", {}).data?.[0]?.latest;
  const endpoint = useOperation("endpoint.list", {}).data?.[0]?.endpoint;

  const doneCount = steps.filter((step) => checklist[step]).length;
  const allDone = doneCount === steps.length;
  if (hidden && allDone) return null;

  const next = steps.find((step) => !checklist[step]) ?? "predict";
  const hrefs: Record<Step | "predict", string> = {
    bucket: `${paths.buckets}?new=1`,
    upload: bucket ? paths.bucket(bucket) : paths.buckets,
    dataset: paths.newDataset(bucket ? { bucket, prefix: "" } : undefined),
    model: paths.newAutoLearn(dataset),
    endpoint: model ? paths.model(`${model.model}@${model.version}`) : paths.models,
    predict: endpoint ? paths.endpoint(endpoint) : paths.endpoints,
  };

  return (
    <section aria-labelledby="first-run" className="overflow-hidden rounded-md border border-line bg-surface">
      <div className="flex items-center gap-4 px-4 py-3">
        <h2 id="first-run" className="min-w-0 flex-1 text-base font-semibold">
          {allDone ? t("titleDone") : t("title")}
        </h2>
        <span className="nums text-sm text-ink-muted">{t("doneOf", { done: doneCount, count: steps.length })}</span>
        <Progress fraction={doneCount / steps.length} label={t("progress", { share: format.number(doneCount / steps.length, { style: "percent" }) })} className="w-24! max-sm:hidden" />
        {allDone && (
          <IconButton
            label={t("hide")}
            size="sm"
            onClick={() => {
              localStorage.setItem(hiddenKey, "1");
              setHidden(true);
            }}
          >
            <X aria-hidden />
          </IconButton>
        )}
      </div>
      <ol>
        {([...steps, "predict"] as const).map((step, index) => {
          const done = step !== "predict" && checklist[step];
          const current = step === next;
          return (
            <li key={step} className={clsx("flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line px-4", current ? "bg-accent-soft py-3" : "min-h-10 py-1.5")}>
              <span
                className={clsx(
                  "nums grid size-5 shrink-0 place-items-center rounded-full text-xs font-medium",
                  done ? "bg-accent text-on-accent" : current ? "border border-accent bg-surface text-accent-ink" : "border border-line-strong text-ink-faint",
                )}
              >
                {done ? <Check aria-hidden className="size-3" strokeWidth={3} /> : index + 1}
              </span>
              <span className="min-w-0 flex-1 basis-52">
                <span className={clsx("block", current && "font-medium", done && "text-ink-muted")}>
                  {t(`${step}.title`)}
                  {done && <span className="sr-only"> ({t("done")})</span>}
                </span>
                {current && <span className="mt-0.5 block max-w-[70ch] text-sm text-ink-muted">{t(`${step}.text`)}</span>}
              </span>
              {current && may("editor") && (
                <LinkButton href={hrefs[step]} kind="primary" className="max-sm:ml-8">
                  {t(`${step}.action`)}
                  <ArrowRight aria-hidden />
                </LinkButton>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** The list's place while it is not known what is done. */
export function ChecklistSkeleton() {
  return (
    <div className="rounded-md border border-line bg-surface">
      <div className="flex h-[45px] items-center px-4">
        <Skeleton className="h-3.5 w-48" />
      </div>
      {[65, 40, 40, 40, 40, 40].map((height, row) => (
        <div key={row} className="flex items-center gap-3 border-t border-line px-4" style={{ height }}>
          <Skeleton className="size-5 rounded-full" />
          <Skeleton className="h-3 w-44" />
        </div>
      ))}
    </div>
  );
}
