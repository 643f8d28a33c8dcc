"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, SearchInput, Select, useUrlState } from "#app/ui";
import { reviewStates, splits } from "#lib/domain/dataset";
import type { DatasetVersion } from "#lib/protocol/datasets";
import type { SampleFilter } from "./use-pages";

const keys = ["label", "split", "state", "finding", "group", "dropped", "q"] as const;
const all = "*";

/** Which samples are shown, all of it in the address. */
export function useGalleryFilter() {
  const state = {
    label: useUrlState("label"), split: useUrlState("split"), state: useUrlState("state"), finding: useUrlState("finding"),
    group: useUrlState("group"), dropped: useUrlState("dropped"), q: useUrlState("q"),
  };
  const split = splits.find((each) => each === state.split[0]);
  const review = reviewStates.find((each) => each === state.state[0]);
  const group = /^\d{1,9}$/.test(state.group[0]) ? Number(state.group[0]) : undefined;
  const dropped = state.dropped[0] === "true" || state.dropped[0] === "any" ? state.dropped[0] : undefined;
  const filter: SampleFilter = {
    ...(state.label[0] && { label: state.label[0] }), ...(split && { split }), ...(review && { state: review }),
    ...(state.finding[0] && { finding: state.finding[0] }), ...(group !== undefined && { group }), ...(dropped && { dropped }),
    ...(state.q[0].trim() && { search: state.q[0].trim() }),
  };
  return { state, filter, filtered: keys.some((key) => state[key][0] !== ""), clear: () => keys.forEach((key) => state[key][1]("")) };
}

export function GalleryFilters({ version, state }: { version: DatasetVersion; state: ReturnType<typeof useGalleryFilter>["state"] }) {
  const t = useTranslations("datasets");
  const tc = useTranslations("common");
  const draft = version.status === "draft" || version.status === "freezing";
  const choice = (key: "label" | "split" | "state" | "dropped", label: string, options: readonly { value: string; label: string }[], none = tc("all")) => (
    <Select
      label={label}
      value={state[key][0] || all}
      onValueChange={(value) => state[key][1](value === all ? "" : value)}
      options={[{ value: all, label: `${label}: ${none}` }, ...options]}
      className="w-auto! max-w-56"
    />
  );
  return (
    <>
      <SearchInput label={t("searchFiles")} value={state.q[0]} onValueChange={state.q[1]} className="w-full sm:w-64" />
      {choice("label", t("label"), version.labels.map(({ label }) => ({ value: label, label })))}
      {choice("split", t("splitName"), splits.map((split) => ({ value: split, label: t(`split.${split}`) })))}
      {(draft || version.unlabelled > 0) && choice("state", t("state.name"), reviewStates.map((review) => ({ value: review, label: t(`state.${review}`) })))}
      {draft && choice("dropped", t("finder.dropped"), [{ value: "true", label: t("finder.droppedOnly") }, { value: "any", label: t("finder.any") }], t("finder.present"))}
      {state.finding[0] && <Chip text={`${t("finder.finding")}: ${t.has(`findingShort.${state.finding[0]}` as never) ? t(`findingShort.${state.finding[0]}` as never) : state.finding[0]}`} onClear={() => state.finding[1]("")} />}
      {state.group[0] && <Chip text={t("finder.group", { group: state.group[0] })} onClear={() => state.group[1]("")} />}
    </>
  );
}

function Chip({ text, onClear }: { text: string; onClear: () => void }) {
  const tc = useTranslations("common");
  return (
    <Button size="sm" icon={<X aria-hidden />} onClick={onClear} aria-label={`${tc("clearFilters")}: ${text}`}>
      {text}
    </Button>
  );
}
