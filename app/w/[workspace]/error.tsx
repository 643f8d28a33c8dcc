"use client";

import { PageCrashed } from "../../_frame/page-crashed";

export default function WorkspaceError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <div className="grid flex-1 place-items-center p-4">
      <PageCrashed error={error} reset={reset} />
    </div>
  );
}
