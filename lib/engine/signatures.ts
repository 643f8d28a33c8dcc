/**
 * Numbers for strings that describe a node. Two graphs are the same when their nodes' numbers and edges are, which is
 * compared every step: numbers are cheap, strings of a thousand nodes are not.
 */
const numbers = new Map<string, number>();
let last = 0;
/** shapes come from the data: a program with endless ones must not fill memory. Numbers are not given twice. */
const mostNumbers = 100_000;
const attributeKeys = new WeakMap<object, string>();

export function signatureNumber(description: string): number {
  let number = numbers.get(description);
  if (number === undefined) {
    if (numbers.size >= mostNumbers) numbers.clear();
    number = ++last;
    numbers.set(description, number);
  }
  return number;
}

/** Objects that describe one and the same convolution are shared, so their text is worth keeping. */
export function describeAttributes(attributes: object | null): string {
  if (!attributes) return "";
  let key = attributeKeys.get(attributes);
  if (key === undefined) {
    key = exactJson(attributes);
    attributeKeys.set(attributes, key);
  }
  return key;
}

/** JSON that tells apart the numbers which JSON itself has no words for, or one word: NaN, the infinities, -0. */
export function exactJson(value: object): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === "number" && (!Number.isFinite(each) || Object.is(each, -0)) ? `number ${Object.is(each, -0) ? "-0" : each}` : each,
  );
}
