import { createReadStream } from "node:fs";
import { pipeline, Transform, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { LatheError } from "#lib/domain/errors";
import type { Teller } from "./teller";

/** Reads a tar from its first byte to its last, one entry after the other. */
export async function readTar(file: string, format: "tar" | "tar.gz", teller: Teller): Promise<void> {
  await teller.archive(format, { entries: null, claimedBytes: null });
  let read = 0;
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  source.on("data", (piece) => (read += piece.length));
  source.pause();
  // Counted here, padding and headers too: a bomb need not lie in a file.
  const count = new Transform({
    transform(piece: Buffer, _encoding, done) {
      try {
        teller.count(piece.length);
        done(null, piece);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const tar = extract();
  let failure: Error | null = null;
  const stages = format === "tar" ? [source, count, tar] : [source, createGunzip({ chunkSize: 256 * 1024 }), count, tar];
  const over = new Promise<void>((resolve) =>
    pipeline(stages as unknown as readonly NodeJS.ReadWriteStream[], (error) => {
      failure = error ?? null;
      resolve();
    }),
  );
  let last = "";
  try {
    for await (const entry of tar) {
      last = entry.header.name;
      await readEntry(entry.header, entry as unknown as Readable, teller);
      await teller.progress(read / teller.archiveBytes);
    }
    await over;
  } catch (error) {
    failure ??= error as Error;
  }
  if (failure) throw (failure as unknown) instanceof LatheError ? failure : damagedTar(failure, last);
}

async function readEntry(header: Header, body: Readable, teller: Teller): Promise<void> {
  const { name, type, size = 0 } = header;
  if (type === "file" || type === "contiguous-file") {
    // Old tars mark a folder by the slash alone.
    if (name.endsWith("/") && size === 0) {
      body.resume();
      return teller.entry();
    }
    return teller.file(name, size, body, noChecksum);
  }
  body.resume();
  if (type === "directory") return teller.entry();
  if (type === "symlink") return teller.leftOut(name, "link", "it is a symbolic link; links are not followed");
  if (type === "link") return teller.leftOut(name, "link", "it is a hard link to another entry; links are not followed");
  if (type === "character-device" || type === "block-device" || type === "fifo") return teller.leftOut(name, "device", "it is a device or a pipe, not a file");
  return teller.leftOut(name, "unsupported", `it is of a kind that is not read (${type ?? "unknown"})`);
}

/** A tar has none of its files' bytes, and all of its bytes are counted as they come. */
const noChecksum = { piece() {}, verdict: () => null };

function damagedTar(error: Error, last: string): LatheError {
  return new LatheError({
    code: "archive_damaged",
    message: `The tar is damaged${last ? ` at or after "${last.slice(0, 200)}"` : " from its beginning"}: ${error.message.slice(0, 500)}. What lies behind that cannot be read.`,
    nextStep: "Pack it again, or upload it again if its size differs from the file's on your disk.",
  });
}
