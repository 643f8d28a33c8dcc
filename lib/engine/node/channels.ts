import type { Pixels } from "./decode-sync";

/** How bright red, green and blue are: what libjpeg stores as brightness (Rec. 601), and what libpng computes (Rec. 709). */
export const brightness = { jpeg: [0.299, 0.587, 0.114], png: [0.2126, 0.7152, 0.0722] } as const;

/**
 * The values with another number of channels: grey is repeated, colours are weighed, alpha is dropped or opaque.
 *
 * @param wanted 1 to 4; 2 and 4 have alpha last
 */
export function withChannels({ data, channels }: Pixels, wanted: number, weights: readonly [number, number, number]): Int32Array {
  if (channels === wanted) return Int32Array.from(data);
  const count = data.length / channels;
  const result = new Int32Array(count * wanted);
  const [grey, alpha] = [channels < 3, channels % 2 === 0];
  for (let pixel = 0; pixel < count; pixel++) {
    const from = pixel * channels;
    const to = pixel * wanted;
    const [red, green, blue] = grey ? [data[from]!, data[from]!, data[from]!] : [data[from]!, data[from + 1]!, data[from + 2]!];
    if (wanted < 3) {
      result[to] = grey ? red : Math.round(weights[0] * red + weights[1] * green + weights[2] * blue);
    } else {
      result[to] = red;
      result[to + 1] = green;
      result[to + 2] = blue;
    }
    if (wanted % 2 === 0) result[to + wanted - 1] = alpha ? data[from + channels - 1]! : 255;
  }
  return result;
}
