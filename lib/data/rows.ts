/** The shapes of rows, for those who may not import Prisma. */
export type {
  Bucket as BucketRow,
  Dataset as DatasetRow,
  DatasetVersion as DatasetVersionRow,
  Deployment as DeploymentRow,
  Endpoint as EndpointRow,
  Job as JobRow,
  JobEvent as JobEventRow,
  Member as MemberRow,
  Model as ModelRow,
  ModelVersion as ModelVersionRow,
  Rejection as RejectionRow,
  Runner as RunnerRow,
  Sample as SampleRow,
  User as UserRow,
  Workspace as WorkspaceRow,
} from "#prisma/client";
