import type { Command } from "commander";
import { parseVersioned } from "#lib/domain/names";
import { formatBytes } from "#lib/domain/units";
import type { DatasetVersion, Rejection } from "#lib/protocol/datasets";
import type { Client } from "#lib/sdk/client";
import { connect } from "../connection";
import { CommandFailed } from "../failure";
import { answer, relativeTime, table } from "../output";
import { parseS3 } from "../s3-location";
import { waitForJob } from "../wait-for-job";

type Options = { json?: boolean };

export function addDatasetCommands(program: Command): void {
  const dataset = program.command("dataset").description("datasets: labelled pictures, frozen in versions");

  dataset
    .command("create")
    .argument("<name>")
    .requiredOption("--from <s3://bucket/prefix/>", "where the pictures are; the first folder level is the label")
    .option("--json", "print one JSON value")
    .description("make a dataset, or its next version")
    .action(async (name: string, options: Options & { from: string }) => {
      const { bucket, key } = parseS3(options.from);
      const { client } = connect();
      const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
      const made = await client.call("dataset.create", { dataset: name, bucket, prefix });
      const job = await waitForJob(client, made.job);
      const version = await client.call("dataset-version.show", { dataset: made.dataset, version: made.version });
      if (version.status !== "ready") {
        const why = version.error ?? job.error;
        throw new CommandFailed(`error: ${why ? `${why.message} ${why.nextStep}` : `The job ${job.job} is ${job.status}.`}`);
      }
      const rejected = await allRejections(client, version);
      answer(
        options,
        {
          dataset: version.dataset,
          version: version.version,
          samples: version.samples,
          labels: version.labels.map((l) => l.label),
          rejected: rejected.map(({ key, reason }) => ({ key, reason })),
        },
        () =>
          [
            `Made ${version.dataset}@${version.version}: ${version.samples} samples of ${version.labels.length} labels, ${rejected.length} files left out.`,
            ...rejected.map((r) => `  ${r.key}: ${r.reason}`),
          ].join("\n"),
      );
    });

  addPreLabel(dataset);

  dataset
    .command("ls")
    .option("--json", "print one JSON value")
    .description("list the datasets")
    .action(async (options: Options) => {
      const datasets = await connect().client.call("dataset.list");
      answer(options, datasets, () =>
        datasets.length === 0
          ? "No datasets yet. Make one: npx lathe dataset create NAME --from s3://BUCKET/PREFIX/"
          : table([
              ["DATASET", "STATUS", "SAMPLES", "LABELS", "MADE"],
              ...datasets.map(({ dataset: name, latest }) => [
                latest ? `${name}@${latest.version}` : name,
                latest?.status ?? "",
                String(latest?.samples ?? 0),
                String(latest?.labels.length ?? 0),
                latest ? relativeTime(latest.createdAtMs) : "",
              ]),
            ]),
      );
    });

  dataset
    .command("show")
    .argument("<name[@version]>")
    .option("--json", "print one JSON value")
    .description("a version's digest, counts and findings")
    .action(async (text: string, options: Options) => {
      const { client } = connect();
      const version = await resolveVersion(client, text);
      answer(options, version, () =>
        [
          `${version.dataset}@${version.version}  ${version.status}  ${version.samples} samples, ${formatBytes(version.sizeBytes)}, ${version.rejected} files left out`,
          `from s3://${version.bucket}/${version.prefix}  digest ${version.digest ?? "none yet"}`,
          "",
          table([
            ["LABEL", "TRAIN", "VALIDATION", "TEST"],
            ...version.labels.map((l) => [l.label, String(l.train), String(l.validation), String(l.test)]),
          ]),
          ...version.findings.map((f) => `\n${f.message} ${f.nextStep}`),
        ].join("\n"),
      );
    });
}

function addPreLabel(dataset: Command): void {
  dataset
    .command("pre-label")
    .argument("<name@version>", "a draft")
    .requiredOption("--model <name@version>", "the model that suggests labels")
    .option("--wait", "wait until it has looked at every picture without a label")
    .option("--json", "print one JSON value")
    .description("have a model suggest labels for a draft's pictures that have none")
    .action(async (text: string, options: Options & { model: string; wait?: boolean }) => {
      const { client } = connect();
      const { name, version } = parseVersioned(text);
      if (version === null) throw new CommandFailed(`error: Say which draft: ${name}@VERSION.`);
      const { job: id } = await client.call("pre-label.start", { dataset: name, version, model: options.model });
      const job = options.wait ? await waitForJob(client, id) : await client.call("job.show", { job: id });
      if (options.wait && job.status !== "succeeded") {
        throw new CommandFailed(`error: ${job.error ? `${job.error.message} ${job.error.nextStep}` : `The job ${job.job} is ${job.status}.`}`);
      }
      const { suggested = null, refused = null } = job.result?.metrics ?? {};
      answer(options, { job: job.job, status: job.status, suggested, refused }, () =>
        options.wait ? `${suggested ?? 0} suggestions, ${refused ?? 0} pictures without one. Confirm them on the labelling page.` : `Started ${job.job}. Watch it: npx lathe job logs ${job.job} --follow`,
      );
    });
}

async function resolveVersion(client: Client, text: string): Promise<DatasetVersion> {
  const { name, version } = parseVersioned(text);
  if (version !== null) return client.call("dataset-version.show", { dataset: name, version });
  const { versions } = await client.call("dataset.show", { dataset: name });
  const newest = versions.find((v) => v.status === "ready") ?? versions[0];
  if (!newest) throw new CommandFailed(`error: The dataset "${name}" has no version.`);
  return newest;
}

async function allRejections(client: Client, version: DatasetVersion): Promise<Rejection[]> {
  const all: Rejection[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call("rejection.list", { dataset: version.dataset, version: version.version, limit: 1000, cursor });
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return all;
}
