import { accountHandlers } from "./accounts";
import { archiveHandlers } from "./archives";
import { bucketHandlers } from "./buckets";
import type { Handlers } from "./call";
import { datasetHandlers } from "./datasets";
import { versionHandlers } from "./dataset-versions";
import { decisionHandlers } from "./duplicates";
import { draftHandlers } from "./drafts";
import { endpointHandlers } from "./endpoints";
import { exportHandlers } from "./exports";
import { jobHandlers } from "./jobs";
import { labellingHandlers } from "./labelling";
import { modelHandlers } from "./models";
import { runnerHandlers } from "./runners";
import { sampleHandlers } from "./samples";
import { s3KeyHandlers } from "./s3-keys";

/** An operation without its handler does not compile. */
export const handlers: Handlers = {
  ...accountHandlers,
  ...bucketHandlers,
  ...s3KeyHandlers,
  ...archiveHandlers,
  ...datasetHandlers,
  ...versionHandlers,
  ...decisionHandlers,
  ...draftHandlers,
  ...sampleHandlers,
  ...labellingHandlers,
  ...exportHandlers,
  ...jobHandlers,
  ...modelHandlers,
  ...endpointHandlers,
  ...runnerHandlers,
};
