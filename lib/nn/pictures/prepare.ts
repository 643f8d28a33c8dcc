import type { ModelSignature } from "../preprocess";
import { decodePicture, isRejection, type PictureRejection, type RawPicture } from "./decode";

/**
 * A file's picture as a model is evaluated and served on it: the short side scaled, then the centre cut out.
 * @returns [S, S, 3] RGB, S the signature's `imageSize`; or why the file is no picture
 */
export async function preparePicture(
  bytes: Uint8Array,
  signature: ModelSignature,
): Promise<Uint8Array | PictureRejection> {
  const picture = await decodePicture(bytes, { shortSide: evaluationShortSide(signature) });
  return isRejection(picture) ? picture : centerCrop(picture, signature.imageSize);
}

/** A signature whose crop is larger than its resize would leave a rim: the crop must fit. */
export function evaluationShortSide({ imageSize, resizeShortSide }: ModelSignature): number {
  return Math.max(resizeShortSide, imageSize);
}

/** The middle square, as torchvision's CenterCrop rounds it. The picture is at least `side` both ways. */
export function centerCrop({ pixels, width, height }: RawPicture, side: number): Uint8Array {
  const left = Math.round((width - side) / 2);
  const top = Math.round((height - side) / 2);
  const result = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    const from = ((top + row) * width + left) * 3;
    result.set(pixels.subarray(from, from + side * 3), row * side * 3);
  }
  return result;
}
