import { describe, expect, it } from "vitest";
import { convolutionsOf, nameOf, operationsOf } from "./convolutions";

describe("a ResNet's convolutions", () => {
  it("are ResNet-18's eleven different ones", () => {
    expect(convolutionsOf("resnet18", "imagenet", 224, 8).map(nameOf)).toEqual([
      "conv 7x7/2 3-64 on 224x224",
      "conv 3x3 64-64 on 56x56",
      "conv 1x1/2 64-128 on 56x56",
      "conv 3x3/2 64-128 on 56x56",
      "conv 3x3 128-128 on 28x28",
      "conv 1x1/2 128-256 on 28x28",
      "conv 3x3/2 128-256 on 28x28",
      "conv 3x3 256-256 on 14x14",
      "conv 1x1/2 256-512 on 14x14",
      "conv 3x3/2 256-512 on 14x14",
      "conv 3x3 512-512 on 7x7",
    ]);
  });

  it("keep their side with the small stem until a stride halves it", () => {
    expect(convolutionsOf("resnet18", "small", 32, 1).map(({ size }) => size)).toEqual([32, 32, 32, 32, 16, 16, 16, 8, 8, 8, 4]);
  });

  it("stride on the 3x3 in a bottleneck", () => {
    const strided = convolutionsOf("resnet50", "imagenet", 224, 1).filter(({ stride }) => stride === 2);
    expect(strided.map(({ kernel }) => kernel)).toEqual([7, 1, 3, 1, 3, 1, 3]);
  });

  // 118,013,952 multiply-adds: the figure every published profile of ResNet-18 and -50 gives for conv1 at 224 px.
  it("count two operations for a multiply-add, for every picture", () => {
    const [stem] = convolutionsOf("resnet50", "imagenet", 224, 3);
    expect(operationsOf(stem!)).toBe(3 * 2 * 118_013_952);
  });
});
