import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { Option, type Command } from "commander";
import { parseVersioned } from "#lib/domain/names";
import { formatBytes } from "#lib/domain/units";
import type { ModelVersionDetail } from "#lib/protocol/models";
import type { Client } from "#lib/sdk/client";
import { connect } from "../connection";
import { CommandFailed } from "../failure";
import { answer, relativeTime, table } from "../output";

type Options = { json?: boolean };

export function addModelCommands(program: Command): void {
  const model = program.command("model").description("models: what was learnt, and how good it is");

  model
    .command("ls")
    .option("--json", "print one JSON value")
    .description("list the models")
    .action(async (options: Options) => {
      const models = await connect().client.call("model.list");
      answer(options, models, () =>
        models.length === 0
          ? "No models yet. Make one: npx lathe auto-learn NAME --dataset DATASET"
          : table([
              ["MODEL", "PRESET", "ACCURACY", "SIZE", "MADE"],
              ...models.map(({ latest }) => [
                `${latest.model}@${latest.version}`,
                latest.preset,
                percent(latest.metrics.accuracy),
                formatBytes(latest.sizeBytes),
                relativeTime(latest.createdAtMs),
              ]),
            ]),
      );
    });

  model
    .command("show")
    .argument("<name[@version]>")
    .option("--json", "print one JSON value")
    .description("a model version with its report")
    .action(async (text: string, options: Options) => {
      const shown = await resolveModel(connect().client, text);
      answer(options, shown, () =>
        [
          `${shown.model}@${shown.version}  ${shown.preset}, ${shown.parameterCount.toLocaleString("en")} parameters, ${formatBytes(shown.sizeBytes)}`,
          `${percent(shown.report.accuracy)} right on ${shown.report.samples} pictures it never saw; macro F1 ${percent(shown.report.macroF1)}`,
          `job ${shown.job ?? "gone"}  dataset ${shown.dataset ?? "gone"}  endpoints ${shown.endpoints.join(", ") || "none"}`,
          "",
          table([
            ["LABEL", "PRECISION", "RECALL", "F1", "PICTURES"],
            ...shown.report.classes.map((c) => [c.label, percent(c.precision), percent(c.recall), percent(c.f1), String(c.support)]),
          ]),
        ].join("\n"),
      );
    });

  model
    .command("export")
    .argument("<name@version>")
    .addOption(new Option("--format <format>").choices(["tfjs", "onnx", "safetensors"]).makeOptionMandatory())
    .requiredOption("--output <dir>")
    .option("--json", "print one JSON value")
    .description("download a model version's files")
    .action(async (text: string, options: Options & { format: string; output: string }) => {
      if (options.format !== "tfjs") {
        throw new CommandFailed(`error: Export to ${options.format} is not there yet. Use --format tfjs.`);
      }
      const shown = await resolveModel(connect().client, text);
      await mkdir(options.output, { recursive: true });
      const files: string[] = [];
      for (const file of shown.files) files.push(await download(file, options.output));
      answer(options, { model: `${shown.model}@${shown.version}`, files }, () => files.join("\n"));
    });
}

export async function resolveModel(client: Client, text: string): Promise<ModelVersionDetail> {
  const { name, version } = parseVersioned(text);
  if (version !== null) return client.call("model-version.show", { model: name, version });
  const { versions } = await client.call("model.show", { model: name });
  return client.call("model-version.show", { model: name, version: versions[0]!.version });
}

async function download(file: ModelVersionDetail["files"][number], directory: string): Promise<string> {
  const target = path.join(directory, path.basename(file.name));
  const response = await fetch(file.url);
  if (!response.ok) throw new CommandFailed(`error: ${file.name} could not be read: the object store answered ${response.status}.`);
  const bytes = Buffer.from(await response.arrayBuffer());
  if (createHash("sha256").update(bytes).digest("hex") !== file.sha256) {
    throw new CommandFailed(`error: ${file.name} is not what was saved: its sha-256 differs. Nothing was written; try again.`);
  }
  await writeFile(`${target}.part`, bytes);
  await rename(`${target}.part`, target);
  return target;
}

function percent(value: number | null | undefined): string {
  return typeof value === "number" ? `${(value * 100).toFixed(1)} %` : "";
}
