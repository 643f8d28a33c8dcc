import { describe, expect, it } from "vitest";
import { distinct, slowProducts, type Python } from "./pythons";

const debian: Python = { executable: "/usr/bin/python3", version: "1.13.0a0", torch: "/usr/lib/python3/dist-packages/torch/__init__.py", compiles: false, productGigaflops: 7.8 };

describe("Pythons", () => {
  it("that import the same PyTorch are one reference", () => {
    const other = { ...debian, executable: "/opt/python", torch: "/opt/torch/__init__.py" };
    expect(distinct([debian, { ...debian, executable: "/bin/python3" }, other]).map(({ torch }) => torch)).toEqual([debian.torch, other.torch]);
  });

  it("without a fast BLAS are told of", () => {
    expect(slowProducts(debian)).toContain("apt install libopenblas0-pthread");
    expect(slowProducts({ ...debian, productGigaflops: 100 })).toBeNull();
  });
});
