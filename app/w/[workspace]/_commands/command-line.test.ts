import { expect, it } from "vitest";
import { commands, shellWord } from "./command-line";

it("quotes only what a shell would take apart", () => {
  expect(shellWord("s3://food/a-b_c/1.jpg")).toBe("s3://food/a-b_c/1.jpg");
  expect(shellWord("my photos")).toBe("'my photos'");
  expect(shellWord("it's")).toBe(`'it'\\''s'`);
  expect(shellWord("$(rm)")).toBe("'$(rm)'");
  expect(shellWord("北京/烤鸭")).toBe("'北京/烤鸭'");
  expect(shellWord("")).toBe("''");
});

it("writes auto-learn as the contract has it, leaving out what was not chosen", () => {
  const request = { name: "dishes", dataset: "food@3", preset: "resnet18", imageSize: null, epochs: null, maxMinutes: 30, pretrained: null, seed: 0 } as const;
  expect(commands.autoLearn(request)).toBe("npx lathe auto-learn dishes --dataset food@3 --preset resnet18 --max-minutes 30 --wait");
  expect(commands.autoLearn({ ...request, name: "", imageSize: 160, epochs: 12, maxMinutes: null, pretrained: "s3://weights/resnet 18.safetensors", seed: 7 })).toBe(
    "npx lathe auto-learn NAME --dataset food@3 --preset resnet18 --image-size 160 --epochs 12 --pretrained 's3://weights/resnet 18.safetensors' --seed 7 --wait",
  );
});

it("names a prefix and a traffic share", () => {
  expect(commands.datasetCreate({ dataset: "food", bucket: "photos", prefix: "2026/食物/" })).toBe("npx lathe dataset create food --from 's3://photos/2026/食物/'");
  expect(commands.deploy({ model: "dishes@2", endpoint: "menu", trafficPercent: 25 })).toBe("npx lathe deploy dishes@2 --endpoint menu --traffic 25");
  expect(commands.deploy({ model: "dishes@2", endpoint: "menu", trafficPercent: 100 })).toBe("npx lathe deploy dishes@2 --endpoint menu");
});
