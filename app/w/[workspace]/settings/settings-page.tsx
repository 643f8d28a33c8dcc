"use client";

import { useTranslations } from "next-intl";
import { Page, PageHeader, Tabs, useUrlState } from "#app/ui";
import { ApiKeys } from "./api-keys";
import { Members } from "./members";
import { Profile } from "./profile";
import { S3Keys } from "./s3-keys";

export function SettingsPage() {
  const t = useTranslations("settings");
  const [tab, setTab] = useUrlState("tab", "profile");
  return (
    <Page>
      <PageHeader title={t("title")} />
      <Tabs
        label={t("title")}
        value={tab}
        onValueChange={setTab}
        items={[
          { value: "profile", label: t("tab.profile"), content: <Profile /> },
          { value: "members", label: t("tab.members"), content: <Members /> },
          { value: "keys", label: t("tab.keys"), content: <ApiKeys /> },
          { value: "s3", label: t("tab.s3"), content: <S3Keys /> },
        ]}
      />
    </Page>
  );
}
