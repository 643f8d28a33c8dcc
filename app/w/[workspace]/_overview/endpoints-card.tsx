"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Card, ErrorNote, LinkButton, Section, SkeletonRows, StatusBadge } from "#app/ui";
import { useOperation, useWorkspace } from "#app/frame";

/** Each endpoint's health and what it serves. */
export function EndpointsCard() {
  const t = useTranslations("overview.endpoints");
  const { paths } = useWorkspace();
  const endpoints = useOperation("endpoint.list", {});
  return (
    <Section title={t("title")} actions={<LinkButton kind="ghost" size="sm" href={paths.endpoints}>{t("all")}</LinkButton>}>
      <Card pad={false}>
        {endpoints.data ? (
          endpoints.data.length === 0 ? (
            <p className="p-4 text-base text-ink-muted">{t("none")}</p>
          ) : (
            <ul>
              {endpoints.data.slice(0, 6).map((endpoint) => (
                <li key={endpoint.endpoint} className="border-b border-line last:border-b-0">
                  <Link href={paths.endpoint(endpoint.endpoint)} className="flex min-h-10 items-center gap-3 rounded-md px-3 py-1.5 -outline-offset-2 transition-colors duration-75 hover:bg-hover">
                    <span className="min-w-0 flex-1">
                      <span className="block truncate font-medium">{endpoint.endpoint}</span>
                      <span className="block truncate text-sm text-ink-muted">
                        {endpoint.deployments
                          .filter((each) => each.status !== "stopped")
                          .map((each) => each.model)
                          .join(", ") || t("servesNothing")}
                      </span>
                    </span>
                    <StatusBadge status={endpoint.status} />
                  </Link>
                </li>
              ))}
            </ul>
          )
        ) : endpoints.error ? (
          <div className="p-3">
            <ErrorNote error={endpoints.error} />
          </div>
        ) : (
          <SkeletonRows rows={2} />
        )}
      </Card>
    </Section>
  );
}
