import { autoLearnRequest, type Job } from "#lib/protocol/jobs";

/**
 * The auto-learn form filled in with what a job was asked to do.
 * @param form the form's address, without a query
 */
export function againPath(form: string, job: Job): string | null {
  const request = autoLearnRequest.safeParse(job.params);
  if (job.kind !== "auto-learn" || !request.success) return null;
  const { name, dataset, preset, imageSize, epochs, maxMinutes, pretrained, seed } = request.data;
  const query = new URLSearchParams({ dataset, name, preset, minutes: String(maxMinutes) });
  if (imageSize !== null) query.set("size", String(imageSize));
  if (epochs !== null) query.set("epochs", String(epochs));
  if (pretrained !== null) query.set("pretrained", pretrained);
  if (seed !== 0) query.set("seed", String(seed));
  return `${form}?${query.toString()}`;
}
