"use client";

import { useTranslations } from "next-intl";
import { Button, Dialog } from "#app/ui";
import type { Aligned } from "./align";

const mostRows = 200;

/** The same numbers as a table; a long one is thinned out, the CSV has every row. */
export function ChartTable({
  open,
  onOpenChange,
  title,
  xLabel,
  curves,
  aligned,
  formatX,
  formatY,
  onDownload,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  xLabel: string;
  curves: readonly { key: string; label: string }[];
  aligned: Aligned;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  onDownload: () => void;
}) {
  const t = useTranslations("charts");
  const count = aligned.xs.length;
  const stride = Math.max(1, Math.ceil(count / mostRows));
  const rows = open ? aligned.xs.map((x, index) => ({ x, index })).filter(({ index }) => index % stride === 0 || index === count - 1) : [];
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={stride > 1 ? t("thinned", { shown: rows.length, count }) : undefined}
      size="md"
      footer={<Button onClick={onDownload}>{t("csv")}</Button>}
    >
      <div role="region" aria-label={title} tabIndex={0} className="-m-1 overflow-x-auto p-1">
        <table className="nums w-full text-base">
          <thead>
            <tr className="border-b border-line text-sm text-ink-muted">
              <th scope="col" className="py-1 pr-4 text-right font-medium">
                {xLabel}
              </th>
              {curves.map((curve) => (
                <th key={curve.key} scope="col" className="py-1 pl-4 text-right font-medium">
                  {curve.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ x, index }) => (
              <tr key={x} className="border-b border-line last:border-b-0">
                <th scope="row" className="py-1 pr-4 text-right font-normal">
                  {formatX(x)}
                </th>
                {aligned.ys.map((column, curve) => {
                  const value = column[index];
                  return (
                    <td key={curves[curve]?.key ?? curve} className="py-1 pl-4 text-right">
                      {value === null || value === undefined ? "" : formatY(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}
