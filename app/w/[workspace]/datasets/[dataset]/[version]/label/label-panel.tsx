"use client";

import clsx from "clsx";
import { Plus } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useId, useState, type Ref } from "react";
import { Input } from "#app/ui";

export type PanelLabel = { label: string; count: number };

type Props = {
  labels: readonly PanelLabel[];
  /** the labels of what is chosen */
  current: ReadonlySet<string>;
  inputRef: Ref<HTMLInputElement>;
  onLabel: (label: string) => void;
  onLeave: () => void;
};

/** Every label with its number key; typing narrows them, Enter gives the first, and a new one is made where none fits. */
export function LabelPanel({ labels, current, inputRef, onLabel, onLeave }: Props) {
  const t = useTranslations("labelling");
  const format = useFormatter();
  const listId = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const wanted = text.trim();
  const fitting = labels
    .map((each, place) => ({ ...each, place }))
    .filter(({ label }) => label.toLowerCase().includes(wanted.toLowerCase()))
    .slice(0, 200);
  const isNew = wanted !== "" && !labels.some(({ label }) => label === wanted);
  const give = (label: string) => {
    setText("");
    setAt(0);
    onLabel(label);
  };
  const choices = fitting.length + (isNew ? 1 : 0);
  return (
    <div className="flex min-h-0 min-w-0 flex-col gap-2">
      <Input
        ref={inputRef}
        value={text}
        maxLength={255}
        aria-label={t("findLabel")}
        placeholder={t("findLabel")}
        aria-controls={listId}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            setText("");
            onLeave();
          } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            setAt(Math.min(choices - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1))));
          } else if (event.key === "Enter" && wanted !== "") {
            const chosen = fitting[at]?.label ?? wanted;
            give(chosen);
            onLeave();
          } else return;
          event.preventDefault();
        }}
      />
      <ul id={listId} aria-label={t("labels")} className="flex min-h-0 flex-wrap gap-1.5 overflow-y-auto lg:flex-col lg:flex-nowrap lg:gap-0.5">
        {fitting.map(({ label, count, place }, i) => (
          <li key={label} className="max-w-full min-w-0">
            <button
              type="button"
              onClick={() => give(label)}
              aria-pressed={current.has(label)}
              aria-keyshortcuts={place < 9 ? String(place + 1) : undefined}
              className={clsx(
                "row-h flex w-full min-w-0 items-center gap-2 rounded-md border px-2 text-left text-base hover:bg-hover",
                current.has(label) ? "border-accent-line bg-accent-soft text-accent-ink" : "border-line lg:border-transparent",
                wanted !== "" && i === at && "bg-hover",
              )}
            >
              <kbd className="hidden w-4 shrink-0 font-mono text-xs text-ink-faint lg:inline">{place < 9 ? place + 1 : ""}</kbd>
              <span className="min-w-0 flex-1 truncate">{label}</span>
              <span className="nums hidden shrink-0 text-xs text-ink-muted lg:inline">{format.number(count)}</span>
            </button>
          </li>
        ))}
        {isNew && (
          <li className="max-w-full min-w-0">
            <button type="button" onClick={() => give(wanted)} className={clsx("row-h flex w-full min-w-0 items-center gap-2 rounded-md px-2 text-left text-base text-accent-ink hover:bg-hover", at === fitting.length && "bg-hover")}>
              <Plus aria-hidden className="size-4 shrink-0" />
              <span className="min-w-0 truncate">{t("newLabel", { label: wanted })}</span>
            </button>
          </li>
        )}
        {choices === 0 && <li className="px-2 py-1 text-sm text-ink-muted">{t("noLabelsYet")}</li>}
      </ul>
    </div>
  );
}
