import { Option, type Command } from "commander";
import { datasetFormats, type DatasetFormat } from "#lib/domain/dataset";
import { parseVersioned } from "#lib/domain/names";
import type { DatasetVersion, Rejection, SplitOptions, VersionChange } from "#lib/protocol/datasets";
import type { Client } from "#lib/sdk/client";
import { everyItem } from "#lib/sdk/every-item";
import { connect } from "../connection";
import { CommandFailed, UsageError } from "../failure";
import { share, wholeNumber } from "../options";
import { answer, table } from "../output";
import { parseS3 } from "../s3-location";
import { waitForJob } from "../wait-for-job";

type Options = { json?: boolean };
type ExportFormat = Exclude<DatasetFormat, "unlabelled">;
const exportFormats = datasetFormats.filter((format): format is ExportFormat => format !== "unlabelled");
export type SplitFlags = { seed?: number; validation?: number; test?: number; resplit?: boolean };

/** What makes a version from another one, and what compares two. */
export function addVersionCommands(dataset: Command): void {
  addExport(dataset);
  withSplit(
    dataset
      .command("freeze")
      .argument("<name@version>", "a draft")
      .option("--json", "print one JSON value")
      .description("freeze a draft: split it, write its manifest, and never change it again"),
  ).action(async (text: string, options: Options & SplitFlags) => {
    const { client } = connect();
    const { name, version } = versioned(text);
    const split = splitOf(options);
    await finish(client, await client.call("dataset-version.freeze", { dataset: name, version, ...(split ? { split } : {}) }), options, "Froze");
  });

  dataset
    .command("derive")
    .argument("<name[@version]>")
    .option("--json", "print one JSON value")
    .description("open a draft of what a version holds, to change it and freeze it as the next version")
    .action(async (text: string, options: Options) => {
      const { client } = connect();
      const { dataset: name, version } = await resolveVersion(client, text);
      await finish(client, await client.call("dataset-version.derive", { dataset: name, version, draft: true }), options, "Opened");
    });

  dataset
    .command("sync")
    .argument("<name[@version]>")
    .option("--draft", "leave it open to be labelled and corrected")
    .option("--json", "print one JSON value")
    .description("make the next version of what the bucket holds now, reading again only what changed")
    .action(async (text: string, options: Options & { draft?: boolean }) => {
      const { client } = connect();
      const { dataset: name, version } = await resolveVersion(client, text);
      await finish(client, await client.call("dataset-version.derive", { dataset: name, version, sync: true, draft: options.draft === true }), options, "Made");
    });

  dataset
    .command("diff")
    .argument("<name@version>", "the earlier one")
    .argument("<name@version>", "the later one")
    .option("--json", "print one JSON value")
    .description("what changed between two versions of a dataset, by key")
    .action(async (earlier: string, later: string, options: Options) => {
      const { client } = connect();
      const [before, after] = [versioned(earlier), versioned(later)];
      if (before.name !== after.name) throw new UsageError("two versions of one dataset can be compared: NAME@1 NAME@2");
      let counts: Record<string, number> | null = null;
      const changes = await everyItem(async (cursor) => {
        const page = await client.call("dataset-version.diff", { dataset: after.name, version: after.version, from: before.version, limit: 1000, cursor });
        ({ counts } = page);
        return page;
      });
      const shown = changes.map(({ kind, key, before: was, after: is }) => ({ kind, key, before: sideOf(was), after: sideOf(is) }));
      answer(options, { counts, changes: shown }, () =>
        [
          Object.entries(counts ?? {}).map(([kind, count]) => `${count} ${kind}`).join(", "),
          ...(shown.length > 0 ? ["", table([["CHANGE", "KEY", "BEFORE", "AFTER"], ...shown.map(({ kind, key, before: was, after: is }) => [kind, key, say(was), say(is)])])] : []),
        ].join("\n"),
      );
    });
}

function addExport(dataset: Command): void {
  dataset
    .command("export")
    .argument("<name[@version]>")
    .addOption(new Option("--format <format>", "how labels, splits and boxes are written").choices([...exportFormats]).makeOptionMandatory())
    .requiredOption("--to <s3://bucket/prefix/>", "where to; nothing else may lie there")
    .option("--json", "print one JSON value")
    .description("write a frozen version under a prefix in a format that others read")
    .action(async (text: string, options: Options & { format: ExportFormat; to: string }) => {
      const { client } = connect();
      const { dataset: name, version } = await resolveVersion(client, text);
      const { bucket, key } = parseS3(options.to);
      const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
      const { job: id } = await client.call("dataset-version.export", { dataset: name, version, format: options.format, bucket, prefix });
      const job = await waitForJob(client, id);
      if (job.status !== "succeeded") throw new CommandFailed(`error: ${job.error ? `${job.error.message} ${job.error.nextStep}` : `The job ${job.job} is ${job.status}.`}`);
      const to = `s3://${bucket}/${prefix}`;
      answer(options, { dataset: name, version, format: options.format, to, job: job.job }, () => `Wrote ${name}@${version} as ${options.format} to ${to}`);
    });
}

export function withSplit(command: Command): Command {
  return command
    .option("--seed <n>", "of the split", wholeNumber(0, 2 ** 31 - 1))
    .option("--validation <share>", "of the pictures that choose the best epoch, 0.01 to 0.5", share)
    .option("--test <share>", "of the pictures that measure the model, 0.01 to 0.5", share)
    .option("--resplit", "give sides anew, also to pictures that have one");
}

/** null: nothing was said of it */
export function splitOf({ seed, validation, test, resplit }: SplitFlags): Partial<SplitOptions> | null {
  const said = { ...(seed === undefined ? {} : { seed }), ...(validation === undefined ? {} : { validation }), ...(test === undefined ? {} : { test }), ...(resplit ? { keep: false } : {}) };
  return Object.keys(said).length > 0 ? said : null;
}

function versioned(text: string): { name: string; version: number } {
  const { name, version } = parseVersioned(text);
  if (version === null) throw new UsageError(`say which version: ${name}@VERSION`);
  return { name, version };
}

export async function resolveVersion(client: Client, text: string): Promise<DatasetVersion> {
  const { name, version } = parseVersioned(text);
  if (version !== null) return client.call("dataset-version.show", { dataset: name, version });
  const { versions } = await client.call("dataset.show", { dataset: name });
  const newest = versions.find((v) => v.status === "ready") ?? versions[0];
  if (!newest) throw new CommandFailed(`error: The dataset "${name}" has no version.`);
  return newest;
}

/** Waits for the job that makes or freezes a version, and says what came out. */
export async function finish(client: Client, made: { dataset: string; version: number; job: string }, options: Options, verb: string): Promise<void> {
  const job = await waitForJob(client, made.job);
  const version = await client.call("dataset-version.show", { dataset: made.dataset, version: made.version });
  if (job.status !== "succeeded" || (version.status !== "ready" && version.status !== "draft")) {
    const why = version.error ?? job.error;
    throw new CommandFailed(`error: ${why ? `${why.message} ${why.nextStep}` : `The job ${job.job} is ${job.status}.`}`);
  }
  const rejected = await allRejections(client, version);
  answer(
    options,
    {
      dataset: version.dataset,
      version: version.version,
      status: version.status,
      digest: version.digest,
      samples: version.samples,
      unlabelled: version.unlabelled,
      labels: version.labels.map((l) => l.label),
      rejected: rejected.map(({ key, reason }) => ({ key, reason })),
    },
    () =>
      [
        `${verb} ${version.dataset}@${version.version}${version.status === "draft" ? ", a draft" : ""}: ${version.samples} samples of ${version.labels.length} labels, ${rejected.length} files left out.`,
        ...(version.status === "draft" ? [`Freeze it when it is right: npx lathe dataset freeze ${version.dataset}@${version.version}`] : []),
        ...rejected.map((r) => `  ${r.key}: ${r.reason}`),
      ].join("\n"),
  );
}

function allRejections(client: Client, { dataset, version }: DatasetVersion): Promise<Rejection[]> {
  return everyItem((cursor) => client.call("rejection.list", { dataset, version, limit: 1000, cursor }));
}

const sideOf = (side: VersionChange["before"]) => side && { label: side.label, split: side.split, sha256: side.sha256 };
const say = (side: ReturnType<typeof sideOf>) => (side ? `${side.label ?? "unlabelled"} (${side.split ?? "no side"})` : "");
