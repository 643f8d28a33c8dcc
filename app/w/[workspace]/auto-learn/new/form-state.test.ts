import { describe, expect, it } from "vitest";
import { autoLearnRequest } from "#lib/protocol/jobs";
import { readForm, stateFromQuery } from "./form-state";

const filled = stateFromQuery(new URLSearchParams("dataset=food@3"));

describe("readForm", () => {
  it("sends the defaults for three choices, named after the dataset", () => {
    const { request, problems } = readForm(filled);
    expect(problems).toEqual({});
    expect(request).toEqual({ name: "food", dataset: "food@3", preset: "resnet18", imageSize: null, epochs: null, maxMinutes: 30, pretrained: null, seed: 0 });
    expect(autoLearnRequest.safeParse(request).success).toBe(true);
  });

  it.each([
    ["0", "zero"],
    ["-3", "zero"],
    ["", "missing"],
    ["soon", "notANumber"],
    ["20000", "tooLong"],
  ])("refuses a budget of %j minutes as %s", (minutes, problem) => {
    const { request, problems } = readForm({ ...filled, minutes });
    expect(request).toBeNull();
    expect(problems).toEqual({ minutes: problem });
  });

  it("holds the same limits as the API", () => {
    expect(readForm({ ...filled, size: "513", epochs: "1.5", seed: "-1", name: "My Model", pretrained: "weights.bin" }).problems).toEqual({
      size: "outOfRange", epochs: "notANumber", seed: "outOfRange", name: "name", pretrained: "pretrained",
    });
    expect(readForm({ ...filled, size: "512", epochs: "1000", minutes: "0.5", pretrained: "s3://w/r18.safetensors" }).request).toMatchObject({ imageSize: 512, epochs: 1000, maxMinutes: 0.5 });
  });

  it("takes a preset it does not know from the address as the default", () => {
    expect(stateFromQuery(new URLSearchParams("preset=vgg&minutes=5"))).toMatchObject({ preset: "resnet18", minutes: "5", dataset: "" });
  });
});
