import path from "node:path";
import { Option, type Command } from "commander";
import { presets } from "#lib/protocol/jobs";
import type { Job } from "#lib/protocol/jobs";
import { connect, type Connection } from "../connection";
import { CommandFailed } from "../failure";
import { minutes, wholeNumber } from "../options";
import { answer } from "../output";
import { isS3 } from "../s3-location";
import { upload } from "../transfer/upload";
import { waitForJob } from "../wait-for-job";

type Options = {
  json?: boolean;
  dataset: string;
  preset: (typeof presets)[number];
  imageSize?: number;
  epochs?: number;
  maxMinutes: number;
  pretrained?: string;
  seed: number;
  wait?: boolean;
};

export function addAutoLearnCommand(program: Command): void {
  program
    .command("auto-learn")
    .argument("<name>", "of the model to make")
    .requiredOption("--dataset <D[@V]>", "what to learn from")
    .addOption(new Option("--preset <preset>", "the network").choices(presets).default("resnet18"))
    .option("--image-size <n>", "pixels; chosen to fit the budget when left out", wholeNumber(16, 512))
    .option("--epochs <n>", "at most this many; chosen to fit the budget when left out", wholeNumber(1, 1000))
    .option("--max-minutes <m>", "time budget", minutes, 30)
    .option("--pretrained <file>", "start from these weights: a .safetensors file here or at s3://…")
    .option("--seed <n>", "for the split's order, the weights and the augmentation", wholeNumber(0, 2 ** 31 - 1), 0)
    .option("--wait", "wait for the end; exits 1 when it fails")
    .option("--json", "print one JSON value")
    .description("train a preset network on a dataset, no code")
    .action(async (name: string, options: Options) => {
      const connection = connect();
      const started = await connection.client.call("auto-learn.start", {
        name,
        dataset: options.dataset,
        preset: options.preset,
        imageSize: options.imageSize ?? null,
        epochs: options.epochs ?? null,
        maxMinutes: options.maxMinutes,
        pretrained: await pretrainedAddress(connection, options.pretrained),
        seed: options.seed,
      });
      if (!options.wait) {
        answer(options, asAnswer(started), () => `Started ${started.job}. Watch it: npx lathe job logs ${started.job} --follow`);
        return;
      }
      const job = await waitForJob(connection.client, started.job);
      answer(options, asAnswer(job), () => sentence(job));
      if (job.status === "failed") throw new CommandFailed(`error: ${job.error ? `${job.error.message} ${job.error.nextStep}` : `The job ended: ${job.stopReason}.`}`);
    });
}

/** `{"job","status","stopReason","model","metrics"}` */
export function asAnswer(job: Job): Record<string, unknown> {
  return { job: job.job, status: job.status, stopReason: job.stopReason, model: job.result?.model ?? null, metrics: job.result?.metrics ?? {} };
}

function sentence(job: Job): string {
  const accuracy = job.result?.metrics.accuracy;
  const held = typeof accuracy === "number" ? `, held-out accuracy ${(accuracy * 100).toFixed(1)} %` : "";
  return job.result?.model ? `${job.status} (${job.stopReason}): ${job.result.model}${held}` : `${job.status} (${job.stopReason}): no model was kept`;
}

/** A file on this machine is put into the workspace's bucket for weights first. */
async function pretrainedAddress(connection: Connection, given: string | undefined): Promise<string | null> {
  if (!given) return null;
  if (isS3(given)) return given;
  const { workspace } = await connection.client.call("me.show");
  const bucket = `${workspace?.slug ?? "lathe"}-weights`.slice(0, 63);
  const buckets = await connection.client.call("bucket.list");
  if (!buckets.some((b) => b.bucket === bucket)) await connection.client.call("bucket.create", { bucket });
  const key = path.basename(given);
  const result = await upload(connection.client, [{ path: given, key }], bucket);
  const failed = result.failed[0];
  if (failed) throw new CommandFailed(`error: ${failed.path} could not be uploaded: ${failed.reason}`);
  return `s3://${bucket}/${key}`;
}
