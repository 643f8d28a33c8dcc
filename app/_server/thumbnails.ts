import pLimit from "p-limit";
import sharp from "sharp";
import { LatheError, notFound } from "#lib/domain/errors";
import { artifactsBucket, thumbnailKey } from "#storage/keys";
import type { ObjectInfo, ObjectStore } from "#storage/object-store";

const sidePx = 240;
const maxPictureBytes = 64 * 1024 * 1024;
const maxPixels = 40_000_000;

export type Thumbnail = { webp: Buffer; etag: string };

/**
 * Small previews of pictures, made when first asked for and kept with Lathe's own objects.
 *
 * The bytes may be hostile: their size and pixels are bounded before they are decoded, two at a time.
 */
export class Thumbnails {
  readonly #store: ObjectStore;
  readonly #turn = pLimit(2);
  /** the same picture asked for twice at once is made once */
  readonly #making = new Map<string, Promise<Buffer>>();

  constructor(store: ObjectStore) {
    this.#store = store;
    // libvips' own cache would keep decoded pictures; what is kept here lies in the object store.
    sharp.cache(false);
    sharp.concurrency(1);
  }

  /** @throws LatheError 404 `object_not_found`, `not_a_picture` */
  async of({ workspaceId, bucket, key }: { workspaceId: string; bucket: string; key: string }): Promise<Thumbnail> {
    const object = await this.#store.head(bucket, key);
    if (!object) throw notFound("object", key);
    const cacheKey = thumbnailKey(workspaceId, bucket, object.etag, sidePx);
    const making = this.#making.get(cacheKey) ?? this.#start(cacheKey, bucket, object);
    return { webp: await making, etag: object.etag };
  }

  #start(cacheKey: string, bucket: string, object: ObjectInfo): Promise<Buffer> {
    const making = this.#kept(cacheKey)
      .then((kept) => kept ?? this.#turn(() => this.#make(cacheKey, bucket, object)))
      .finally(() => this.#making.delete(cacheKey));
    this.#making.set(cacheKey, making);
    return making;
  }

  async #kept(cacheKey: string): Promise<Buffer | null> {
    try {
      return await this.#read(artifactsBucket, cacheKey, 1024 * 1024);
    } catch (error) {
      if (error instanceof LatheError && (error.code === "object_not_found" || error.code === "bucket_not_found")) return null;
      throw error;
    }
  }

  async #make(cacheKey: string, bucket: string, object: ObjectInfo): Promise<Buffer> {
    if (object.sizeBytes === 0 || object.sizeBytes > maxPictureBytes) throw notAPicture(object.key);
    const bytes = await this.#read(bucket, object.key, maxPictureBytes);
    if (!startsLikePicture(bytes)) throw notAPicture(object.key);
    const webp = await shrink(bytes).catch((error: unknown) => {
      throw notAPicture(object.key, error);
    });
    // A full store is no reason to show nothing.
    await this.#store.put(artifactsBucket, cacheKey, webp, { contentType: "image/webp" }).catch((error: unknown) => {
      if (!(error instanceof LatheError)) throw error;
    });
    return webp;
  }

  async #read(bucket: string, key: string, limitBytes: number): Promise<Buffer> {
    const { body } = await this.#store.get(bucket, key);
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw notAPicture(key);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

async function shrink(bytes: Buffer): Promise<Buffer> {
  const picture = sharp(bytes, { limitInputPixels: maxPixels, failOn: "none", sequentialRead: true, animated: false });
  return picture
    .rotate()
    .resize({ width: sidePx, height: sidePx, fit: "inside", withoutEnlargement: true })
    .webp({ quality: 78 })
    .timeout({ seconds: 20 })
    .toBuffer();
}

/** The raster formats we show. SVG, PDF and the like are documents: their parsers are not for strangers' bytes. */
function startsLikePicture(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 16);
  const text = head.toString("latin1");
  return (
    (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) ||
    text.startsWith("\x89PNG\r\n\x1a\n") ||
    text.startsWith("GIF8") ||
    (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") ||
    text.startsWith("II*\0") ||
    text.startsWith("MM\0*") ||
    /^....ftyp(avif|avis)/s.test(text)
  );
}

function notAPicture(key: string, cause?: unknown): LatheError {
  return new LatheError({
    code: "not_a_picture",
    message: `"${key}" is not a picture that can be shown small.`,
    nextStep: "Download it to look at it.",
    status: 404,
    cause,
  });
}
