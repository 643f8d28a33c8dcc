export function estimateAutoLearn(..._a: unknown[]): never {
  throw new Error("x");
}
