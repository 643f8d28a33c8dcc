"use client";

import { Images, Play } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState, type FormEvent } from "react";
import { Button, CliHint, EmptyState, ErrorNote, ErrorState, Field, Input, LinkButton, Note, Page, PageHeader, Select, Skeleton, type SelectOption } from "#app/ui";
import { useAction, useOperation, useWorkspace } from "#app/frame";
import type { Dataset } from "#lib/protocol/datasets";
import { commands } from "../../_commands/command-line";
import { AdvancedFields } from "./advanced-fields";
import { Estimate } from "./estimate";
import { mostMinutes, nameOf, readForm, stateFromQuery, type FormState } from "./form-state";
import { PresetChoice } from "./preset-choice";

const budgets = [5, 15, 30, 60, 120, 480];

/** How long and how good: a training in three choices. */
export function NewAutoLearnPage() {
  const t = useTranslations("autoLearn");
  const { paths, may } = useWorkspace();
  const datasets = useOperation("dataset.list", {});
  const header = <PageHeader title={t("new")} text={t("newText")} />;
  if (!may("editor")) return <ViewerNote header={header} />;
  if (datasets.data && datasets.data.length === 0) {
    return (
      <Page>
        {header}
        <EmptyState
          icon={<Images aria-hidden />}
          title={t("empty.title")}
          lines={[t("empty.upload"), t("empty.dataset"), t("empty.back")]}
          action={
            <LinkButton kind="primary" href={paths.newDataset()}>
              {t("empty.action")}
            </LinkButton>
          }
          command="npx lathe dataset create food --from s3://photos/food/"
        />
      </Page>
    );
  }
  return (
    <Page>
      {header}
      {datasets.error && !datasets.data ? (
        <ErrorState error={datasets.error} onRetry={() => void datasets.refetch()} />
      ) : datasets.data ? (
        <Form datasets={datasets.data} />
      ) : (
        <div role="status" aria-busy="true" className="flex flex-col gap-5">
          <Skeleton className="h-14 w-full rounded-md" />
          <Skeleton className="h-52 w-full rounded-md" />
          <Skeleton className="h-14 w-full rounded-md" />
        </div>
      )}
    </Page>
  );
}

function ViewerNote({ header }: { header: React.ReactNode }) {
  const tc = useTranslations("common");
  return (
    <Page>
      {header}
      <Note>{tc("viewOnly")}</Note>
    </Page>
  );
}

function Form({ datasets }: { datasets: readonly Dataset[] }) {
  const t = useTranslations("autoLearn");
  const tc = useTranslations("common");
  const router = useRouter();
  const query = useSearchParams();
  const { paths } = useWorkspace();
  const models = useOperation("model.list", {});
  const start = useAction("auto-learn.start", ["job.list", "overview.show"]);
  const ready = datasets.filter((dataset) => dataset.latest?.status === "ready");
  const [state, setState] = useState<FormState>(() => {
    const filled = stateFromQuery(query);
    // NAME alone means its newest version, and the only one there is need not be chosen.
    const named = datasets.find(({ dataset }) => dataset === filled.dataset)?.latest;
    const only = ready.length === 1 && ready[0]!.latest;
    const chosen = named ?? (filled.dataset === "" && only ? only : null);
    return chosen ? { ...filled, dataset: `${chosen.dataset}@${chosen.version}` } : filled;
  });
  const [tried, setTried] = useState(false);
  const change = (part: Partial<FormState>) => {
    start.reset();
    setState((before) => ({ ...before, ...part }));
  };
  const { request, problems } = readForm(state);
  const name = nameOf(state);
  const sameName = models.data?.find((model) => model.model === name);
  const problemText = (field: "dataset" | "minutes" | "name") => {
    const problem = problems[field];
    if (!problem || (problem === "missing" && !tried)) return undefined;
    return field === "dataset" ? t("problem.dataset") : t(`problem.${problem}`, { least: 0, most: mostMinutes });
  };
  const options = useDatasetOptions(datasets, state.dataset);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!request || start.isPending) return;
    const job = await start.mutateAsync(request).catch(() => null); // shown by start.error
    if (job) router.push(paths.job(job.job));
  }

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex min-w-0 flex-col gap-6">
        <Step number={1} title={t("step.dataset")} text={t("step.datasetText")}>
          <Field label={t("step.dataset")} hideLabel error={problemText("dataset")}>
            <Select value={state.dataset || undefined} onValueChange={(dataset) => change({ dataset })} placeholder={t("chooseDataset")} options={options} className="max-w-xl" />
          </Field>
        </Step>
        <Step number={2} title={t("step.preset")} text={t("step.presetText")}>
          <PresetChoice value={state.preset} onValueChange={(preset) => change({ preset })} />
        </Step>
        <Step number={3} title={t("step.budget")} text={t("step.budgetText")}>
          <div className="flex flex-wrap items-start gap-2">
            <Field label={t("minutes")} hideLabel error={problemText("minutes")} className="w-36">
              <span className="flex items-center gap-2">
                <Input inputMode="decimal" value={state.minutes} onChange={(event) => change({ minutes: event.target.value })} aria-label={t("minutes")} className="nums w-20! text-right" />
                <span aria-hidden className="text-base text-ink-muted">
                  {t("minutesUnit")}
                </span>
              </span>
            </Field>
            <div role="group" aria-label={t("budgets")} className="flex flex-wrap gap-1">
              {budgets.map((minutes) => (
                <Button key={minutes} kind="ghost" aria-pressed={state.minutes === String(minutes)} className="aria-pressed:bg-accent-soft aria-pressed:text-ink" onClick={() => change({ minutes: String(minutes) })}>
                  {minutes < 60 ? t("minutesShort", { minutes }) : t("hoursShort", { hours: minutes / 60 })}
                </Button>
              ))}
            </div>
          </div>
        </Step>
        <div className="flex flex-col gap-4 sm:pl-9">
          <Field
            label={t("name")}
            hint={sameName ? t("nextVersion", { version: `${name}@${sameName.latest.version + 1}` }) : t("nameHint")}
            error={problemText("name")}
            className="max-w-xl"
          >
            <Input value={name} onChange={(event) => change({ name: event.target.value })} autoComplete="off" autoCapitalize="off" spellCheck={false} />
          </Field>
          <AdvancedFields state={state} problems={problems} onChange={change} open={Boolean(state.size || state.epochs || state.seed || state.pretrained)} />
        </div>
      </div>
      <aside aria-label={t("estimate.title")} className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-4">
        <Estimate request={request} />
        {start.error && <ErrorNote error={start.error} />}
        <Button kind="primary" type="submit" busy={start.isPending} icon={<Play aria-hidden />} className="w-full">
          {t("start")}
        </Button>
        <p className="text-sm text-ink-muted">{t("closeTab")}</p>
        <CliHint
          wrap
          title={tc("byCli")}
          command={commands.autoLearn(request ?? { name, dataset: state.dataset, preset: state.preset, imageSize: null, epochs: null, maxMinutes: null, pretrained: null, seed: 0 })}
        />
      </aside>
    </form>
  );
}

function Step({ number, title, text, children }: { number: number; title: string; text: string; children: React.ReactNode }) {
  return (
    <section className="grid min-w-0 grid-cols-[1.75rem_minmax(0,1fr)] gap-x-2">
      <span aria-hidden className="nums mt-0.5 grid size-5 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-ink">
        {number}
      </span>
      <div className="min-w-0">
        <h2 className="text-base font-semibold">{title}</h2>
        <p className="mb-2.5 max-w-[72ch] text-base text-ink-muted">{text}</p>
        {children}
      </div>
    </section>
  );
}

/** The newest version of each dataset; one that was asked for by the address stands there too. */
function useDatasetOptions(datasets: readonly Dataset[], chosen: string): SelectOption<string>[] {
  const t = useTranslations("autoLearn");
  const tc = useTranslations("common");
  const format = useFormatter();
  const options = datasets.flatMap<SelectOption<string>>(({ latest }) => {
    if (!latest) return [];
    const ready = latest.status === "ready";
    return [
      {
        value: `${latest.dataset}@${latest.version}`,
        label: `${latest.dataset}@${latest.version}`,
        hint: ready ? t("datasetHint", { samples: format.number(latest.samples), labels: latest.labels.length }) : tc(`statuses.${latest.status}`),
        disabled: !ready,
      },
    ];
  });
  if (chosen !== "" && !options.some((option) => option.value === chosen)) options.unshift({ value: chosen, label: chosen });
  return options;
}
