"use client";

import { ChevronLeft, ChevronRight, X } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button, Dialog, IconButton, KeyValue, Note, Select, useUrlState } from "#app/ui";
import { DownloadMenu } from "#app/charts";
import type { ModelReport, ModelVersionDetail } from "#lib/protocol/models";

type Mistake = ModelReport["mistakes"][number];

/** Test pictures that were called wrong, the most certain mistakes first. */
export function Mistakes({ version, wrong }: { version: ModelVersionDetail; wrong: number }) {
  const t = useTranslations("models.mistakes");
  const tc = useTranslations("common");
  const format = useFormatter();
  const [label, setLabel] = useUrlState("true");
  const [called, setCalled] = useUrlState("called");
  const [open, setOpen] = useState<number | null>(null);
  const all = version.report.mistakes;
  const shown = all.filter((mistake) => (!label || mistake.label === label) && (!called || mistake.predicted === called));
  const percent = (value: number) => format.number(value, { style: "percent", maximumFractionDigits: 0 });
  const options = (of: (mistake: Mistake) => string, name: string) => [
    { value: "*", label: `${name}: ${tc("all")}` },
    ...[...new Set([...all.map(of), ...(of === labelOf ? [label] : [called])])].filter(Boolean).sort().map((value) => ({ value, label: value })),
  ];
  if (all.length === 0) return <Note title={t("none")}>{t("noneText")}</Note>;
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-[72ch] text-base text-ink-muted">{wrong > all.length ? t("textSome", { shown: all.length, wrong }) : t("text")}</p>
      <div className="flex flex-wrap items-center gap-2">
        <Select label={t("label")} value={label || "*"} onValueChange={(value) => setLabel(value === "*" ? "" : value)} options={options(labelOf, t("label"))} className="w-auto! max-w-56" />
        <Select label={t("called")} value={called || "*"} onValueChange={(value) => setCalled(value === "*" ? "" : value)} options={options(calledOf, t("called"))} className="w-auto! max-w-56" />
        {(label || called) && (
          <Button
            size="sm"
            kind="ghost"
            icon={<X aria-hidden />}
            onClick={() => {
              setLabel("");
              setCalled("");
            }}
          >
            {tc("clearFilters")}
          </Button>
        )}
        <span role="status" className="nums ml-auto text-sm text-ink-muted">
          {t("shown", { count: shown.length })}
        </span>
        <DownloadMenu
          fileName={`${version.model}-${version.version}-mistakes`}
          label={t("title")}
          table={() => ({ header: ["key", "label", "predicted", "probability"], rows: all.map((mistake) => [mistake.key, mistake.label, mistake.predicted, mistake.probability]) })}
          value={() => all}
        />
      </div>
      {shown.length === 0 ? (
        <p className="rounded-md border border-dashed border-line-strong px-4 py-8 text-center text-base text-ink-muted">{wrong > all.length ? t("noneOfPairSome", { shown: all.length }) : tc("nothingMatchesFilters")}</p>
      ) : (
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-3">
          {shown.map((mistake, index) => (
            <li key={mistake.key} className="min-w-0">
              <button type="button" onClick={() => setOpen(index)} title={mistake.key} className="group flex w-full flex-col gap-1 rounded-md text-left">
                <Picture url={version.mistakeUrls[mistake.key]} alt={t("alt", { label: mistake.label, predicted: mistake.predicted })} className="aspect-square w-full rounded-md border border-line bg-sunken object-cover group-hover:border-ink-faint" />
                <span className="truncate text-base font-medium">{mistake.label}</span>
                <span className="nums line-clamp-2 text-sm break-words text-ink-muted">{t("calledAs", { predicted: mistake.predicted, percent: percent(mistake.probability) })}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <MistakeDialog shown={shown} urls={version.mistakeUrls} index={open} onIndex={setOpen} />
    </div>
  );
}

const labelOf = (mistake: Mistake) => mistake.label;
const calledOf = (mistake: Mistake) => mistake.predicted;

function Picture({ url, alt, className }: { url: string | undefined; alt: string; className: string }) {
  const t = useTranslations("models.mistakes");
  const [broken, setBroken] = useState(false);
  if (!url || broken) return <span className={`grid place-items-center p-3 text-center text-sm text-ink-muted ${className}`}>{t("gone")}</span>;
  return <img src={url} alt={alt} loading="lazy" decoding="async" onError={() => setBroken(true)} className={className} />;
}

function MistakeDialog({ shown, urls, index, onIndex }: { shown: readonly Mistake[]; urls: Record<string, string>; index: number | null; onIndex: (index: number | null) => void }) {
  const t = useTranslations("models.mistakes");
  const tc = useTranslations("common");
  const format = useFormatter();
  const mistake = index === null ? undefined : shown[index];
  const last = shown.length - 1;
  useEffect(() => {
    if (index === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "ArrowLeft" && index > 0) onIndex(index - 1);
      else if (event.key === "ArrowRight" && index < last) onIndex(index + 1);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [index, last, onIndex]);
  if (!mistake || index === null) return null;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onIndex(null)}
      title={mistake.key.split("/").at(-1) ?? mistake.key}
      size="lg"
      footer={
        <>
          <span role="status" className="nums mr-auto self-center text-sm text-ink-muted">
            {format.number(index + 1)} / {format.number(shown.length)}
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
      <div className="grid gap-5 md:grid-cols-[minmax(0,1fr)_15rem]">
        <Picture key={mistake.key} url={urls[mistake.key]} alt={t("alt", { label: mistake.label, predicted: mistake.predicted })} className="h-[min(52dvh,34rem)] w-full rounded-md border border-line bg-sunken object-contain" />
        <KeyValue
          items={[
            { label: t("label"), value: <span className="font-medium">{mistake.label}</span> },
            { label: t("called"), value: mistake.predicted },
            { label: t("probability"), value: <span className="nums">{format.number(mistake.probability, { style: "percent", maximumFractionDigits: 1 })}</span> },
            { label: t("file"), value: <span className="text-sm break-all">{mistake.key}</span> },
          ]}
        />
      </div>
    </Dialog>
  );
}
