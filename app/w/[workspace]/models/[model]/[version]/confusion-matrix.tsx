"use client";

import clsx from "clsx";
import { useFormatter, useTranslations } from "next-intl";
import { useRef, useState, type KeyboardEvent } from "react";
import { Section } from "#app/ui";
import { DownloadMenu } from "#app/charts";
import { confusedPairs, rowTotal, shareOf, stepIn, type Confusion } from "./confusion";

/** From here on a matrix is no longer read cell by cell; the list of mix-ups says more. */
const mostLabels = 40;
const mostPairs = 20;

type Props = { confusion: Confusion; labels: readonly string[]; fileName: string; onPick: (label: string, predicted: string) => void };

/** What was called what: rows are the true labels, columns what the model said. */
export function ConfusionMatrix({ confusion, labels, fileName, onPick }: Props) {
  const t = useTranslations("models.confusion");
  return (
    <Section
      title={t("title")}
      actions={
        <DownloadMenu
          fileName={fileName}
          label={t("title")}
          table={() => ({ header: [t("corner"), ...labels], rows: confusion.map((row, label) => [labels[label]!, ...row]) })}
          value={() => ({ labels, confusion })}
        />
      }
    >
      <p className="mb-3 max-w-[72ch] text-base text-ink-muted">{t("text")}</p>
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        {labels.length <= mostLabels ? <Matrix confusion={confusion} labels={labels} onPick={onPick} /> : <p className="text-base text-ink-muted">{t("tooMany", { count: labels.length })}</p>}
        <PairList confusion={confusion} labels={labels} onPick={onPick} />
      </div>
    </Section>
  );
}

function Matrix({ confusion, labels, onPick }: Omit<Props, "fileName">) {
  const t = useTranslations("models.confusion");
  const format = useFormatter();
  const size = labels.length;
  const [at, setAt] = useState({ label: 0, predicted: 0 });
  const [shown, setShown] = useState(false);
  const tableRef = useRef<HTMLTableElement>(null);

  function sentence(label: number, predicted: number): string {
    const count = confusion[label]?.[predicted] ?? 0;
    const values = { count: format.number(count), of: format.number(rowTotal(confusion[label] ?? [])), label: labels[label]!, predicted: labels[predicted]! };
    return label === predicted ? t("cellRight", values) : t("cellWrong", values);
  }

  function onKeyDown(event: KeyboardEvent) {
    const next = stepIn(size, at, event.key);
    if (!next) return;
    event.preventDefault();
    setAt(next);
    tableRef.current?.querySelector<HTMLButtonElement>(`[data-cell="${next.label}-${next.predicted}"]`)?.focus();
  }

  const cell = size <= 12 ? "h-8 min-w-9" : "h-6 min-w-7 text-xs";
  return (
    <div className="min-w-0">
      <div role="region" aria-label={t("title")} tabIndex={-1} className="scroll-thin overflow-x-auto rounded-md border border-line bg-surface pb-2 pr-2">
        <table ref={tableRef} onKeyDown={onKeyDown} onPointerLeave={() => setShown(false)} className={clsx("border-separate border-spacing-px text-sm", size <= 24 && "w-full")}>
          <caption className="sr-only">{t("caption")}</caption>
          <thead>
            <tr>
              <th scope="col" className="sticky left-0 z-10 min-w-28 bg-surface px-2 pb-1 text-left align-bottom text-xs font-normal text-ink-muted">
                {t("corner")}
              </th>
              {labels.map((label, predicted) => (
                <th key={label} scope="col" className={clsx("h-28 p-0 text-center align-bottom font-normal", predicted === at.predicted && shown ? "text-ink" : "text-ink-muted")}>
                  <span className="inline-block max-h-28 rotate-180 truncate py-1 [text-orientation:sideways] [writing-mode:vertical-rl]" title={label}>
                    {label}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, row) => (
              <tr key={label}>
                <th scope="row" title={label} className={clsx("sticky left-0 z-10 max-w-40 truncate bg-surface px-2 text-left font-normal", row === at.label && shown ? "text-ink" : "text-ink-muted")}>
                  {label}
                </th>
                {labels.map((predicted, column) => {
                  const count = confusion[row]?.[column] ?? 0;
                  const share = shareOf(confusion, row, column);
                  const current = at.label === row && at.predicted === column;
                  return (
                    <td key={predicted} className="p-0">
                      <button
                        type="button"
                        data-cell={`${row}-${column}`}
                        tabIndex={current ? 0 : -1}
                        aria-label={sentence(row, column)}
                        onFocus={() => {
                          setAt({ label: row, predicted: column });
                          setShown(true);
                        }}
                        onPointerEnter={() => {
                          setAt({ label: row, predicted: column });
                          setShown(true);
                        }}
                        onClick={() => row !== column && count > 0 && onPick(label, predicted)}
                        style={{ backgroundColor: shade(share, row === column) }}
                        className={clsx(
                          "nums w-full rounded-sm -outline-offset-1",
                          cell,
                          count === 0 ? "text-ink-faint" : "text-ink",
                          row !== column && count > 0 ? "hover:ring-1 hover:ring-ink-faint" : "cursor-default",
                          row === column && "font-medium",
                        )}
                      >
                        {count === 0 ? <span aria-hidden>·</span> : format.number(count)}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p aria-hidden className="nums mt-2 min-h-5 text-base">
        {shown ? sentence(at.label, at.predicted) : <span className="text-ink-muted">{t("hint")}</span>}
      </p>
    </div>
  );
}

/** Right answers in the accent, mistakes in orange; never so strong that ink on it gets hard to read. */
function shade(share: number, right: boolean): string {
  if (share === 0) return "var(--sunken)";
  const strength = 6 + Math.sqrt(share) * 36;
  return `color-mix(in oklab, var(${right ? "--series-1" : "--series-2"}) ${strength.toFixed(1)}%, var(--surface))`;
}

/** The most frequent mix-ups in words. */
function PairList({ confusion, labels, onPick }: Omit<Props, "fileName">) {
  const t = useTranslations("models.confusion");
  const format = useFormatter();
  const pairs = confusedPairs(confusion);
  return (
    <div className="min-w-0">
      <h3 className="mb-1.5 text-sm font-medium text-ink-muted">{t("pairs")}</h3>
      {pairs.length === 0 ? (
        <p className="text-base text-ink-muted">{t("noPairs")}</p>
      ) : (
        <ul className="rounded-md border border-line bg-surface">
          {pairs.slice(0, mostPairs / (labels.length <= mostLabels ? 2 : 1)).map(({ label, predicted, count, of }) => (
            <li key={`${label}-${predicted}`} className="border-b border-line last:border-b-0">
              <button type="button" onClick={() => onPick(labels[label]!, labels[predicted]!)} className="row-h flex w-full items-center gap-2 px-3 py-1 text-left text-base -outline-offset-2 hover:bg-hover">
                <span className="min-w-0 flex-1">{t("pair", { label: labels[label]!, predicted: labels[predicted]! })}</span>
                <span className="nums shrink-0 text-sm text-ink-muted">{t("countOf", { count: format.number(count), of: format.number(of) })}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
