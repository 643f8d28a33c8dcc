import { Option, type Command } from "commander";
import { datasetFormats, type DatasetFormat } from "#lib/domain/dataset";
import { parseVersioned } from "#lib/domain/names";
import { formatBytes } from "#lib/domain/units";
import { connect } from "../connection";
import { CommandFailed } from "../failure";
import { answer, relativeTime, table } from "../output";
import { parseS3 } from "../s3-location";
import { waitForJob } from "../wait-for-job";
import { addVersionCommands, finish, resolveVersion, splitOf, withSplit, type SplitFlags } from "./dataset-versions";

type Options = { json?: boolean };

export function addDatasetCommands(program: Command): void {
  const dataset = program.command("dataset").description("datasets: labelled pictures, frozen in versions");

  withSplit(
    dataset
      .command("create")
      .argument("<name>")
      .requiredOption("--from <s3://bucket/prefix/>", "where the pictures are; the first folder level is the label, unless a table or manifest there says otherwise")
      .addOption(new Option("--format <format>", "how labels are written there; left out: found out by looking").choices([...datasetFormats]))
      .option("--file <key>", "the table, manifest or annotation file, for formats that have one")
      .option("--draft", "leave it open to be labelled and corrected; pictures without a label are kept")
      .option("--json", "print one JSON value")
      .description("make a dataset, or its next version"),
  ).action(async (name: string, options: Options & SplitFlags & { from: string; format?: DatasetFormat; file?: string; draft?: boolean }) => {
    const { bucket, key } = parseS3(options.from);
    const { client } = connect();
    const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
    const { format, file, draft } = options;
    const split = splitOf(options);
    const made = await client.call("dataset.create", { dataset: name, bucket, prefix, format, file, ...(draft ? { draft } : {}), ...(split ? { split } : {}) });
    await finish(client, made, options, "Made");
  });

  addVersionCommands(dataset);
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
