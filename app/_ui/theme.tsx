"use client";

import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { rememberChoice } from "./remember";
import { themeCookie, type Theme } from "./theme-choice";

type ThemeState = { theme: Theme; shown: "light" | "dark"; setTheme: (theme: Theme) => void };
const ThemeContext = createContext<ThemeState | null>(null);

/** `shown` is what is on the screen now; redraw canvases when it changes. */
export function useTheme(): ThemeState {
  const state = use(ThemeContext);
  if (!state) throw new Error("useTheme needs a ThemeProvider above it");
  return state;
}

export function ThemeProvider({ initial, children }: { initial: Theme; children: ReactNode }) {
  const [theme, setThemeState] = useState(initial);
  const [systemDark, setSystemDark] = useState(false);
  useEffect(() => {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    const update = () => setSystemDark(query.matches);
    update();
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  const setTheme = useCallback((next: Theme) => {
    setThemeState(next);
    rememberChoice(themeCookie, next);
    document.documentElement.classList.remove("light", "dark");
    if (next !== "system") document.documentElement.classList.add(next);
  }, []);
  const shown = theme === "system" ? (systemDark ? "dark" : "light") : theme;
  const value = useMemo(() => ({ theme, shown, setTheme }) satisfies ThemeState, [theme, shown, setTheme]);
  return <ThemeContext value={value}>{children}</ThemeContext>;
}
