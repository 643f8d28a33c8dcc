"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, CliHint, Dialog, ErrorNote, Field, Input, LinkButton, Note, Select, Slider } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import { isName } from "#lib/domain/names";
import { commands } from "../../_commands/command-line";

/**
 * Serves a model version behind an endpoint, a new one or one that is there.
 * @param model NAME@V; chosen in the dialog when left out
 * @param endpoint fixed when given
 */
export function DeployDialog({ model: fixedModel, endpoint: fixedEndpoint, onClose }: { model?: string; endpoint?: string; onClose: () => void }) {
  const t = useTranslations("endpoints.deploy");
  const tc = useTranslations("common");
  const router = useRouter();
  const { paths } = useWorkspace();
  const models = useOperation("model.list", {}, { enabled: fixedModel === undefined });
  const endpoints = useOperation("endpoint.list", {});
  const deploy = useAction("endpoint.deploy", ["endpoint.list", "endpoint.show", "model.list", "model.show", "model-version.show", "overview.show"]);
  const [chosenModel, setModel] = useState<string | null>(null);
  const [typedEndpoint, setEndpoint] = useState<string | null>(null);
  const [percent, setPercent] = useState(100);
  const candidates = models.data?.map(({ latest }) => `${latest.model}@${latest.version}`) ?? [];
  const model = fixedModel ?? chosenModel ?? candidates.find((each) => each.split("@")[0] === fixedEndpoint) ?? candidates[0] ?? "";
  const endpoint = fixedEndpoint ?? typedEndpoint ?? model.split("@")[0] ?? "";
  const existing = endpoints.data?.find((each) => each.endpoint === endpoint);
  const shares = existing !== undefined && existing.deployments.length > 0;
  const trafficPercent = shares ? percent : 100;
  const wrong = endpoint !== "" && !isName(endpoint);

  async function submit() {
    if (!model || !isName(endpoint) || deploy.isPending) return;
    const made = await deploy.mutateAsync({ endpoint, model, trafficPercent }).catch(() => null); // shown by deploy.error
    if (!made) return;
    onClose();
    router.push(paths.endpoint(endpoint));
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={fixedEndpoint ? t("titleEndpoint", { endpoint: fixedEndpoint }) : fixedModel ? t("titleModel", { model: fixedModel }) : t("title")}
      description={t("text")}
      size="md"
      onSubmit={() => void submit()}
      footer={
        <>
          <Button onClick={onClose}>{tc("cancel")}</Button>
          <Button kind="primary" type="submit" busy={deploy.isPending} disabled={!model || endpoint === "" || wrong}>
            {t("submit")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {fixedModel === undefined &&
          (models.error ? (
            <ErrorNote error={models.error}>
              <Button size="sm" className="mt-2" onClick={() => void models.refetch()}>
                {tc("retry")}
              </Button>
            </ErrorNote>
          ) : models.data?.length === 0 ? (
            <Note title={t("noModels")}>
              <p>{t("noModelsText")}</p>
              <LinkButton size="sm" className="mt-2" href={paths.newAutoLearn()}>
                {t("train")}
              </LinkButton>
            </Note>
          ) : (
            <Field label={t("model")}>
              <Select value={model || undefined} onValueChange={setModel} placeholder={tc("loading")} options={candidates.map((value) => ({ value, label: value }))} />
            </Field>
          ))}
        {fixedEndpoint === undefined && (
          <Field label={t("endpoint")} hint={existing ? t("existing") : t("endpointHint")} error={wrong ? t("nameWrong") : undefined}>
            <Input value={endpoint} onChange={(event) => setEndpoint(event.target.value)} list="deploy-endpoints" autoComplete="off" autoCapitalize="off" spellCheck={false} />
          </Field>
        )}
        <datalist id="deploy-endpoints">
          {endpoints.data?.map((each) => (
            <option key={each.endpoint} value={each.endpoint} />
          ))}
        </datalist>
        {shares && (
          <Field label={t("traffic", { percent })} hint={percent === 100 ? t("replaces") : t("shares", { percent, rest: 100 - percent })}>
            <Slider label={t("trafficLabel")} value={percent} onValueChange={setPercent} min={1} max={100} valueText={`${percent} %`} />
          </Field>
        )}
        {deploy.error && <ErrorNote error={deploy.error} />}
        <CliHint command={commands.deploy({ model: model || "NAME@V", endpoint, trafficPercent })} />
      </div>
    </Dialog>
  );
}
