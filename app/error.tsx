"use client";

import { PageCrashed } from "./_frame/page-crashed";

export default function RootError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <PageCrashed error={error} reset={reset} />
    </main>
  );
}
