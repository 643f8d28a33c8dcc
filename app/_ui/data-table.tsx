"use client";

import clsx from "clsx";
import { ArrowDown, ArrowUp, Ellipsis } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useMemo, useRef, useState, type MouseEvent, type ReactNode } from "react";
import { Button, IconButton } from "./button";
import { Checkbox } from "./choice";
import { SearchInput } from "./field";
import { Menu, type MenuItem } from "./menu";
import { Select } from "./select";
import { SelectionBar } from "./selection-bar";
import { SkeletonRows } from "./skeleton";
import { keysBetween, matchesSearch, parseSort, sortRows, type SortValue } from "./table-rows";
import { useScrollList } from "./use-scroll-list";
import { useUrlState } from "./use-url-state";

export type Column<Row> = {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** what to sort by; without it the column cannot be sorted */
  sort?: (row: Row) => SortValue;
  align?: "left" | "right";
  /** a CSS grid track, e.g. "minmax(12rem,2fr)" or "7rem" */
  width?: string;
  /** on a phone a row is a list item: its title, then small facts; "hidden" ones are left out */
  phone?: "title" | "fact" | "hidden";
};

export type Filter<Row> = { key: string; label: string; options: readonly { value: string; label: string }[]; match: (row: Row, value: string) => boolean };

export type DataTableProps<Row> = {
  /** what the table lists, for screen readers */
  label: string;
  /** undefined while loading */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  columns: readonly Column<Row>[];
  /** a column's key, with "-" before it for descending */
  defaultSort?: string;
  search?: { label: string; text: (row: Row) => string };
  filters?: readonly Filter<Row>[];
  /** where the row's first column links to; the whole row follows it on click */
  href?: (row: Row) => string | undefined;
  /** enables selection, by `rowKey`; `actions` is what the bar of bulk actions holds */
  selection?: {
    name: (row: Row) => string;
    actions?: (rows: Row[], clear: () => void) => ReactNode;
    /** where another view shares the selection */
    state?: [ReadonlySet<string>, (selected: ReadonlySet<string>) => void];
  };
  rowMenu?: (row: Row) => MenuItem[];
  /** what to show when there is nothing at all (an EmptyState) */
  empty: ReactNode;
  /** more controls in the bar above */
  toolbar?: ReactNode;
  /** called when the last rows come into view */
  onEndReached?: () => void;
  footer?: ReactNode;
};

const bigList = 80;

/** A list with search, sort and filters kept in the URL, selection, and virtual rows when it is long. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, columns, rowKey, search, filters = [], selection } = props;
  const t = useTranslations("common");
  const locale = useLocale();
  const [query, setQuery] = useUrlState("q");
  const [sort, setSort] = useUrlState("sort", props.defaultSort ?? "");
  const [filterText, setFilterText] = useUrlState("filter");
  const chosen = useMemo(() => new URLSearchParams(filterText), [filterText]);
  const ownSelection = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = selection?.state ?? ownSelection;
  const lastClicked = useRef<string | null>(null);

  const shown = useMemo(() => {
    let result = rows ?? [];
    if (search && query.trim()) result = result.filter((row) => matchesSearch(search.text(row), query.trim()));
    for (const filter of filters) {
      const value = chosen.get(filter.key);
      if (value) result = result.filter((row) => filter.match(row, value));
    }
    const { key, descending } = parseSort(sort);
    const column = columns.find((candidate) => candidate.key === key);
    return column?.sort ? sortRows(result, column.sort, descending, locale) : result;
  }, [rows, search, query, filters, chosen, sort, columns, locale]);

  const selectedRows = useMemo(() => (selection ? shown.filter((row) => selected.has(rowKey(row))) : []), [selection, shown, selected, rowKey]);
  const filtered = Boolean(query.trim()) || chosen.size > 0;
  const clear = () => setSelected(new Set());

  function toggle(row: Row, checked: boolean, range: boolean) {
    const key = rowKey(row);
    const keys = range && lastClicked.current ? keysBetween(shown.map(rowKey), lastClicked.current, key) : [key];
    lastClicked.current = key;
    const after = new Set(selected);
    for (const each of keys) {
      if (checked) after.add(each);
      else after.delete(each);
    }
    setSelected(after);
  }

  function setFilter(key: string, value: string) {
    const next = new URLSearchParams(chosen);
    if (value === "all") next.delete(key);
    else next.set(key, value);
    setFilterText(next.toString());
  }

  const template = [
    selection ? "2rem" : "",
    ...columns.map((column) => column.width ?? "minmax(6rem,1fr)"),
    props.rowMenu ? "2.5rem" : "",
  ].join(" ");
  const hasBar = search || filters.length > 0 || props.toolbar;
  const nothingAtAll = rows?.length === 0 && !filtered;

  return (
    <div className="min-w-0">
      {hasBar && !nothingAtAll && (
        <div className="mb-3 flex flex-wrap items-center gap-2">
          {search && <SearchInput label={search.label} value={query} onValueChange={setQuery} className="w-full sm:w-64" />}
          {filters.map((filter) => (
            <Select
              key={filter.key}
              label={filter.label}
              value={chosen.get(filter.key) ?? "all"}
              onValueChange={(value) => setFilter(filter.key, value)}
              options={[{ value: "all", label: `${filter.label}: ${t("all")}` }, ...filter.options]}
              className="w-auto! max-w-56"
            />
          ))}
          <div className="ml-auto flex items-center gap-2">{props.toolbar}</div>
        </div>
      )}
      {selection?.actions && selectedRows.length > 0 && (
        <SelectionBar count={selectedRows.length} onClear={clear}>
          {selection.actions(selectedRows, clear)}
        </SelectionBar>
      )}
      {rows === undefined ? (
        <div aria-busy="true" aria-label={t("loading")} role="status" className="rounded-md border border-line bg-surface">
          <SkeletonRows />
        </div>
      ) : nothingAtAll ? (
        props.empty
      ) : shown.length === 0 ? (
        <div className="flex flex-col items-center gap-3 rounded-md border border-dashed border-line-strong px-4 py-10 text-center text-base text-ink-muted">
          {query.trim() ? t("nothingMatches", { search: query.trim() }) : t("nothingMatchesFilters")}
          <Button
            size="sm"
            onClick={() => {
              setQuery("");
              setFilterText("");
            }}
          >
            {t("clearFilters")}
          </Button>
        </div>
      ) : (
        <div role="table" aria-label={props.label} aria-rowcount={shown.length + 1} className="rounded-md border border-line bg-surface">
          <div role="rowgroup" className="sticky top-0 z-10 rounded-t-md border-b border-line bg-surface max-sm:hidden">
            <div role="row" aria-rowindex={1} className="grid h-8 items-center gap-x-3 px-3" style={{ gridTemplateColumns: template }}>
              {selection && (
                <span role="columnheader">
                  <Checkbox
                    ariaLabel={t("selectAll")}
                    checked={selectedRows.length === 0 ? false : selectedRows.length === shown.length ? true : "indeterminate"}
                    onCheckedChange={(checked) => setSelected(checked ? new Set(shown.map(rowKey)) : new Set())}
                  />
                </span>
              )}
              {columns.map((column) => (
                <Header key={column.key} column={column} sort={sort} onSort={setSort} />
              ))}
              {props.rowMenu && (
                <span role="columnheader">
                  <span className="sr-only">{t("moreActions")}</span>
                </span>
              )}
            </div>
          </div>
          <Body {...props} shown={shown} template={template} selected={selected} onToggle={toggle} />
          {props.footer && <div className="border-t border-line px-3 py-2">{props.footer}</div>}
        </div>
      )}
    </div>
  );
}

function Header<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string; onSort: (sort: string) => void }) {
  const t = useTranslations("common");
  const { key, descending } = parseSort(sort);
  const active = key === column.key;
  return (
    <span
      role="columnheader"
      aria-sort={column.sort ? (active ? (descending ? "descending" : "ascending") : "none") : undefined}
      className={clsx("flex min-w-0 text-sm text-ink-muted", column.align === "right" && "justify-end")}
    >
      {column.sort ? (
        <button
          type="button"
          title={t("sortBy", { column: column.header })}
          onClick={() => onSort(active && !descending ? `-${column.key}` : column.key)}
          className={clsx("-mx-1 inline-flex min-w-0 items-center gap-1 rounded-sm px-1 py-0.5 hover:text-ink", active && "font-medium text-ink")}
        >
          <span className="truncate">{column.header}</span>
          {active && (descending ? <ArrowDown aria-hidden className="size-3 shrink-0" /> : <ArrowUp aria-hidden className="size-3 shrink-0" />)}
        </button>
      ) : (
        <span className="truncate">{column.header}</span>
      )}
    </span>
  );
}

type BodyProps<Row> = DataTableProps<Row> & {
  shown: readonly Row[];
  template: string;
  selected: ReadonlySet<string>;
  onToggle: (row: Row, checked: boolean, range: boolean) => void;
};

function Body<Row>(props: BodyProps<Row>) {
  const { shown, onEndReached } = props;
  const virtual = shown.length > bigList;
  const { listRef, virtualizer, offset } = useScrollList(virtual ? shown.length : 0, 33);
  const items = virtualizer.getVirtualItems();
  const lastIndex = virtual ? (items.at(-1)?.index ?? -1) : shown.length - 1;
  useEffect(() => {
    if (onEndReached && lastIndex >= shown.length - 1) onEndReached();
  }, [lastIndex, shown.length, onEndReached]);

  if (!virtual) {
    return (
      <div role="rowgroup" ref={listRef}>
        {shown.map((row, index) => (
          <TableRow key={props.rowKey(row)} {...props} row={row} index={index} last={index === shown.length - 1} />
        ))}
      </div>
    );
  }
  return (
    <div role="rowgroup" ref={listRef} className="relative" style={{ height: virtualizer.getTotalSize() }}>
      {items.map((item) => {
        const row = shown[item.index]!;
        return (
          <div
            key={props.rowKey(row)}
            role="presentation"
            data-index={item.index}
            ref={virtualizer.measureElement}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${item.start - offset}px)` }}
          >
            <TableRow {...props} row={row} index={item.index} last={item.index === shown.length - 1} />
          </div>
        );
      })}
    </div>
  );
}

function TableRow<Row>({ row, index, last, columns, template, selected, onToggle, selection, href, rowMenu, rowKey }: BodyProps<Row> & { row: Row; index: number; last: boolean }) {
  const t = useTranslations("common");
  const checked = selected.has(rowKey(row));
  const shift = useRef(false);
  const target = href?.(row);
  const titleKey = (columns.find((column) => column.phone === "title") ?? columns[0])?.key;

  /** A click beside the link follows it too, but not one that ends a text selection or was on a control. */
  function follow(event: MouseEvent<HTMLDivElement>) {
    const element = event.target as HTMLElement;
    if (!target || element.closest("a,button,input,label,[role=menuitem],[role=checkbox]") || window.getSelection()?.toString()) return;
    event.currentTarget.querySelector<HTMLAnchorElement>("a[data-row-link]")?.click();
  }

  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selection ? checked : undefined}
      onClick={follow}
      style={{ "--row-columns": template } as React.CSSProperties}
      className={clsx(
        "row-h group/row relative flex flex-wrap items-center gap-x-3 px-3 transition-colors duration-75 max-sm:gap-y-0.5 max-sm:py-2 max-sm:pr-12 sm:grid sm:grid-cols-(--row-columns)",
        !last && "border-b border-line",
        target && "cursor-pointer",
        checked ? "bg-accent-soft" : "hover:bg-hover",
      )}
    >
      {selection && (
        <span role="cell" className="flex items-center">
          <Checkbox
            ariaLabel={t("selectRow", { name: selection.name(row) })}
            checked={checked}
            onClick={(event) => {
              shift.current = event.shiftKey;
            }}
            onCheckedChange={(next) => onToggle(row, next, shift.current)}
          />
        </span>
      )}
      {columns.map((column) => {
        const isTitle = column.key === titleKey;
        const phone = column.phone ?? (isTitle ? "title" : "fact");
        return (
          <span
            key={column.key}
            role="cell"
            className={clsx(
              "min-w-0 sm:truncate",
              column.align === "right" && "sm:text-right",
              phone === "title" && "max-sm:basis-[calc(100%-3rem)] max-sm:truncate max-sm:font-medium",
              phone === "fact" && "max-sm:text-sm max-sm:text-ink-muted",
              phone === "hidden" && "max-sm:hidden",
            )}
          >
            {isTitle && target ? (
              <Link data-row-link href={target} className="rounded-sm font-medium hover:underline">
                {column.cell(row)}
              </Link>
            ) : (
              column.cell(row)
            )}
          </span>
        );
      })}
      {rowMenu && (
        <span role="cell" className="flex justify-end max-sm:absolute max-sm:right-2 max-sm:top-2">
          <Menu items={rowMenu(row)}>
            <IconButton label={t("moreActions")} tooltip={false} size="sm">
              <Ellipsis aria-hidden />
            </IconButton>
          </Menu>
        </span>
      )}
    </div>
  );
}
