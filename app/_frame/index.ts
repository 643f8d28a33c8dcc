export { useLive, type LiveSocket } from "./live";
export { NothingHere } from "./nothing-here";
export { pathsOf, type Paths } from "./paths";
export { operationKey, useAction, useOperation, useReread } from "./query";
export { useJobSentence, type OverviewJob } from "./running-jobs";
export { useWorkspace } from "./workspace";
