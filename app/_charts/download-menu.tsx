"use client";

import { Braces, Download, Sheet as SheetIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, Menu, useToast } from "#app/ui";
import { toCsv, type Cell } from "./csv";
import { saveText } from "./save-file";

export type Table = { header: readonly string[]; rows: readonly (readonly Cell[])[] };

/** The numbers beside it as files. `table` and `value` may take their time to gather; a failure is said. */
export function DownloadMenu({ fileName, table, value, label }: { fileName: string; table?: () => Table | Promise<Table>; value?: () => unknown; label?: string }) {
  const t = useTranslations("charts");
  const tc = useTranslations("common");
  const toast = useToast();
  const [busy, setBusy] = useState(false);

  async function save(write: () => Promise<void>) {
    setBusy(true);
    try {
      await write();
    } catch (error) {
      toast.fail(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Menu
      items={[
        ...(table
          ? [
              {
                label: "CSV",
                icon: <SheetIcon aria-hidden />,
                onSelect: () =>
                  void save(async () => {
                    const { header, rows } = await table();
                    saveText(`${fileName}.csv`, toCsv(header, rows), "text/csv;charset=utf-8");
                  }),
              },
            ]
          : []),
        ...(value
          ? [
              {
                label: "JSON",
                icon: <Braces aria-hidden />,
                onSelect: () => void save(async () => saveText(`${fileName}.json`, `${JSON.stringify(await value(), null, 2)}\n`, "application/json")),
              },
            ]
          : []),
      ]}
    >
      <Button size="sm" kind="ghost" busy={busy} icon={<Download aria-hidden />} aria-label={label ? t("downloadThing", { thing: label }) : undefined}>
        {tc("download")}
      </Button>
    </Menu>
  );
}
