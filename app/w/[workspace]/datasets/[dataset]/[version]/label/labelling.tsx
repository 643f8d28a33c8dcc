"use client";

import { ChevronLeft, ChevronRight, CircleCheck, CircleHelp, Eye, Grid2x2, ImageIcon, ListChecks, Redo2, Sparkles, Square, Trash2, Undo2 } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { Button, EmptyState, ErrorNote, ErrorState, IconButton, LinkButton, Page, PageHeader, SearchInput, Segmented, Select, Skeleton, useToast, useUrlState } from "#app/ui";
import { useWorkspace } from "#app/frame";
import type { Box } from "#lib/domain/dataset";
import type { DraftChange } from "#lib/domain/draft-sample";
import type { DatasetVersion } from "#lib/protocol/datasets";
import type { Sample } from "#lib/protocol/samples";
import { ConflictNote } from "./conflict-note";
import type { Command } from "./keyboard";
import { LabelPanel } from "./label-panel";
import { LabelProgress } from "./label-progress";
import { viewOf } from "./label-state";
import { PreLabelNote } from "./pre-label-note";
import { nameOf, SampleGrid } from "./sample-grid";
import { SampleMarks } from "./sample-marks";
import { SampleStage } from "./sample-stage";
import { extendedTo, nextWhere, nowhere, only, range, stepped, toggled, type Selection } from "./selection";
import { ShortcutSheet } from "./shortcut-sheet";
import { queryOf, shownFilters } from "./shown";
import { AcceptDialog, PreLabelDialog } from "./suggestion-dialogs";
import { useKeyboard } from "./use-keyboard";
import { useLabelling } from "./use-labelling";
import { usePrefetch } from "./use-prefetch";
import { fitted, zoomed, type Zoom } from "./zoom";

const stageSize = { width: 800, height: 600 };
type Open = "help" | "pre-label" | "accept" | null;

/** A draft's pictures, one large or many small, and the labels to give them. */
export function Labelling({ version }: { version: DatasetVersion }) {
  const t = useTranslations("labelling");
  const tc = useTranslations("common");
  const format = useFormatter();
  const toast = useToast();
  const { paths } = useWorkspace();
  const { dataset, version: number } = version;
  const name = `${dataset}@${number}`;

  const [shownText, setShown] = useUrlState("show", "all");
  const [label, setLabel] = useUrlState("label");
  const [search, setSearch] = useUrlState("q");
  const [order, setOrder] = useUrlState("order", "index");
  const [modeText, setMode] = useUrlState("mode", "one");
  const mode = modeText === "grid" ? "grid" : "one";
  const shown = shownFilters.find((each) => each === shownText) ?? "all";
  const query = queryOf({ shown, label, search: useDeferredValue(search), unsureFirst: order === "unsure" });
  const queryKey = JSON.stringify(query);
  const { store, snapshot } = useLabelling(dataset, number, query);

  const [selection, setSelection] = useState<Selection & { of: string }>({ ...nowhere, of: queryKey });
  const [columns, setColumns] = useState(4);
  const [zoom, setZoom] = useState<Zoom>(fitted);
  const [drawing, setDrawing] = useState(false);
  const [box, setBox] = useState<number | null>(null);
  const [open, setOpen] = useState<Open>(null);
  const [preLabelJob, setPreLabelJob] = useState<string | null>(null);
  const labelInput = useRef<HTMLInputElement>(null);

  const state = snapshot?.state;
  const list = useMemo(() => snapshot?.list ?? [], [snapshot?.list]);
  const views = useMemo(() => (state ? list.map((index) => viewOf(state, index)) : []), [state, list]);
  // Another list begins at its own beginning.
  const here: Selection = selection.of === queryKey ? selection : only(0);
  const at = Math.min(here.at, Math.max(0, views.length - 1));
  const sample = views[at];
  const chosen = mode === "grid" && here.chosen.size > 0 ? [...here.chosen].filter((place) => place < views.length) : sample ? [at] : [];
  const targets = chosen.map((place) => list[place]!);

  const labels = useMemo(() => {
    const known = version.labels.map(({ label: text, train, validation, test, unsplit = 0 }) => ({ label: text, count: train + validation + test + unsplit }));
    const names = new Set(known.map((each) => each.label));
    // What I just made up is not known to the server yet.
    for (const { fields } of state?.outbox ?? []) {
      for (const text of [fields.label, ...(fields.boxes ?? []).map((each) => each.label)]) {
        if (text && !names.has(text)) {
          names.add(text);
          known.push({ label: text, count: 0 });
        }
      }
    }
    return known;
  }, [version.labels, state?.outbox]);
  const current = new Set(chosen.flatMap((place) => views[place]?.label ?? []));
  const boxLabel = sample?.label ?? labels[0]?.label ?? t("thing");

  const upcoming = views.slice(at + 1, at + 40).filter((view): view is Sample => view !== undefined);
  const nextUnlabelled = upcoming.filter((view) => view.label === null);
  usePrefetch(mode === "one" ? [...nextUnlabelled.slice(0, 5), ...upcoming.slice(0, 3)].map(({ url }) => url) : []);

  const choose = (next: Selection) => {
    setSelection({ ...next, of: queryKey });
    if (next.at !== at) {
      setZoom(fitted);
      setBox(null);
    }
    if (next.at > views.length - 60) void store?.more();
  };
  const onNearEnd = useCallback(() => void store?.more(), [store]);

  /** After a change that settles pictures: on to the next one that waits. */
  const goOn = (wasWaiting: boolean) => {
    const last = Math.max(...chosen);
    const next = wasWaiting ? nextWhere(last, views.length, (place) => !chosen.includes(place) && views[place]?.label === null && !views[place]?.dropped) : Math.min(last + 1, views.length - 1);
    if (next !== null) choose(only(next));
    else if (mode === "grid") choose(only(last));
  };
  const change = (fields: DraftChange | ((view: Sample) => DraftChange | null), on: boolean) => {
    if (!store || targets.length === 0) return;
    const wasWaiting = chosen.some((place) => views[place]?.label === null);
    store.change(targets, fields);
    if (on) goOn(wasWaiting);
  };
  const setBoxes = (boxes: Box[]) => sample && store?.change([sample.index], { boxes });
  const give = (text: string) => {
    if (sample && box !== null && sample.boxes[box]) setBoxes(sample.boxes.map((each, i) => (i === box ? { ...each, label: text } : each)));
    else change({ label: text }, true);
  };
  const replay = (which: "undo" | "redo") => {
    if (!store) return;
    const { done, refused } = store.replay(which);
    const place = done[0] === undefined ? -1 : list.indexOf(done[0]);
    if (place >= 0) choose(done.length > 1 ? { at: place, anchor: place, chosen: new Set(done.map((index) => list.indexOf(index)).filter((each) => each >= 0)) } : only(place));
    if (refused.length > 0) {
      const other = state?.samples.get(refused[0]!);
      toast.show({ title: t(which === "undo" ? "notUndone" : "notRedone", { count: refused.length }), text: t("changedSince", { who: other?.labelledBy ?? t("somebody"), name: other ? nameOf(other) : "" }) });
    }
  };
  const accept = () => change((view) => (view.label === null ? view.suggestion && { label: view.suggestion.label } : { state: "accepted" }), true);
  const drop = () => {
    if (sample && box !== null) {
      setBoxes(sample.boxes.filter((_, i) => i !== box));
      setBox(null);
    } else change((view) => ({ dropped: !view.dropped }), false);
  };

  const perform = (command: Command) => {
    switch (command.do) {
      case "label": {
        const wanted = labels[command.place];
        return wanted && give(wanted.label);
      }
      case "move": {
        const to = stepped(at, command.by, mode === "grid" ? columns : 1, views.length);
        return choose(command.extend && mode === "grid" ? extendedTo(here, to) : only(to));
      }
      case "accept": return accept();
      case "review": return change({ state: "to-review" }, true);
      case "drop": return drop();
      case "clear": return change({ label: null }, false);
      case "undo":
      case "redo": return replay(command.do);
      case "all": {
        if (mode === "one") setMode("grid");
        return choose({ at, anchor: at, chosen: new Set(range(0, views.length - 1)) });
      }
      case "next-unlabelled": {
        const next = nextWhere(at, views.length, (place) => views[place]?.label === null && !views[place]?.dropped);
        return next === null ? toast.show({ title: t("allLabelled") }) : choose(only(next));
      }
      case "more-labels": return labelInput.current?.focus();
      case "mode": return setMode(mode === "grid" ? "one" : "grid");
      case "help": return setOpen("help");
      case "zoom-in": return setZoom(zoomed(zoom, 1.3, stageSize));
      case "zoom-out": return setZoom(zoomed(zoom, 1 / 1.3, stageSize));
      case "zoom-fit": return setZoom(fitted);
      case "boxes": return setDrawing(!drawing);
      case "escape": {
        if (box !== null) setBox(null);
        else if (drawing) setDrawing(false);
        else choose(only(at));
      }
    }
  };
  useKeyboard(perform);

  const conflicts = state?.conflicts ?? new Map<number, DraftChange>();
  const conflictHere = sample ? conflicts.get(sample.index) : undefined;
  const otherConflict = [...conflicts.keys()].find((index) => index !== sample?.index);
  const filtered = shown !== "all" || label !== "" || search !== "";
  const loading = !snapshot || (snapshot.listLoading && views.length === 0);
  const waiting = new Set(state?.outbox.map(({ index }) => index)).size;

  return (
    <Page kind="work" className="min-h-full gap-3 pb-4!">
      <PageHeader
        title={t("titleOf", { name })}
        actions={
          <>
            <Button icon={<Sparkles aria-hidden />} onClick={() => setOpen("pre-label")}>{t("preLabel.open")}</Button>
            <Button icon={<ListChecks aria-hidden />} onClick={() => setOpen("accept")}>{t("accept.open")}</Button>
            <LinkButton href={paths.dataset(name)}>{t("toVersion", { name })}</LinkButton>
          </>
        }
      />
      <LabelProgress samples={version.samples} unlabelled={version.unlabelled} labelledAtMs={snapshot?.labelledAtMs ?? []} save={snapshot?.save ?? "saving"} waiting={waiting} />
      {snapshot?.problem != null && <ErrorNote error={snapshot.problem} />}
      {preLabelJob && <PreLabelNote job={preLabelJob} onChanged={() => void store?.reread()} />}
      <div className="flex flex-wrap items-center gap-2">
        <Segmented label={t("mode")} value={mode} onValueChange={setMode} options={[{ value: "one", label: t("modes.one"), icon: <ImageIcon aria-hidden /> }, { value: "grid", label: t("modes.grid"), icon: <Grid2x2 aria-hidden /> }]} />
        <Select label={t("show")} value={shown} onValueChange={setShown} options={shownFilters.map((value) => ({ value, label: t(`shown.${value}`) }))} className="w-auto!" />
        <Select
          label={t("label")}
          value={label || "*"}
          onValueChange={(value) => setLabel(value === "*" ? "" : value)}
          options={[{ value: "*", label: `${t("label")}: ${tc("all")}` }, ...labels.map((each) => ({ value: each.label, label: each.label }))]}
          className="w-auto! max-w-44 max-sm:hidden!"
        />
        <Select label={t("order")} value={order === "unsure" || shown === "unsure" ? "unsure" : "index"} onValueChange={setOrder} options={(["index", "unsure"] as const).map((value) => ({ value, label: t(`orders.${value}`) }))} className="w-auto! max-sm:hidden!" />
        <SearchInput label={t("searchFiles")} value={search} onValueChange={setSearch} className="w-full sm:w-48" />
        <div className="ml-auto flex items-center gap-1">
          <IconButton label={t("undo")} disabled={!state?.undo.length} onClick={() => replay("undo")}><Undo2 aria-hidden /></IconButton>
          <IconButton label={t("redo")} disabled={!state?.redo.length} onClick={() => replay("redo")}><Redo2 aria-hidden /></IconButton>
          <IconButton label={t("keys.help")} onClick={() => setOpen("help")}><CircleHelp aria-hidden /></IconButton>
        </div>
      </div>
      {otherConflict !== undefined && (
        <p role="status" className="text-sm text-failed">
          {t("conflictsOpen", { count: conflicts.size })}{" "}
          <button type="button" className="underline" onClick={() => choose(only(Math.max(0, list.indexOf(otherConflict))))}>{t("showConflict")}</button>
        </p>
      )}
      <div className="grid flex-1 gap-3 max-lg:grid-rows-[1fr_auto] lg:gap-4 lg:grid-cols-[minmax(0,1fr)_15rem]">
        <div className="flex min-w-0 flex-col gap-2">
          {snapshot?.listError != null && views.length === 0 ? (
            <ErrorState error={snapshot.listError} onRetry={() => void store?.open(query)} />
          ) : loading ? (
            <div role="status" aria-busy="true" className="flex-1"><Skeleton className="h-[50dvh] w-full rounded-md" /></div>
          ) : views.length === 0 ? (
            filtered ? (
              <div className="flex flex-col items-center gap-3 rounded-md border border-dashed border-line-strong px-4 py-10 text-center text-base text-ink-muted">
                {shown === "unlabelled" ? t("allLabelled") : tc("nothingMatchesFilters")}
                <Button size="sm" onClick={() => { setShown("all"); setLabel(""); setSearch(""); }}>{tc("clearFilters")}</Button>
              </div>
            ) : (
              <EmptyState title={t("empty.title")} lines={[t("empty.line1"), t("empty.line2")]} />
            )
          ) : mode === "grid" ? (
            <SampleGrid
              views={views}
              conflicts={new Set(conflicts.keys())}
              selection={{ ...here, at }}
              onColumns={setColumns}
              onClick={(place, how) => choose(how === "extend" ? extendedTo(here, place) : how === "toggle" ? toggled(here, place) : only(place))}
              onChoose={(places) => places.length > 0 && choose({ at: places.at(-1)!, anchor: places[0]!, chosen: new Set(places) })}
              onOpen={(place) => { choose(only(place)); setMode("one"); }}
              onNearEnd={onNearEnd}
            />
          ) : (
            sample && (
              <div className="flex min-h-[45dvh] flex-1 flex-col gap-2">
                <SampleStage sample={sample} zoom={zoom} onZoom={setZoom} drawing={drawing} boxLabel={boxLabel} chosenBox={box} onChooseBox={setBox} onBoxes={setBoxes} onBroken={() => void store?.open(query)} />
                <div className="flex min-w-0 items-center gap-2">
                  <IconButton label={tc("previous")} kind="secondary" disabled={at === 0} onClick={() => choose(only(at - 1))}><ChevronLeft aria-hidden /></IconButton>
                  <div className="min-w-0 flex-1">
                    <SampleMarks sample={sample} conflict={conflictHere !== undefined} />
                    <p className="truncate text-xs text-ink-muted" title={sample.key}>
                      <span className="nums">{t("place", { place: format.number(at + 1), count: format.number(views.length), more: snapshot.listEnd ? "no" : "yes" })}</span>
                      {" · "}
                      {nameOf(sample)}
                      {sample.labelledBy && ` · ${sample.labelledBy}`}
                    </p>
                  </div>
                  <IconButton label={tc("next")} kind="secondary" disabled={at >= views.length - 1} onClick={() => choose(only(at + 1))}><ChevronRight aria-hidden /></IconButton>
                </div>
              </div>
            )
          )}
          {sample && conflictHere && <ConflictNote sample={sample} wanted={conflictHere} onSettle={(whose) => store?.settle(sample.index, whose)} />}
        </div>
        <aside aria-label={t("labels")} className="sticky bottom-0 z-10 -mx-4 flex max-h-[45dvh] min-w-0 flex-col gap-2 border-t border-line bg-canvas px-4 py-2 lg:top-2 lg:bottom-auto lg:z-auto lg:mx-0 lg:max-h-[calc(100dvh-5rem)] lg:gap-3 lg:self-start lg:border-0 lg:p-0">
          {mode === "grid" && <p role="status" className="nums text-sm text-ink-muted">{t("chosen", { count: chosen.length })}</p>}
          <LabelPanel labels={labels} current={current} inputRef={labelInput} onLabel={give} onLeave={() => labelInput.current?.blur()} />
          <div className="flex flex-wrap gap-1.5">
            <Button size="sm" icon={<CircleCheck aria-hidden />} disabled={chosen.length === 0} onClick={accept}>{t("acceptOne")}</Button>
            <Button size="sm" icon={<Eye aria-hidden />} disabled={chosen.length === 0} onClick={() => change({ state: "to-review" }, true)}>{t("toReview")}</Button>
            <Button size="sm" icon={<Trash2 aria-hidden />} disabled={chosen.length === 0} onClick={drop}>{sample?.dropped ? t("takeBack") : t("drop")}</Button>
            {mode === "one" && <Button size="sm" icon={<Square aria-hidden />} aria-pressed={drawing} className={drawing ? "border-accent! text-accent-ink!" : ""} onClick={() => setDrawing(!drawing)}>{t("drawBoxes")}</Button>}
          </div>
          <p className="hidden text-sm text-ink-muted lg:block">{t("hint")}</p>
        </aside>
      </div>
      <ShortcutSheet open={open === "help"} onOpenChange={(on) => setOpen(on ? "help" : null)} />
      <PreLabelDialog dataset={dataset} version={number} open={open === "pre-label"} onOpenChange={(on) => setOpen(on ? "pre-label" : null)} onStarted={setPreLabelJob} />
      <AcceptDialog dataset={dataset} version={number} open={open === "accept"} onOpenChange={(on) => setOpen(on ? "accept" : null)} />
    </Page>
  );
}
