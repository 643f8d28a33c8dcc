export type Exclusion = {
  /** the whole name of a spec, as the runner prints it */
  name: string;
  /** why it makes no sense for this backend */
  reason: string;
};

/**
 * Specs of tfjs-core's suite that do not run here. Only what makes no sense for this backend belongs here (a test of
 * another backend's insides, say), nothing because it is hard. A name that no spec has fails the run.
 */
export const exclusions: readonly Exclusion[] = [];
