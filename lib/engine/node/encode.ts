import type { Tensor3D } from "@tensorflow/tfjs-core";
import sharp, { type Sharp } from "sharp";
import { EngineError } from "../engine-error";

/**
 * @param image [height, width, 1 or 3], values in [0, 255]; the caller disposes
 * @param quality 0 to 100
 * @returns a JPEG file's bytes
 */
export async function encodeJpeg(
  image: Tensor3D,
  format: "" | "grayscale" | "rgb" = "",
  quality = 95,
  progressive = false,
  optimizeSize = false,
  chromaDownsampling = true,
  densityUnit: "in" | "cm" = "in",
  xDensity = 300,
): Promise<Uint8Array> {
  const channels = image.shape[2];
  const wanted = { "": channels, grayscale: 1, rgb: 3 }[format];
  if (wanted === undefined) throw new EngineError(`encodeJpeg knows the formats "", "grayscale" and "rgb", not "${String(format)}".`);
  if (channels !== wanted || (channels !== 1 && channels !== 3)) {
    throw new EngineError(`encodeJpeg takes [height, width, 1 or 3]${format && `, with ${wanted} for ${format}`}, but the image is [${image.shape.join(", ")}].`);
  }
  if (!(quality >= 0 && quality <= 100)) throw new EngineError(`encodeJpeg takes a quality from 0 to 100, not ${quality}.`);
  const picture = (await rawPicture("encodeJpeg", image)).withDensity(densityUnit === "cm" ? xDensity * 2.54 : xDensity);
  return encoded(
    (channels === 1 ? picture.toColourspace("b-w") : picture).jpeg({
      quality: Math.max(1, Math.round(quality)),
      progressive,
      optimiseCoding: optimizeSize,
      chromaSubsampling: chromaDownsampling ? "4:2:0" : "4:4:4",
    }),
  );
}

/**
 * @param image [height, width, 1 to 4], values in [0, 255]; the caller disposes
 * @param compression 0 (quick) to 9 (small)
 * @returns a PNG file's bytes
 */
export async function encodePng(image: Tensor3D, compression = 1): Promise<Uint8Array> {
  if (!(compression >= 0 && compression <= 9)) throw new EngineError(`encodePng takes a compression from 0 to 9, not ${compression}.`);
  const picture = await rawPicture("encodePng", image);
  return encoded((image.shape[2] < 3 ? picture.toColourspace("b-w") : picture).png({ compressionLevel: compression }));
}

async function rawPicture(name: string, image: Tensor3D): Promise<Sharp> {
  const [height, width, channels] = image.shape;
  if (image.rank !== 3 || channels < 1 || channels > 4 || image.size === 0) {
    throw new EngineError(`${name} takes [height, width, channels], but the image is [${image.shape.join(", ")}].`);
  }
  const values = Uint8ClampedArray.from(await image.data());
  return sharp(new Uint8Array(values.buffer), { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 } });
}

async function encoded(picture: Sharp): Promise<Uint8Array> {
  return new Uint8Array(await picture.toBuffer());
}
