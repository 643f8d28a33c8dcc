"use client";

import { useEffect, useLayoutEffect, useState } from "react";
import { useScrollList } from "./use-scroll-list";

type TileGrid = ReturnType<typeof useScrollList> & {
  /** at least two */
  columns: number;
  /** of a tile's square, px */
  side: number;
  rowPx: number;
  /** 0 until the width is known */
  rowCount: number;
};

/**
 * Square tiles with a caption in virtual rows inside the page's own scrolling, as many a row as fit.
 * @param tileLeastPx a tile's side is at least this where two fit
 */
export function useTileGrid(count: number, { tileLeastPx, gapPx, captionPx }: { tileLeastPx: number; gapPx: number; captionPx: number }): TileGrid {
  const [width, setWidth] = useState(0);
  const columns = Math.max(2, Math.floor((width + gapPx) / (tileLeastPx + gapPx)));
  const side = Math.floor((width - gapPx * (columns - 1)) / columns);
  const rowPx = side + captionPx + gapPx;
  const rowCount = width > 0 ? Math.ceil(count / columns) : 0;
  const list = useScrollList(rowCount, rowPx, 4);
  const { listRef, virtualizer } = list;
  useLayoutEffect(() => {
    const element = listRef.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(element);
    return () => observer.disconnect();
  }, [listRef]);
  useEffect(() => virtualizer.measure(), [virtualizer, side]);
  return { ...list, columns, side, rowPx, rowCount };
}
