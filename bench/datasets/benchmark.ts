import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startTestPostgres } from "../../bin/testing/postgres";
import { startLathe, type RunningLathe } from "../../bin/testing/lathe";
import { isTerminal } from "#lib/domain/job";
import { createClient, type Client } from "#lib/sdk/client";
import type { Benchmark, Run } from "../benchmark";
import { putMillion, millionSamples } from "./million";
import { measurePages } from "./pages";
import { generatePictures } from "./pictures";
import { peakResidentMiB } from "./processes";

const pictures = 100_000;
const bucket = "bench";

/** A whole Lathe with datasets of the size people have: 100,000 pictures imported, a version of 1,000,000 samples shown and frozen. */
export const datasetsBenchmark: Benchmark = {
  flags: [],
  async run(run) {
    const postgres = await startTestPostgres();
    const folder = await mkdtemp(path.join(tmpdir(), "lathe-bench-"));
    const lathe = await startLathe({ env: { DATABASE_URL: postgres.url } });
    try {
      const client = createClient({ baseUrl: lathe.url, token: lathe.token });
      await client.call("bucket.create", { bucket });
      if (run.wants("import")) await importPictures(run, lathe, client, folder);
      if (run.wants("million")) await million(run, lathe, client, postgres.url, folder);
    } finally {
      await lathe.stop();
      await postgres.remove();
      await rm(lathe.home, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function importPictures(run: Run, lathe: RunningLathe, client: Client, folder: string): Promise<void> {
  run.note(`generates ${pictures} JPEGs of 64 px`);
  await generatePictures(path.join(folder, "pictures"), pictures);
  run.note("copies them into a bucket");
  await copyUp(run, lathe, path.join(folder, "pictures"), pictures);
  run.note("imports them");
  const seconds = await timed(async () => finished(client, (await client.call("dataset.create", { dataset: "pictures", bucket, prefix: "pictures/" })).job));
  run.emit({ case: `import: ${pictures} pictures`, value: pictures / seconds, unit: "pictures/s", better: "more", reference: null });
  for (const program of ["runner", "web"] as const) {
    run.emit({ case: `import: ${program} peak memory`, value: await peakResidentMiB(lathe.home, program), unit: "MiB", better: "less", reference: null });
  }
}

async function copyUp(run: Run, lathe: RunningLathe, from: string, files: number): Promise<void> {
  const seconds = await timed(async () => {
    await promisify(execFile)(process.execPath, ["bin/lathe.mjs", "cp", from, `s3://${bucket}/pictures/`, "--recursive", "--json"], {
      env: { ...process.env, LATHE_HOME: lathe.home, LATHE_URL: lathe.url, LATHE_TOKEN: lathe.token },
      maxBuffer: 64 * 1024 * 1024,
    });
  });
  run.emit({ case: `lathe cp: ${files} files of 2 KiB`, value: files / seconds, unit: "files/s", better: "more", reference: null });
}

async function million(run: Run, lathe: RunningLathe, client: Client, databaseUrl: string, folder: string): Promise<void> {
  // A dataset to hang the rows on, made the usual way.
  await generatePictures(path.join(folder, "few"), 40);
  await promisify(execFile)(process.execPath, ["bin/lathe.mjs", "cp", path.join(folder, "few"), `s3://${bucket}/few/`, "--recursive"], {
    env: { ...process.env, LATHE_HOME: lathe.home, LATHE_URL: lathe.url, LATHE_TOKEN: lathe.token },
  });
  await finished(client, (await client.call("dataset.create", { dataset: "million", bucket, prefix: "few/" })).job);
  run.note(`writes ${millionSamples} rows of a draft`);
  const version = await putMillion(databaseUrl, "million");
  await measurePages(run, client, { dataset: "million", version });
  run.note("freezes the draft: groups, split, findings, manifest");
  const seconds = await timed(async () => finished(client, (await client.call("dataset-version.freeze", { dataset: "million", version })).job));
  run.emit({ case: "million: freeze", value: seconds, unit: "s", better: "less", reference: null });
  run.emit({ case: "million: runner peak memory", value: await peakResidentMiB(lathe.home, "runner"), unit: "MiB", better: "less", reference: null });
  const derived = await timed(async () => finished(client, (await client.call("dataset-version.derive", { dataset: "million", version })).job));
  run.emit({ case: "million: derive a draft", value: derived, unit: "s", better: "less", reference: null });
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await act();
  return (performance.now() - beganMs) / 1000;
}

/** Asks every half second: nobody but this benchmark is there to be disturbed. */
async function finished(client: Client, id: string): Promise<void> {
  for (;;) {
    const job = await client.call("job.show", { job: id });
    if (isTerminal(job.status)) {
      if (job.status === "succeeded") return;
      throw new Error(`the job ${id} is ${job.status}: ${job.error?.message ?? job.stopReason ?? ""}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
