"use client";

import { LayoutGrid, List } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, SearchInput, Segmented } from "#app/ui";

export type View = "grid" | "list";

export function BucketToolbar({
  search,
  onSearch,
  view,
  onView,
  shown,
  complete,
  onSelectAll,
}: {
  search: string;
  onSearch: (search: string) => void;
  view: View;
  onView: (view: View) => void;
  shown: number | undefined;
  complete: boolean;
  onSelectAll: () => void;
}) {
  const t = useTranslations("buckets");
  const tc = useTranslations("common");
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <SearchInput label={t("searchFolder")} value={search} onValueChange={onSearch} className="w-full sm:w-64" />
      <span role="status" className="nums min-w-24 text-sm text-ink-muted">
        {shown === undefined ? "" : complete ? t("items", { count: shown }) : t("itemsMore", { count: shown })}
      </span>
      <div className="ml-auto flex items-center gap-2">
        {view === "grid" && Boolean(shown) && (
          <Button kind="ghost" size="sm" onClick={onSelectAll}>
            {tc("selectAll")}
          </Button>
        )}
        <Segmented
          label={t("view.label")}
          value={view}
          onValueChange={onView}
          options={[
            { value: "grid", label: t("view.grid"), icon: <LayoutGrid aria-hidden /> },
            { value: "list", label: t("view.list"), icon: <List aria-hidden /> },
          ]}
        />
      </div>
    </div>
  );
}
