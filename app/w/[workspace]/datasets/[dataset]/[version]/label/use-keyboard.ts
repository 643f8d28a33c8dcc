"use client";

import { useEffect, useRef } from "react";
import { commandOf, isForPage, type Command } from "./keyboard";

/** Calls with what a key means, wherever the focus is, unless somebody types. */
export function useKeyboard(perform: (command: Command) => void): void {
  const latest = useRef(perform);
  useEffect(() => {
    latest.current = perform;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isForPage(event)) return;
      const command = commandOf(event);
      if (!command) return;
      event.preventDefault();
      latest.current(command);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
