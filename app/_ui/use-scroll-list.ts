"use client";

import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type RefObject } from "react";

/** The id of the element that scrolls a page's content; the frame makes it. */
export const scrollerId = "main";

export function pageScroller(): HTMLElement | null {
  return document.getElementById(scrollerId);
}

/**
 * Virtual rows inside the page's own scrolling: thousands of rows, a few dozen elements, one scroll bar.
 * @param estimate height of a row in pixels; rows are measured once shown
 * @returns `listRef` for the element that holds the rows and `offset`, to subtract from a row's `start`
 */
export function useScrollList(count: number, estimate: number, overscan = 12): { listRef: RefObject<HTMLDivElement | null>; virtualizer: Virtualizer<HTMLElement, Element>; offset: number } {
  const listRef = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const list = listRef.current;
    const scroller = pageScroller();
    if (!list || !scroller) return;
    const measure = () => setOffset(Math.round(list.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller);
    if (list.parentElement) observer.observe(list.parentElement);
    return () => observer.disconnect();
  }, [count]);
  const virtualizer = useVirtualizer<HTMLElement, Element>({
    count,
    getScrollElement: pageScroller,
    estimateSize: () => estimate,
    overscan,
    scrollMargin: offset,
  });
  return { listRef, virtualizer, offset };
}
