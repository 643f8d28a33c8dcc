"use client";

import { ErrorState } from "../_ui/error-state";

/** A page that threw while it was drawn. The browser's console has the stack. */
export function PageCrashed({ error, reset }: { error: Error; reset: () => void }) {
  return <ErrorState error={{ code: "page_crashed", message: error.message, nextStep: "" }} onRetry={reset} />;
}
