/**
 * Compares as S3 lists: by the bytes of UTF-8. JavaScript compares UTF-16 units, which puts emoji (surrogates, U+D800…)
 * before U+E000…U+FFFF, where UTF-8 has them after.
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const highX = x >= 0xd800;
    const highY = y >= 0xd800;
    if (highX && highY) return rotate(x) - rotate(y);
    return x - y;
  }
  return a.length - b.length;
}

/** Moves surrogates above everything else in the basic plane. */
function rotate(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
