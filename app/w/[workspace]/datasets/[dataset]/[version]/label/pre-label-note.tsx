"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { ErrorNote, LabelledProgress } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";
import { isTerminal } from "#lib/domain/job";

/** A model at work on this draft: how far it is, and what it came to. */
export function PreLabelNote({ job: id, onChanged }: { job: string; onChanged: () => void }) {
  const t = useTranslations("labelling");
  const { paths } = useWorkspace();
  const { data: job } = useOperation("job.show", { job: id }, { refetchIntervalMs: 3_000 });
  const ended = job !== undefined && isTerminal(job.status);
  const changed = useRef(onChanged);
  useEffect(() => {
    changed.current = onChanged;
  });
  useEffect(() => {
    if (ended) changed.current();
  }, [ended]);
  if (!job) return null;
  if (job.error) return <ErrorNote error={job.error} />;
  return (
    <div className="flex flex-col gap-1 rounded-md border border-line bg-surface px-3 py-2">
      {ended ? (
        <p role="status" className="text-base">{t("preLabel.done", { count: job.result?.metrics.suggested ?? 0 })}</p>
      ) : (
        <LabelledProgress fraction={job.progress?.fraction ?? null} label={t("preLabel.running")} />
      )}
      <Link href={paths.job(id)} className="self-start text-sm text-accent-ink underline">{t("preLabel.job")}</Link>
    </div>
  );
}
