"use client";

import { ChevronLeft, ChevronRight, Download } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect } from "react";
import { Bytes, CopyId, Dialog, IconButton, KeyValue, LinkButton, RelativeTime } from "#app/ui";
import type { Sample } from "#lib/protocol/samples";

/** One picture large, with its facts. Arrow keys go to the neighbours, Escape closes. */
export function Lightbox({ samples, index, onIndex, dataset }: { samples: readonly Sample[]; index: number | null; onIndex: (index: number | null) => void; dataset: string }) {
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  const format = useFormatter();
  const sample = index === null ? undefined : samples[index];
  const last = samples.length - 1;

  useEffect(() => {
    if (index === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "ArrowLeft" && index > 0) onIndex(index - 1);
      else if (event.key === "ArrowRight" && index < last) onIndex(index + 1);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [index, last, onIndex]);

  if (!sample || index === null) return null;
  const name = sample.key.split("/").at(-1) ?? sample.key;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onIndex(null)}
      title={name}
      size="full"
      footer={
        <>
          <span role="status" className="nums mr-auto self-center text-sm text-ink-muted">
            {t("place", { place: format.number(index + 1), count: format.number(samples.length), dataset })}
          </span>
          <IconButton label={tc("previous")} kind="secondary" disabled={index === 0} onClick={() => onIndex(index - 1)}>
            <ChevronLeft aria-hidden />
          </IconButton>
          <IconButton label={tc("next")} kind="secondary" disabled={index === last} onClick={() => onIndex(index + 1)}>
            <ChevronRight aria-hidden />
          </IconButton>
        </>
      }
    >
      <div className="grid gap-5 md:grid-cols-[minmax(0,1fr)_17rem]">
        <div className="grid h-[min(58dvh,40rem)] place-items-center overflow-hidden rounded-md border border-line bg-sunken">
          {sample.url ? (
            <img key={sample.key} src={sample.url} alt={t("tile", { name, label: sample.label ?? t("unlabelled"), split: sample.split ? t(`split.${sample.split}`) : "" })} className="size-full min-h-0 object-contain" />
          ) : (
            <p className="text-base text-ink-muted">{t("gone")}</p>
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <KeyValue
            items={[
              { label: t("label"), value: <span className="font-medium">{sample.label ?? t("unlabelled")}</span> },
              { label: t("splitName"), value: sample.split && t(`split.${sample.split}`) },
              { label: t("state.name"), value: sample.state === "labelled" ? null : t(`state.${sample.state}`) },
              { label: t("labelledBy"), value: sample.labelledBy && sample.labelledAtMs !== null ? <>{sample.labelledBy} · <RelativeTime atMs={sample.labelledAtMs} /></> : null },
              { label: t("groupName"), value: sample.group === null ? null : t("inGroup", { group: sample.group }) },
              { label: t("finder.dropped"), value: sample.dropped ? t("droppedMark") : null },
              { label: t("pixels"), value: <span className="nums">{`${format.number(sample.width)} × ${format.number(sample.height)}`}</span> },
              { label: tc("size"), value: <Bytes value={sample.sizeBytes} /> },
              { label: t("file"), value: <span className="text-sm break-all">{sample.key}</span> },
              { label: "SHA-256", value: <CopyId id={sample.sha256} shown={12} thing="SHA-256" /> },
            ]}
          />
          {sample.url && (
            <LinkButton href={sample.url} prefetch={false} icon={<Download aria-hidden />} className="self-start">
              {tc("download")}
            </LinkButton>
          )}
        </div>
      </div>
    </Dialog>
  );
}
