"use client";

import clsx from "clsx";
import { Camera, ImageUp, LoaderCircle } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useRef, useState, type DragEvent } from "react";
import { Button, CliHint, ErrorNote, Note, Section } from "#app/ui";
import { DownloadMenu } from "#app/charts";
import type { Endpoint } from "#lib/protocol/endpoints";
import { commands } from "../../_commands/command-line";
import { usePredict, type Try } from "./use-predict";

const mostShown = 10;

/** Drop, choose, paste or take a photograph, and see what the endpoint says. */
export function TryIt({ endpoint }: { endpoint: Endpoint }) {
  const t = useTranslations("endpoints.try");
  const { tries, send } = usePredict(endpoint);
  const [chosenId, setChosenId] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const fileRef = useRef<HTMLInputElement>(null);
  const cameraRef = useRef<HTMLInputElement>(null);
  const ready = endpoint.status === "ready";
  const shown = tries.find((each) => each.id === chosenId) ?? tries[0];

  function take(files: Iterable<File> | null | undefined) {
    const picture = [...(files ?? [])].find((file) => file.type.startsWith("image/") || file.type === "");
    if (!picture || !ready) return;
    setChosenId(null);
    void send(picture);
  }
  const takeRef = useRef(take);
  useEffect(() => {
    takeRef.current = take;
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => takeRef.current(event.clipboardData?.files);
    window.addEventListener("paste", onPaste);
    return () => window.removeEventListener("paste", onPaste);
  }, []);

  const drag = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      take(event.dataTransfer.files);
    },
  };
  return (
    <Section
      title={t("title")}
      actions={
        shown?.predictions && (
          <DownloadMenu
            fileName={`${endpoint.endpoint}-predictions`}
            label={t("predictions")}
            table={() => ({ header: ["label", "probability"], rows: (shown.predictions ?? []).map(({ label, probability }) => [label, probability]) })}
            value={() => shown.predictions}
          />
        )
      }
    >
      <div {...drag} className={clsx("rounded-md border bg-surface", over ? "border-accent bg-accent-soft" : "border-line", !shown && "border-dashed border-line-strong")}>
        <div className={clsx("flex flex-wrap items-center gap-2 px-4", shown ? "border-b border-line py-3" : "flex-col py-10 text-center")}>
          {!shown && <p className="max-w-[48ch] text-base text-ink-muted">{ready ? t("text") : t("notReady")}</p>}
          <div className="flex flex-wrap justify-center gap-2">
            <Button kind="primary" icon={<ImageUp aria-hidden />} disabled={!ready} onClick={() => fileRef.current?.click()}>
              {t("choose")}
            </Button>
            <Button icon={<Camera aria-hidden />} disabled={!ready} onClick={() => cameraRef.current?.click()} className="pointer-fine:hidden">
              {t("camera")}
            </Button>
          </div>
          {shown && <p className="text-sm text-ink-muted pointer-coarse:hidden">{t("orDrop")}</p>}
          <input ref={fileRef} type="file" accept="image/*" disabled={!ready} className="hidden" onChange={(event) => (take(event.target.files), (event.target.value = ""))} />
          <input ref={cameraRef} type="file" accept="image/*" disabled={!ready} capture="environment" className="hidden" onChange={(event) => (take(event.target.files), (event.target.value = ""))} />
        </div>
        {shown && <Answer attempt={shown} />}
        {tries.length > 1 && (
          <ul aria-label={t("earlier")} className="flex gap-2 overflow-x-auto border-t border-line p-3">
            {tries.map((each) => (
              <li key={each.id}>
                <button type="button" aria-pressed={each === shown} title={each.name} onClick={() => setChosenId(each.id)} className="block size-12 overflow-hidden rounded-md border border-line aria-pressed:border-accent aria-pressed:ring-1 aria-pressed:ring-accent">
                  <img src={each.preview} alt={each.name} className="size-full object-cover" />
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="mt-3">
        <CliHint command={commands.predict(endpoint.endpoint, shown?.name ?? "photo.jpg")} />
      </div>
    </Section>
  );
}

function Answer({ attempt }: { attempt: Try }) {
  const t = useTranslations("endpoints.try");
  const format = useFormatter();
  const [all, setAll] = useState(false);
  const { predictions } = attempt;
  const percent = (value: number) => format.number(value, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const best = predictions?.[0];
  return (
    <div className="grid gap-4 p-4 sm:grid-cols-[minmax(0,15rem)_minmax(0,1fr)]">
      <div className="grid h-56 place-items-center overflow-hidden rounded-md border border-line bg-sunken sm:h-60">
        <img src={attempt.preview} alt={attempt.name} className="size-full object-contain" />
      </div>
      <div className="flex min-h-60 min-w-0 flex-col gap-3">
        {attempt.error !== null ? (
          <ErrorNote error={attempt.error} />
        ) : !predictions ? (
          <p role="status" className="flex items-center gap-2 text-base text-ink-muted">
            <LoaderCircle aria-hidden className="motion-spin size-4" />
            {t("asking")}
          </p>
        ) : (
          <>
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <p role="status" className="min-w-0 text-lg font-semibold break-words">
                {best ? t("answer", { label: best.label, percent: percent(best.probability) }) : t("nothing")}
              </p>
              {attempt.latencyMs !== null && (
                <p className="nums text-sm text-ink-muted" title={t("latencyText")}>
                  {t("latency", { ms: format.number(attempt.latencyMs, { maximumFractionDigits: 0 }) })}
                </p>
              )}
            </div>
            {best && best.probability < 0.5 && <Note>{t("unsure")}</Note>}
            <ol aria-label={t("predictions")} className="flex flex-col">
              {predictions.slice(0, all ? undefined : mostShown).map(({ label, probability }, index) => (
                <li key={label} className="grid min-h-7 grid-cols-[minmax(0,9rem)_minmax(0,1fr)_4rem] items-center gap-3 text-base">
                  <span className={clsx("truncate", index === 0 && "font-medium")} title={label}>
                    {label}
                  </span>
                  <span aria-hidden className="h-2 overflow-hidden rounded-full bg-sunken">
                    <span className={clsx("block h-full rounded-full", index === 0 ? "bg-accent" : "bg-line-strong")} style={{ width: `${Math.max(0.4, probability * 100)}%` }} />
                  </span>
                  <span className="nums text-right text-sm">{percent(probability)}</span>
                </li>
              ))}
            </ol>
            {predictions.length > mostShown && (
              <Button size="sm" kind="ghost" className="self-start" aria-expanded={all} onClick={() => setAll(!all)}>
                {all ? t("fewer") : t("more", { count: predictions.length - mostShown })}
              </Button>
            )}
          </>
        )}
      </div>
    </div>
  );
}
