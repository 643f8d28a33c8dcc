import type { z } from "zod";
import { accountOperations } from "./accounts";
import { archiveOperations } from "./archives";
import { bucketOperations } from "./buckets";
import { datasetOperations, draftOperations, exportOperations, versionOperations } from "./datasets";
import { endpointOperations } from "./endpoints";
import { jobOperations } from "./jobs";
import { modelOperations } from "./models";
import { runnerOperations } from "./runners";
import { s3KeyOperations } from "./s3-keys";
import { decisionOperations, labellingOperations, sampleOperations } from "./samples";

/** Every call of /api/v1, by name. */
export const operations = {
  ...accountOperations,
  ...bucketOperations,
  ...s3KeyOperations,
  ...archiveOperations,
  ...datasetOperations,
  ...versionOperations,
  ...draftOperations,
  ...sampleOperations,
  ...decisionOperations,
  ...labellingOperations,
  ...exportOperations,
  ...jobOperations,
  ...modelOperations,
  ...endpointOperations,
  ...runnerOperations,
};

export type Operations = typeof operations;
export type OperationName = keyof Operations;

type Given<T, Key extends string> = T extends { [K in Key]?: infer S }
  ? NonNullable<S> extends z.ZodType
    ? unknown extends z.input<NonNullable<S>>
      ? {}
      : z.input<NonNullable<S>>
    : {}
  : {};

/** What a caller passes: path parameters, query and body in one flat object. */
export type OperationInput<Name extends OperationName> = Given<Operations[Name], "params"> &
  Given<Operations[Name], "query"> &
  Given<Operations[Name], "body">;

export type OperationOutput<Name extends OperationName> = z.output<Operations[Name]["response"]>;

/** The workspace a call is about, when the caller is in several: its slug. An API key has one of its own. */
export const workspaceHeader = "lathe-workspace";
