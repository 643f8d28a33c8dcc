"use client";

import { useLocale, useMessages, useTranslations } from "next-intl";
import { useCallback } from "react";

/** What happened and why, and what to do now, in the person's language. */
export type Explanation = { code: string; message: string; nextStep: string };

type Problem = { code: string; message: string; nextStep?: string };

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "code" in error && "message" in error && typeof error.code === "string";
}

/**
 * Turns anything thrown, or a stored `{code, message, nextStep}`, into words for the person. The server speaks English and
 * names what it is about, so an English page keeps its words; in another language a code known to `errors.json` is said
 * by the catalog, and any other keeps the server's words rather than saying less.
 */
export function useExplain(): (error: unknown) => Explanation {
  const t = useTranslations("errors");
  const messages = useMessages();
  const locale = useLocale();
  return useCallback(
    (error) => {
      const known: Record<string, unknown> = messages.errors.codes;
      if (isProblem(error)) {
        const code = error.code;
        const complete = error.message !== "" && Boolean(error.nextStep);
        if (code in known && !(locale === "en" && complete)) {
          const path = code as keyof typeof messages.errors.codes;
          return { code, message: t(`codes.${path}.message`), nextStep: t(`codes.${path}.nextStep`) };
        }
        return { code, message: error.message, nextStep: error.nextStep || t("unknown.nextStep") };
      }
      return { code: "unexpected", message: error instanceof Error && error.message ? error.message : t("unknown.message"), nextStep: t("unknown.nextStep") };
    },
    [t, messages, locale],
  );
}
