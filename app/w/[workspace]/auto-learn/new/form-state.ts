import { isName } from "#lib/domain/names";
import { presets, type AutoLearnRequest } from "#lib/protocol/jobs";

/** What stands in the form: words as typed, so that a half-written number is not lost. */
export type FormState = {
  /** NAME@V */
  dataset: string;
  preset: AutoLearnRequest["preset"];
  minutes: string;
  /** null: the dataset's name */
  name: string | null;
  size: string;
  epochs: string;
  seed: string;
  pretrained: string;
};

export type FieldName = "dataset" | "minutes" | "name" | "size" | "epochs" | "seed" | "pretrained";
/** A word of `autoLearn.problem` for each field that is not right yet. */
export type FormProblems = Partial<Record<FieldName, "missing" | "zero" | "tooLong" | "notANumber" | "outOfRange" | "name" | "pretrained">>;

export const mostMinutes = 60 * 24 * 7;

/** The form as the address fills it in; whatever makes no sense there is left at its default. */
export function stateFromQuery(query: Pick<URLSearchParams, "get">): FormState {
  const preset = presets.find((each) => each === query.get("preset"));
  return {
    dataset: query.get("dataset") ?? "",
    preset: preset ?? "resnet18",
    minutes: query.get("minutes") ?? "30",
    name: query.get("name"),
    size: query.get("size") ?? "",
    epochs: query.get("epochs") ?? "",
    seed: query.get("seed") ?? "",
    pretrained: query.get("pretrained") ?? "",
  };
}

export function nameOf(state: FormState): string {
  return state.name ?? state.dataset.split("@")[0] ?? "";
}

/** What would be sent, and what stands in the way. The request is null while anything does. */
export function readForm(state: FormState): { request: AutoLearnRequest | null; problems: FormProblems } {
  const problems: FormProblems = {};
  const whole = (field: "size" | "epochs" | "seed", least: number, most: number): number | null => {
    const text = state[field].trim();
    if (text === "") return null;
    const value = Number(text);
    if (!Number.isInteger(value)) problems[field] = "notANumber";
    else if (value < least || value > most) problems[field] = "outOfRange";
    return value;
  };
  const maxMinutes = Number(state.minutes.trim());
  if (state.minutes.trim() === "") problems.minutes = "missing";
  else if (!Number.isFinite(maxMinutes)) problems.minutes = "notANumber";
  else if (maxMinutes <= 0) problems.minutes = "zero";
  else if (maxMinutes > mostMinutes) problems.minutes = "tooLong";
  if (state.dataset === "") problems.dataset = "missing";
  const name = nameOf(state);
  if (state.dataset !== "" && !isName(name)) problems.name = "name";
  const pretrained = state.pretrained.trim();
  if (pretrained !== "" && !/^s3:\/\/[^/]+\/.+\.safetensors$/.test(pretrained)) problems.pretrained = "pretrained";
  const imageSize = whole("size", 16, 512);
  const epochs = whole("epochs", 1, 1000);
  const seed = whole("seed", 0, 2 ** 31 - 1) ?? 0;
  if (Object.keys(problems).length > 0) return { request: null, problems };
  return { request: { name, dataset: state.dataset, preset: state.preset, imageSize, epochs, maxMinutes, pretrained: pretrained || null, seed }, problems };
}
