"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { ArrowDownToLine, Download, OctagonAlert, TriangleAlert } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Button, ErrorNote, IconButton, Note, SearchInput, Section, Select, Skeleton, Switch, useUrlState } from "#app/ui";
import { saveText } from "#app/charts";
import { logLevels } from "#lib/protocol/jobs";
import { linesOf } from "./event-log";
import { cutAtHits, filterLines, logText, type LogLevel, type NumberedLine } from "./log-filter";
import type { JobEvents } from "./use-job-events";

const nearEndPx = 24;

/** The log from line 1, live at its end. Follows the end until the person scrolls away from it. */
export function JobLog({ events, ended, fileName }: { events: JobEvents; ended: boolean; fileName: string }) {
  const t = useTranslations("jobs.log");
  const tc = useTranslations("common");
  const [search, setSearch] = useUrlState("log");
  const [levelText, setLevel] = useUrlState("level", "debug");
  const level = logLevels.find((each) => each === levelText) ?? "debug";
  const lines = useMemo(() => linesOf(events.log), [events.log]);
  const deferredSearch = useDeferredValue(search);
  const shown = useMemo(() => filterLines(lines, level, deferredSearch), [lines, level, deferredSearch]);
  const [follow, setFollow] = useState(!ended);
  const scrollRef = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => 20,
    overscan: 30,
    getItemKey: (index) => `${shown[index]!.attempt}:${shown[index]!.seq}`,
  });

  useEffect(() => {
    if (follow && shown.length > 0) virtualizer.scrollToIndex(shown.length - 1, { align: "end" });
  }, [follow, shown.length, virtualizer]);

  const lastTop = useRef(0);
  function onScroll() {
    const element = scrollRef.current;
    if (!element) return;
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    // Only moving up means "let me read": rows that are measured also move the view.
    if (element.scrollTop < lastTop.current - 4 && fromEnd > nearEndPx * 2) setFollow(false);
    lastTop.current = element.scrollTop;
  }

  const manyAttempts = events.log.attempts.length > 1;
  return (
    <Section
      title={t("label")}
      actions={
        <>
          <span role="status" className="nums text-sm text-ink-muted max-sm:hidden">
            {events.reading && lines.length > 0
              ? t("reading", { count: lines.length })
              : shown.length === lines.length
                ? t("lines", { count: lines.length })
                : t("found", { found: shown.length, count: lines.length })}
          </span>
          <Button size="sm" kind="ghost" icon={<Download aria-hidden />} busy={events.reading} disabled={lines.length === 0} onClick={() => saveText(`${fileName}.log`, logText(lines), "text/plain;charset=utf-8")}>
            {t("download")}
          </Button>
        </>
      }
    >
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <SearchInput label={t("search")} value={search} onValueChange={setSearch} className="w-full sm:w-64" />
        <Select
          label={t("level")}
          value={level}
          onValueChange={(value: LogLevel) => setLevel(value)}
          options={logLevels.map((value) => ({ value, label: t(`levels.${value}`) }))}
          className="w-auto! max-w-56"
        />
        <div className="ml-auto flex items-center gap-2">
          {!ended && <Switch label={t("follow")} checked={follow} onCheckedChange={setFollow} />}
          <IconButton label={t("toEnd")} disabled={shown.length === 0} onClick={() => virtualizer.scrollToIndex(shown.length - 1, { align: "end" })}>
            <ArrowDownToLine aria-hidden />
          </IconButton>
        </div>
      </div>
      {events.error !== null && (
        <div className="mb-2">
          <ErrorNote error={events.error}>
            <Button size="sm" className="mt-2" onClick={events.retry}>
              {tc("retry")}
            </Button>
          </ErrorNote>
        </div>
      )}
      {!events.live && !ended && !events.reading && (
        <div className="mb-2">
          <Note kind="warning">{t("disconnected")}</Note>
        </div>
      )}
      <div
        ref={scrollRef}
        onScroll={onScroll}
        role="region"
        aria-label={t("label")}
        tabIndex={0}
        className="scroll-thin relative h-[min(60dvh,34rem)] min-h-48 overflow-y-auto overscroll-contain rounded-md border border-line bg-sunken font-mono text-sm leading-5"
      >
        {lines.length === 0 && events.reading ? (
          <div className="flex flex-col gap-2 p-3">
            {["w-2/3", "w-1/2", "w-3/5", "w-2/5"].map((width) => (
              <Skeleton key={width} className={clsx("h-3", width)} />
            ))}
          </div>
        ) : shown.length === 0 ? (
          <p className="p-3 font-sans text-base text-ink-muted">
            {lines.length > 0 ? (deferredSearch.trim() ? tc("nothingMatches", { search: deferredSearch.trim() }) : tc("nothingMatchesFilters")) : ended ? t("emptyEver") : t("empty")}
          </p>
        ) : (
          <div role="list" className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map((item) => {
              const line = shown[item.index]!;
              const first = manyAttempts && line.attempt !== shown[item.index - 1]?.attempt;
              return (
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={virtualizer.measureElement}
                  role="listitem"
                  aria-setsize={shown.length}
                  aria-posinset={item.index + 1}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {first && <div className="border-y border-line bg-surface px-3 py-0.5 font-sans text-xs font-medium text-ink-muted">{t("attempt", { attempt: line.attempt })}</div>}
                  <Line line={line} search={deferredSearch} />
                </div>
              );
            })}
          </div>
        )}
      </div>
    </Section>
  );
}

function Line({ line, search }: { line: NumberedLine; search: string }) {
  const t = useTranslations("jobs.log");
  const locale = useLocale();
  const pieces = cutAtHits(line.text, search);
  const time = new Date(line.atMs);
  const loud = line.level === "warn" || line.level === "error";
  return (
    <div
      className={clsx(
        "grid grid-cols-[2.75rem_minmax(0,1fr)] gap-x-2 px-2 hover:bg-hover sm:grid-cols-[3.75rem_4.75rem_minmax(0,1fr)]",
        line.level === "error" && "bg-failed-soft",
        line.level === "warn" && "bg-waiting-soft",
      )}
    >
      <span title={t("line", { line: line.number })} className={clsx("nums select-none text-right", loud ? "text-ink-muted" : "text-ink-faint")}>
        {line.number}
      </span>
      <time
        dateTime={time.toISOString()}
        title={new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(time)}
        className={clsx("nums select-none max-sm:hidden", loud ? "text-ink-muted" : "text-ink-faint")}
      >
        {time.toLocaleTimeString("en-GB")}
      </time>
      <span className={clsx("min-w-0 break-words whitespace-pre-wrap", line.level === "debug" && "text-ink-muted")}>
        {loud && (
          <span className={clsx("mr-1.5 inline-flex items-center gap-1 font-sans font-medium", line.level === "error" ? "text-failed" : "text-waiting")}>
            {line.level === "error" ? <OctagonAlert aria-hidden className="size-3.5" /> : <TriangleAlert aria-hidden className="size-3.5" />}
            {t(`levelName.${line.level}`)}
          </span>
        )}
        {pieces.map((piece, index) => (index % 2 ? <mark key={index} className="rounded-sm bg-accent-soft text-ink outline-1 outline-accent-line">{piece}</mark> : piece))}
      </span>
    </div>
  );
}
