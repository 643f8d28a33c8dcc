"use client";

import { useRouter } from "next/navigation";
import { useToast } from "#app/ui";
import { useAction, useWorkspace } from "#app/frame";
import type { DatasetVersion } from "#lib/protocol/datasets";

/** Makes the next version from a frozen one and goes there: a draft to correct, or what the bucket holds by now. */
export function useDerive({ dataset, version }: DatasetVersion) {
  const router = useRouter();
  const toast = useToast();
  const { paths } = useWorkspace();
  const derive = useAction("dataset-version.derive", ["dataset.list", "dataset.show", "job.list"]);
  async function to(body: { sync: boolean; draft: boolean }, query: string) {
    try {
      const made = await derive.mutateAsync({ dataset, version, ...body });
      router.push(`${paths.dataset(`${made.dataset}@${made.version}`)}${query}`);
    } catch (error) {
      toast.fail(error);
    }
  }
  return {
    busy: derive.isPending,
    /** @param query with which the draft's page opens, "?" included */
    openDraft: (query = "") => void to({ sync: false, draft: true }, query),
    sync: () => void to({ sync: true, draft: false }, ""),
  };
}
