/** What a key means on the labelling page. */
export type Command =
  | { do: "label"; place: number }
  | { do: "move"; by: "left" | "right" | "up" | "down"; extend: boolean }
  | { do: "accept" | "review" | "drop" | "clear" | "undo" | "redo" | "all" | "next-unlabelled" | "more-labels" | "mode" | "help" | "zoom-in" | "zoom-out" | "zoom-fit" | "boxes" | "escape" };

type Key = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

const plain: Record<string, Command["do"]> = {
  Enter: "accept", r: "review", Delete: "drop", Backspace: "drop", "0": "clear", n: "next-unlabelled", "/": "more-labels", g: "mode", "?": "help", "+": "zoom-in",
  "=": "zoom-in", "-": "zoom-out", f: "zoom-fit", b: "boxes", Escape: "escape",
};

export function commandOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): Command | null {
  if (altKey) return null;
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() === "z") return { do: shiftKey ? "redo" : "undo" };
    if (key.toLowerCase() === "y") return { do: "redo" };
    return key.toLowerCase() === "a" ? { do: "all" } : null;
  }
  if (/^[1-9]$/.test(key)) return { do: "label", place: Number(key) - 1 };
  const arrow = /^Arrow(Left|Right|Up|Down)$/.exec(key);
  if (arrow) return { do: "move", by: arrow[1]!.toLowerCase() as "left", extend: shiftKey };
  const word = plain[key] ?? plain[key.toLowerCase()];
  return word ? ({ do: word } as Command) : null;
}

/** Keys belong to the page unless somebody types, or a dialog or menu is open. */
export function isForPage(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (event.defaultPrevented || document.querySelector("[role=dialog], [role=menu], [role=listbox][data-radix-select-viewport], [data-radix-popper-content-wrapper] [role=listbox]")) return false;
  if (!target?.closest) return true;
  if (target.closest("input, textarea, select, [contenteditable=true]")) return false;
  // Enter and the arrows mean something to a control that has the focus.
  const control = target.closest("button, a, [role=combobox], [role=radio], [role=slider]");
  return !(control && (event.key === "Enter" || (control.getAttribute("role") !== null && event.key.startsWith("Arrow"))));
}
