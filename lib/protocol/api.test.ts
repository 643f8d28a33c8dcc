import { describe, expect, expectTypeOf, it } from "vitest";
import { operations, type OperationInput } from "./api";

describe("the operations catalog", () => {
  it("has one operation for each method and path", () => {
    const seen = Object.values(operations).map((o) => `${o.method} ${o.path.replace(/\{[^}]+\}/g, "{}")}`);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("names every path parameter in its params schema", () => {
    for (const [name, operation] of Object.entries(operations)) {
      const inPath = [...operation.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]).sort();
      const params = operation.params as unknown as { shape?: Record<string, unknown> } | undefined;
      expect(Object.keys(params?.shape ?? {}).sort(), name).toEqual(inPath);
    }
  });

  it("flattens what a caller passes", () => {
    expectTypeOf<OperationInput<"job.show">>().toEqualTypeOf<{ job: string }>();
    expectTypeOf<OperationInput<"bucket.create">>().toEqualTypeOf<{ bucket: string }>();
    // @ts-expect-error a bucket's name is text
    expectTypeOf<OperationInput<"bucket.create">>().toEqualTypeOf<{ bucket: number }>();
  });
});
