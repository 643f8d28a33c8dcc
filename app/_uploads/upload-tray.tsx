"use client";

import clsx from "clsx";
import { ChevronDown, ChevronUp, CircleAlert, CircleCheck, Download, FileUp, Pause, Play, RotateCcw, X } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { formatBytes } from "#lib/domain/units";
import { toCsv, saveText } from "#app/charts";
import { StatusIcon } from "../_ui/badge";
import { Button, IconButton } from "../_ui/button";
import { Segmented } from "../_ui/choice";
import { useDuration } from "../_ui/format";
import { Progress } from "../_ui/progress";
import { readPicked } from "./read-drop";
import { useUploads, useUploadSummary } from "./upload-provider";
import { remainingMs } from "./upload-speed";
import type { FailReason } from "./upload-state";
import type { Interrupted, Show, UploadRow, UploadSummary } from "./upload-summary";

/** What is being uploaded, on every page, until the person closes it. */
export function UploadTray() {
  const state = useUploadSummary();
  return (
    <>
      {state.interrupted.length > 0 && state.count === 0 && <BrokenOff uploads={state.interrupted} />}
      {state.count > 0 && <Tray state={state} />}
    </>
  );
}

/** Uploads that a reload broke off. What is there already is found by its checksum and not sent again. */
function BrokenOff({ uploads: broken }: { uploads: readonly Interrupted[] }) {
  const t = useTranslations("uploads.brokenOff");
  const uploads = useUploads();
  const picker = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Interrupted | null>(null);

  async function goOn(upload: Interrupted) {
    if (!uploads) return;
    const handles = upload.readable ? await uploads.handlesOf(upload.id) : [];
    type Asking = FileSystemHandle & { requestPermission?(options: { mode: "read" }): Promise<PermissionState> };
    const granted = await Promise.all(handles.map((handle) => (handle as Asking).requestPermission?.({ mode: "read" }) ?? "denied")).catch(() => []);
    if (handles.length > 0 && granted.length === handles.length && granted.every((one) => one === "granted")) {
      await uploads.add(upload.bucket, upload.prefix, { handles }, { resumes: upload.id });
      return;
    }
    setChosen(upload);
    picker.current?.click();
  }

  function take(input: HTMLInputElement) {
    if (chosen && input.files?.length) void uploads?.add(chosen.bucket, chosen.prefix, { files: readPicked(input.files) }, { resumes: chosen.id });
    input.value = "";
  }

  return (
    <section aria-label={t("title")} className="fixed inset-x-2 bottom-2 z-40 flex max-h-[70dvh] flex-col gap-2 overflow-y-auto rounded-md border border-line bg-raised p-3 shadow-pop sm:inset-x-auto sm:right-3 sm:bottom-3 sm:w-[26rem]">
      <h2 className="text-base font-medium">{t("title")}</h2>
      <p className="text-sm text-ink-muted">{t("text")}</p>
      <input ref={picker} type="file" multiple hidden aria-label={t("choose")} data-testid="pick-again" onChange={(event) => take(event.target)} {...{ webkitdirectory: "" }} />
      <ul className="flex flex-col gap-2">
        {broken.map((upload) => (
          <li key={upload.id} className="flex items-center gap-2 border-t border-line pt-2">
            <span className="nums min-w-0 flex-1 text-sm">
              <span className="block truncate font-medium">{upload.name || `${upload.bucket}/${upload.prefix}`}</span>
              <span className="block truncate text-ink-muted">{t("state", { done: upload.done, count: upload.count, place: `${upload.bucket}/${upload.prefix}` })}</span>
            </span>
            <Button size="sm" kind="primary" onClick={() => void goOn(upload)}>
              {upload.readable ? t("goOn") : t("choose")}
            </Button>
            <IconButton label={t("forget", { name: upload.name })} size="sm" onClick={() => uploads?.forget(upload.id)}>
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tray({ state }: { state: UploadSummary }) {
  const t = useTranslations("uploads");
  const uploads = useUploads();
  const format = useFormatter();
  const duration = useDuration();
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<Show | null>(null);
  const { counts, active, count } = state;
  const show = asked ?? (active ? "open" : counts.failed > 0 ? "failed" : "done");
  const leftMs = remainingMs(state.totalBytes - state.sentBytes, state.speed);
  const fraction = state.totalBytes > 0 ? state.sentBytes / state.totalBytes : count > 0 ? counts.done / count : 0;

  const why = useFailReason();

  async function saveFailures() {
    const rows = (await uploads?.failures()) ?? [];
    saveText("failed-uploads.csv", toCsv(["bucket", "key", "sizeBytes", "reason"], rows.map((row) => [row.bucket, row.key, row.sizeBytes, row.reason && why(row.reason)])), "text/csv");
  }

  const title = active
    ? state.paused
      ? t("titlePaused", { done: counts.done, count })
      : t("titleActive", { done: counts.done, count })
    : counts.failed > 0
      ? t("titleFailed", { failed: counts.failed, count })
      : t("titleDone", { count });

  return (
    <section
      aria-label={t("tray")}
      className="fixed inset-x-2 bottom-2 z-40 flex max-h-[70dvh] flex-col rounded-md border border-line bg-raised shadow-pop sm:inset-x-auto sm:right-3 sm:bottom-3 sm:w-[26rem]"
    >
      <div className="flex flex-col gap-2 px-3 pb-2.5 pt-2">
        <div className="flex items-center gap-1.5">
          {active ? <FileUp aria-hidden className="size-4 shrink-0 text-running" /> : counts.failed > 0 ? <CircleAlert aria-hidden className="size-4 shrink-0 text-failed" /> : <CircleCheck aria-hidden className="size-4 shrink-0 text-succeeded" />}
          <h2 className="nums min-w-0 flex-1 truncate text-base font-medium">{title}</h2>
          {active && (
            <IconButton label={state.paused ? t("resume") : t("pause")} size="sm" onClick={() => uploads?.send({ type: state.paused ? "resume" : "pause" })}>
              {state.paused ? <Play aria-hidden /> : <Pause aria-hidden />}
            </IconButton>
          )}
          <IconButton label={open ? t("collapse") : t("expand")} size="sm" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? <ChevronDown aria-hidden /> : <ChevronUp aria-hidden />}
          </IconButton>
          {active ? (
            <IconButton label={t("cancelAll")} size="sm" onClick={() => uploads?.send({ type: "cancel", ids: "open" })}>
              <X aria-hidden />
            </IconButton>
          ) : (
            <IconButton label={t("closeTray")} size="sm" onClick={() => uploads?.send({ type: "clear" })}>
              <X aria-hidden />
            </IconButton>
          )}
        </div>
        <Progress fraction={fraction} label={t("overall")} tone={state.paused && active ? "waiting" : !active && counts.failed > 0 ? "failed" : "accent"} />
        <div className="nums flex items-baseline justify-between gap-3 text-sm text-ink-muted">
          <span>{t("bytesOf", { sent: formatBytes(state.sentBytes), total: formatBytes(state.totalBytes) })}</span>
          <span className="ml-auto">
            {active && !state.paused && !state.offline && (state.speed.bytesPerSecond ?? 0) >= 1 && (
              <>
                {t("speed", { speed: formatBytes(Math.round(state.speed.bytesPerSecond ?? 0)) })}
                {leftMs !== null && <> · {t("timeLeft", { duration: duration(Math.max(1000, Math.round(leftMs / 1000) * 1000)) })}</>}
              </>
            )}
            {active && state.paused && t("isPaused")}
            {active && !state.paused && state.offline && t("isOffline")}
          </span>
          <span className="min-w-9 text-right font-medium text-ink">{format.number(Math.floor(fraction * 100) / 100, { style: "percent" })}</span>
        </div>
        {state.skipped > 0 && <p className="nums text-sm text-ink-muted">{t("skipped", { count: state.skipped })}</p>}
        {counts.failed > 0 && !open && (
          <button
            type="button"
            onClick={() => {
              setAsked("failed");
              setOpen(true);
            }}
            className="flex items-center gap-1.5 self-start rounded-sm text-sm font-medium text-failed hover:underline"
          >
            <CircleAlert aria-hidden className="size-3.5" />
            {t("showFailed", { count: counts.failed })}
          </button>
        )}
      </div>
      {open && (
        <>
          <div className="flex items-center gap-2 border-t border-line px-3 py-2">
            <Segmented
              label={t("which")}
              value={show}
              onValueChange={setAsked}
              options={[
                { value: "open", label: t("open", { count: counts.queued + counts.uploading + counts.paused }) },
                { value: "failed", label: t("failed", { count: counts.failed }) },
                { value: "done", label: t("done", { count: counts.done }) },
              ]}
            />
            {show === "failed" && counts.failed > 0 && (
              <IconButton label={t("downloadFailed")} size="sm" onClick={() => void saveFailures()}>
                <Download aria-hidden />
              </IconButton>
            )}
            {show === "failed" && counts.failed > 0 && (
              <Button size="sm" className="ml-auto" icon={<RotateCcw aria-hidden />} onClick={() => uploads?.send({ type: "retry", ids: "failed" })}>
                {t("retryAll")}
              </Button>
            )}
          </div>
          <FileList key={show} state={state} show={show} />
        </>
      )}
      <span role="status" className="sr-only">
        {active ? "" : title}
      </span>
    </section>
  );
}

/** Rows further away than this are asked for when they are scrolled to. */
const margin = 20;

function FileList({ state, show }: { state: UploadSummary; show: Show }) {
  const t = useTranslations("uploads");
  const uploads = useUploads();
  const scroller = useRef<HTMLDivElement>(null);
  const { counts, watched } = state;
  const total = show === "open" ? counts.queued + counts.uploading + counts.paused : counts[show];
  const rowPx = show === "failed" ? 52 : 40;
  const virtualizer = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => rowPx, overscan: 8 });
  const items = virtualizer.getVirtualItems();
  const first = Math.max(0, (items[0]?.index ?? 0) - margin);
  const count = (items.at(-1)?.index ?? margin) - first + margin;
  useEffect(() => uploads?.watch({ show, first, count }), [uploads, show, first, count]);
  useEffect(() => () => uploads?.watch(null), [uploads]);
  const rowAt = (index: number) => (watched?.show === show ? state.rows[index - watched.first] : undefined);
  if (total === 0) return <p className="border-t border-line px-3 py-6 text-center text-sm text-ink-muted">{t(`none.${show}`)}</p>;
  return (
    <div ref={scroller} tabIndex={0} role="group" aria-label={t("files")} className="scroll-thin h-72 min-h-0 overflow-y-auto border-t border-line">
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((row) => {
          const item = rowAt(row.index);
          return (
            <li key={row.key} className="absolute inset-x-0 top-0" style={{ height: row.size, transform: `translateY(${row.start}px)` }}>
              {item && <FileRow item={item} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function FileRow({ item }: { item: UploadRow }) {
  const t = useTranslations("uploads");
  const uploads = useUploads();
  const why = useFailReason();
  const { id } = item;
  const failed = item.status === "failed";
  return (
    <div className={clsx("flex h-full items-center gap-2 border-b border-line pl-3", item.status === "done" ? "pr-3" : "pr-1.5")}>
      {item.status !== "cancelled" && <StatusIcon status={item.status} className="size-3.5" />}
      <div className="min-w-0 flex-1">
        <div className="nums flex items-baseline gap-2 text-sm">
          <span title={`${item.bucket}/${item.key}`} className="min-w-0 flex-1 truncate [direction:rtl] text-left">
            <bdi>{item.key}</bdi>
          </span>
          <span className="shrink-0 text-ink-muted">
            {item.skipped ? t("wasThere") : item.status === "uploading" ? `${formatBytes(item.sentBytes)} / ${formatBytes(item.sizeBytes)}` : formatBytes(item.sizeBytes)}
          </span>
        </div>
        {item.status === "uploading" && <Progress className="mt-1" fraction={item.sizeBytes > 0 ? item.sentBytes / item.sizeBytes : 1} label={item.key} />}
        {failed && item.reason && (
          <p title={why(item.reason)} className="truncate text-xs text-failed">
            {why(item.reason)}
          </p>
        )}
      </div>
      {failed && item.reason?.kind !== "key" && (
        <IconButton label={t("retryOne", { name: item.key })} size="sm" onClick={() => uploads?.send({ type: "retry", ids: [id] })}>
          <RotateCcw aria-hidden />
        </IconButton>
      )}
      {item.status !== "done" && (
        <IconButton label={failed ? t("forgetOne", { name: item.key }) : t("cancelOne", { name: item.key })} size="sm" onClick={() => uploads?.send({ type: "cancel", ids: [id] })} className={clsx(!failed && "text-ink-faint")}>
          <X aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

/** Why a file failed and what to do, in the page's language. */
function useFailReason(): (reason: FailReason) => string {
  const t = useTranslations("uploads.reason");
  return (reason) => {
    switch (reason.kind) {
      case "key":
        return t(`key.${reason.problem}`);
      case "refused":
        return reason.message ? t("refused", { message: reason.message }) : t("refusedPlain");
      case "network":
        return t("network");
      case "unreadable":
        return t("unreadable");
      case "store":
        if (reason.status === 507) return t("full");
        return t("store", { status: reason.status, message: reason.message || "–" });
    }
  };
}
