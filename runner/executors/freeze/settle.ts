import { writeGroups, type PlacedSample } from "#lib/data/write-groups";
import { countKept, readVersionRejections, readVersionSamples } from "#lib/data/read-version-samples";
import { countRejections } from "#lib/data/count-rejections";
import { listGroupDecisions } from "#lib/data/list-group-decisions";
import { listLookalikeKeys } from "#lib/data/list-lookalike-keys";
import { settleDatasetVersion, type LabelCounts } from "#lib/data/settle-dataset-version";
import type { JobInput } from "#lib/data/load-job-input";
import type { VersionFence } from "#lib/data/fence-version";
import { splits, type Finding, type Rejection, type Split } from "#lib/domain/dataset";
import { expectedLeak } from "#lib/domain/duplicates";
import { LatheError } from "#lib/domain/errors";
import { countLeaked, noSide, splitSamples } from "#lib/nn/split";
import type { DuplicateSummary, SplitOptions } from "#lib/protocol/datasets";
import { datasetManifestKey } from "#storage/keys";
import { untilStoreAnswers } from "../../work/patience";
import { plural } from "../../work/words";
import { Stopped, type Execution } from "../execution";
import type { ManifestSample } from "../manifest/format";
import { writeManifest } from "../manifest/write";
import { Columns } from "./columns";
import { findFindings, lookalikeKeys } from "./findings";
import { groupSamples, type Groups } from "./groups";

type Version = NonNullable<JobInput["datasetVersion"]>;

export const defaultSplit: SplitOptions = { seed: 0, validation: 0.1, test: 0.1, keep: true };

/**
 * The rows of a version are all there: finds its groups of copies and its findings, and calls it a draft; or, to freeze it,
 * splits it, writes its manifest and calls it ready. May be done again from the beginning at any point.
 * @param freeze null: it becomes a draft
 */
export async function settleVersion(
  execution: Execution,
  { version, fence, format, freeze }: { version: Version; fence: VersionFence; format: string; freeze: SplitOptions | null },
): Promise<void> {
  const { db, persist, log, progress, stop } = execution;
  const { datasetVersionId } = fence;
  const say = (fraction: number) => {
    if (stop.aborted) throw new Stopped();
    progress({ phase: "freezing", fraction, epoch: null, epochs: null, remainingMs: null });
  };
  say(0);
  const columns = await readColumns(execution, datasetVersionId);
  const groups = await groupSamples(columns, await persist(() => listGroupDecisions(db, { datasetVersionId })));
  say(0.3);
  const { sideOf, finding } = freeze ? split(columns, groups, freeze, log) : { sideOf: columns.sideOf, finding: null };
  const rejected = await persist(() => countRejections(db, { datasetVersionId }));
  const found = findFindings(columns, groups, rejected);
  const alike = await persist(() => listLookalikeKeys(db, { datasetVersionId }));
  const findings: Finding[] = [...(finding ? [finding] : []), ...found.findings, ...lookalikeKeys(alike.length)];
  await persist(() =>
    writeGroups(db, {
      fence,
      groups: groups.rows,
      samples: () => placed(columns, groups, sideOf, (fraction) => say(0.3 + 0.4 * fraction)),
      findings: [
        ...found.places.map(({ code, places }) => ({ code, indexes: places.map((place) => columns.index[place]!) })),
        ...lookalikeKeys(alike.length).map(({ code }) => ({ code, indexes: alike })),
      ],
    }),
  );

  const labels = countSides(columns, sideOf);
  const unlabelled = columns.labelOf.reduce((sum, label) => sum + (label < 0 ? 1 : 0), 0);
  const figures = {
    format, samples: columns.count, unlabelled, rejected, sizeBytes: columns.sizeBytes, labels, findings,
    duplicates: summary(columns, groups, freeze ?? defaultSplit), splitOptions: freeze,
  };
  log("info", `${plural(columns.count, "picture")} of ${plural(labels.length, "label")}; ${plural(unlabelled, "picture")} without one; ${plural(rejected, "file")} rejected.`);
  for (const { message, nextStep } of findings) log("warn", `${message} ${nextStep}`);
  if (!freeze) {
    await persist(() => settleDatasetVersion(db, { fence, digest: null, figures }));
    log("info", `${version.dataset}@${version.version} is a draft: label and correct it, then freeze it.`);
    return;
  }
  const digest = await write(execution, version, groups, { labels, findings, freeze, figures, say });
  await persist(() => settleDatasetVersion(db, { fence, digest, figures }));
  log("info", `${version.dataset}@${version.version} is ready; its manifest's digest is ${digest}.`);
}

async function readColumns({ db, persist }: Execution, datasetVersionId: string): Promise<Columns> {
  return persist(async () => {
    const columns = new Columns(await countKept(db, { datasetVersionId }));
    for await (const batch of readVersionSamples(db, { datasetVersionId })) for (const sample of batch) columns.add(sample);
    columns.sortLabels();
    return columns;
  });
}

/** What cannot be trained on is frozen too, all of it on the training side, with the reason among its findings. */
function split(columns: Columns, { groupOf }: Groups, options: SplitOptions, log: Execution["log"]): { sideOf: Uint8Array; finding: Finding | null } {
  const { labels, labelOf } = columns;
  if (columns.count === 0) return { sideOf: columns.sideOf, finding: null };
  try {
    const { sideOf, moved } = splitSamples({ labels, labelOf, groupOf, ...(options.keep ? { sideOf: columns.sideOf } : {}) }, options);
    if (moved > 0) log("warn", `${plural(moved, "picture")} had to change sides, because a copy stands on another.`);
    if (options.keep && columns.sideOf.some((side) => side !== noSide)) {
      const leaked = countLeaked({ groupOf, sideOf: columns.sideOf });
      if (leaked > 0) log("warn", `As the sides were given, ${plural(leaked, "test picture")} had a copy in training; now none has.`);
    }
    return { sideOf, finding: null };
  } catch (error) {
    if (!(error instanceof LatheError)) throw error;
    const { code, message, nextStep } = error;
    const sideOf = Uint8Array.from(labelOf, (label) => (label < 0 ? noSide : 0));
    return { sideOf, finding: { code, message, nextStep, count: columns.count } };
  }
}

const placeBatch = 5_000;

/** Group and side of the samples whose own differ. */
function* placed(columns: Columns, { shownOf }: Groups, sideOf: Uint8Array, say: (fraction: number) => void): Generator<PlacedSample[]> {
  let batch: PlacedSample[] = [];
  for (let i = 0; i < columns.count; i++) {
    if (shownOf[i] === columns.groupBefore[i] && sideOf[i] === columns.sideOf[i]) continue;
    batch.push({ index: columns.index[i]!, groupId: shownOf[i]! < 0 ? null : shownOf[i]!, split: splits[sideOf[i]!] ?? null });
    if (batch.length < placeBatch) continue;
    yield batch;
    batch = [];
    say(i / columns.count);
  }
  if (batch.length > 0) yield batch;
}

function countSides({ labels, labelOf, count }: Columns, sideOf: Uint8Array): LabelCounts[] {
  const counts: LabelCounts[] = labels.map((label) => ({ label, train: 0, validation: 0, test: 0 }));
  for (let i = 0; i < count; i++) {
    const of = counts[labelOf[i]!];
    if (!of) continue;
    const side = splits[sideOf[i]!];
    if (side) of[side]++;
    else of.unsplit = (of.unsplit ?? 0) + 1;
  }
  return counts;
}

function summary(columns: Columns, { rows }: Groups, shares: SplitOptions): DuplicateSummary {
  const joined = rows.filter(({ keptApart }) => !keptApart);
  return {
    exactGroups: joined.filter(({ kind }) => kind === "exact").length,
    nearGroups: joined.filter(({ kind }) => kind === "near").length,
    samples: joined.reduce((sum, { size }) => sum + size, 0),
    conflictingGroups: joined.filter(({ conflicting }) => conflicting).length,
    leak: columns.count === 0 ? null : expectedLeak(joined.map(({ size }) => size), columns.count, shares),
  };
}

async function write(
  { input, db, store, lost, requireHeld }: Execution,
  version: Version,
  { rows }: Groups,
  { labels, findings, freeze, figures, say }: {
    labels: LabelCounts[]; findings: Finding[]; freeze: SplitOptions; say: (fraction: number) => void;
    figures: { samples: number; unlabelled: number; rejected: number; sizeBytes: number };
  },
): Promise<string> {
  const datasetVersionId = version.id;
  await requireHeld();
  const { samples: count, unlabelled, rejected, sizeBytes } = figures;
  async function* samples(): AsyncGenerator<ManifestSample[]> {
    let done = 0;
    for await (const batch of readVersionSamples(db, { datasetVersionId })) {
      yield batch.map(({ key, sizeBytes: size, sha256, label, split: side, width, height, boxes, groupId }) => ({
        key, sizeBytes: size, sha256, label, split: side as Split | null, width, height,
        ...(boxes ? { boxes } : {}),
        ...(groupId === null || rows[groupId]?.keptApart ? {} : { group: groupId }),
      }));
      say(0.7 + 0.3 * ((done += batch.length) / count));
    }
  }
  const key = datasetManifestKey(input.workspaceId, version.id);
  return untilStoreAnswers(
    () =>
      writeManifest(store, key, {
        header: {
          dataset: version.dataset, version: version.version, bucket: version.bucket, prefix: version.prefix, base: version.base?.version ?? null,
          split: freeze, labels, samples: count, unlabelled, rejected, sizeBytes,
        },
        samples: samples(),
        rejections: readVersionRejections(db, { datasetVersionId }) as AsyncIterable<Rejection[]>,
        findings,
      }, lost),
    lost,
  );
}
