"use client";

import { Box, ChevronRight, Database, Server, SquareActivity } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment, type ReactNode } from "react";
import { useWorkspace } from "#app/frame";
import type { ModelVersionDetail } from "#lib/protocol/models";

/** Where it comes from and where it went: dataset version, job, this, endpoints. */
export function Lineage({ version }: { version: ModelVersionDetail }) {
  const t = useTranslations("models.lineage");
  const { paths } = useWorkspace();
  const steps: { key: string; icon: ReactNode; kind: string; name: string; href?: string }[] = [
    { key: "dataset", icon: <Database aria-hidden />, kind: t("dataset"), name: version.dataset ?? t("gone"), href: version.dataset ? paths.dataset(version.dataset) : undefined },
    { key: "job", icon: <SquareActivity aria-hidden />, kind: t("job"), name: version.job ? version.job.slice(0, 10) : t("gone"), href: version.job ? paths.job(version.job) : undefined },
    { key: "model", icon: <Box aria-hidden />, kind: t("model"), name: `${version.model}@${version.version}` },
    ...(version.endpoints.length > 0
      ? version.endpoints.map((endpoint) => ({ key: `endpoint ${endpoint}`, icon: <Server aria-hidden />, kind: t("endpoint"), name: endpoint, href: paths.endpoint(endpoint) }))
      : [{ key: "none", icon: <Server aria-hidden />, kind: t("endpoint"), name: t("notServed") }]),
  ];
  return (
    <nav aria-label={t("label")}>
      <ol className="flex flex-wrap items-center gap-x-1 gap-y-1.5 text-base">
        {steps.map((step, index) => (
          <Fragment key={step.key}>
            {index > 0 && (
              <li aria-hidden>
                <ChevronRight className="size-4 text-ink-faint" />
              </li>
            )}
            <li className="flex min-w-0 items-center gap-1.5 rounded-md px-1.5 py-1 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint">
              {step.icon}
              <span className="text-sm text-ink-muted">{step.kind}</span>
              {step.href ? (
                <Link href={step.href} className="min-w-0 truncate rounded-sm text-accent-ink underline decoration-accent-line underline-offset-2 hover:decoration-current">
                  {step.name}
                </Link>
              ) : (
                <span className="min-w-0 truncate">{step.name}</span>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}
