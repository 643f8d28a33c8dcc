import { accountHandlers } from "./accounts";
import { bucketHandlers } from "./buckets";
import type { Handlers } from "./call";
import { datasetHandlers } from "./datasets";
import { endpointHandlers } from "./endpoints";
import { jobHandlers } from "./jobs";
import { modelHandlers } from "./models";
import { runnerHandlers } from "./runners";
import { sampleHandlers } from "./samples";

/** An operation without its handler does not compile. */
export const handlers: Handlers = {
  ...accountHandlers,
  ...bucketHandlers,
  ...datasetHandlers,
  ...sampleHandlers,
  ...jobHandlers,
  ...modelHandlers,
  ...endpointHandlers,
  ...runnerHandlers,
};
