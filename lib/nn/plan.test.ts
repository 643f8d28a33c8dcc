import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planTraining } from "#lib/domain/auto-learn-plan";
import { planAutoLearn } from "./plan";
import { resNetPresetNames } from "./resnet-presets";

/** food10: 4,015 photographs, eight tenths to train on. */
const food = { samples: 3215, classes: 10, preset: "resnet18" } as const;

describe("planAutoLearn", () => {
  it("takes larger pictures the more time there is", () => {
    const sizes = [2, 5, 15, 30, 60, 240].map((maxMinutes) => planAutoLearn({ ...food, maxMinutes }).imageSize);
    // By the model of speed at 150 a second: 96 px gives 76/s, 128 px 45/s, 160 px 29/s, 224 px 15/s; 20 epochs are 64,300 pictures.
    expect(sizes).toEqual([64, 64, 64, 128, 160, 224]);
  });

  it("estimates epochs that fit, and lets a faster machine do more", () => {
    const { recipe, imagesPerSecond } = planTraining({ ...food, maxMinutes: 30 });
    expect((recipe.epochs * food.samples) / imagesPerSecond).toBeLessThan(30 * 60 * 0.9);
    expect(recipe.epochs).toBeGreaterThanOrEqual(20);
    // 150 pictures a second are the estimate, 225 were measured on an idle machine: 1.5 times as many.
    expect(planAutoLearn({ ...food, maxMinutes: 30 }).recipe.epochs).toBeGreaterThan(recipe.epochs * 1.4);
    expect(planAutoLearn({ ...food, maxMinutes: 30, epochs: 7 }).recipe.epochs).toBe(7);
  });

  it("does not show a few pictures so often that they are learned by heart", () => {
    const { recipe, reasons } = planAutoLearn({ ...food, samples: 200, maxMinutes: 600 });
    expect(recipe.epochs).toBe(90);
    expect(reasons.epochs).toContain("by heart");
  });

  it("does what was asked, and says when the time will be too short for it", () => {
    const asked = planAutoLearn({ ...food, maxMinutes: 10, imageSize: 128, epochs: 50 });
    expect([asked.imageSize, asked.recipe.epochs, asked.recipe.sizes[0]!.imageSize]).toEqual([128, 50, 128]);
    expect(asked.reasons.epochs).toMatch(/50 epochs were asked for.*7 of them fit/);
  });

  it("looks at tiny pictures in their own size", () => {
    const digits = { samples: 1000, classes: 10, preset: "resnet18", pictureSidePx: 28 } as const;
    expect(planAutoLearn({ ...digits, maxMinutes: 30 })).toMatchObject({ imageSize: 28, stem: "small" });
    // 54,000 pictures at the small stem's 61 a second are 15 minutes an epoch: the ImageNet stem, then.
    expect(planAutoLearn({ ...digits, samples: 54_000, maxMinutes: 30 })).toMatchObject({ imageSize: 28, stem: "imagenet" });
  });

  it("never enlarges pictures by a whole size", () => {
    expect(planAutoLearn({ ...food, pictureSidePx: 90, maxMinutes: 600 }).imageSize).toBe(96);
  });

  it("starts gently, with the 7×7 stem, from pretrained weights", () => {
    const plan = planAutoLearn({ ...food, maxMinutes: 30, pretrained: true, imageSize: 32 });
    expect(plan.stem).toBe("imagenet");
    expect(plan.recipe.maxLearningRate).toBe(0.01);
  });

  it("makes smaller batches of few pictures and of large ones", () => {
    const batch = (choices: object) => planAutoLearn({ ...food, maxMinutes: 30, ...choices }).recipe.batchSize;
    expect(batch({})).toBe(32);
    expect(batch({ imageSize: 224 })).toBe(8); // 32 · 128² / 224² = 10.4
    expect(batch({ samples: 200, imageSize: 64 })).toBe(16);
    expect(batch({ samples: 2 })).toBe(2);
  });

  it.each([0, -1, NaN])("refuses a budget of %d minutes", (maxMinutes) => {
    expect(() => planAutoLearn({ ...food, maxMinutes })).toThrow(expect.objectContaining({ code: "no_time", nextStep: expect.stringContaining("minute") }));
  });

  it.each([0, 15, 513, 64.5, NaN])("refuses an image size of %d", (imageSize) => {
    expect(() => planAutoLearn({ ...food, maxMinutes: 5, imageSize })).toThrow(expect.objectContaining({ code: "wrong_image_size" }));
  });

  it("always gives a usable plan with a reason for each choice", () => {
    const choices = fc.record({
      samples: fc.integer({ min: 2, max: 1_000_000 }),
      classes: fc.integer({ min: 2, max: 1000 }),
      preset: fc.constantFrom(...resNetPresetNames),
      maxMinutes: fc.double({ min: 0.1, max: 10_000, noNaN: true }),
      pictureSidePx: fc.integer({ min: 1, max: 5000 }),
    });
    fc.assert(
      fc.property(choices, (asked) => {
        const { imageSize, recipe, reasons } = planAutoLearn(asked);
        expect(recipe.batchSize).toBeGreaterThanOrEqual(1);
        expect(recipe.batchSize).toBeLessThanOrEqual(asked.samples);
        expect(recipe.epochs).toBeGreaterThanOrEqual(1);
        expect(imageSize).toBeGreaterThanOrEqual(16);
        expect(recipe.maxLearningRate).toBeGreaterThan(0);
        for (const reason of Object.values(reasons)) expect(reason).toMatch(/\S.*\.$/);
      }),
    );
  });
});
