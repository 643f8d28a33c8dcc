/**
 * `count` numbers in [-1, 1), 24 bits each, from a name alone: the same as reference.py's, bit for bit, so that neither
 * weights nor pictures need to be stored. FNV-1a of the name, then lowbias32's rounds (Chris Wellons, "Prospecting for
 * hash functions") over the places.
 */
export function hashed(name: string, count: number): Float64Array {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const numbers = new Float64Array(count);
  for (let place = 0; place < count; place++) {
    let h = (Math.imul(place, 0x9e3779b1) + seed) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    h ^= h >>> 15;
    numbers[place] = ((h >>> 8) - 2 ** 23) / 2 ** 23;
  }
  return numbers;
}
