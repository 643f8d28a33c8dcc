"use client";

import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, CodeBlock, Note, Section, Tabs, useUrlState } from "#app/ui";
import type { Endpoint } from "#lib/protocol/endpoints";
import { commands } from "../../_commands/command-line";
import { curlLine, fetchCode } from "./call-lines";
import { NewKeyDialog } from "./new-key-dialog";

/** Lines that call this endpoint as they are, with a key made here filled in. */
export function CallGuide({ endpoint: { endpoint, url } }: { endpoint: Endpoint }) {
  const t = useTranslations("endpoints.call");
  const [tab, setTab] = useUrlState("call", "curl");
  const [key, setKey] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  return (
    <Section
      title={t("title")}
      actions={
        <Button size="sm" icon={<KeyRound aria-hidden />} onClick={() => setMaking(true)}>
          {t("makeKey")}
        </Button>
      }
    >
      <p className="mb-2 max-w-[72ch] text-base text-ink-muted">{key ? t("withKey") : t.rich("text", { token: () => <code className="text-sm">$LATHE_TOKEN</code> })}</p>
      {key && (
        <div className="mb-3">
          <Note kind="warning" title={t("once")}>
            <CodeBlock code={key} label={t("key")} wrap className="mt-2" />
          </Note>
        </div>
      )}
      <Tabs
        label={t("title")}
        value={tab}
        onValueChange={setTab}
        items={[
          { value: "curl", label: "curl", content: <CodeBlock label="curl" code={curlLine(url, endpoint, key)} /> },
          { value: "typescript", label: "TypeScript", content: <CodeBlock label="TypeScript" code={fetchCode(url, endpoint, key)} /> },
          { value: "cli", label: "CLI", content: <CodeBlock label="CLI" code={commands.predict(endpoint, "photo.jpg")} /> },
        ]}
      />
      <p className="mt-3 max-w-[72ch] text-sm text-ink-muted">{t.rich("protocol", { path: () => <code className="text-sm [overflow-wrap:anywhere]">{`${url}/v2/models/${endpoint}/infer`}</code> })}</p>
      {making && (
        <NewKeyDialog
          endpoint={endpoint}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setKey(made);
            setMaking(false);
          }}
        />
      )}
    </Section>
  );
}
