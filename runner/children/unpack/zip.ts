import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from "yauzl";
import { LatheError } from "#lib/domain/errors";
import { crc32 } from "./crc32";
import type { Teller } from "./teller";

/** Reads a zip by its central directory, which is the list that a person's own tools show. */
export async function readZip(file: string, teller: Teller): Promise<void> {
  const claims = await claimsOf(file);
  await teller.archive("zip", claims);
  const zip = await openZip(file);
  let done = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      await readEntry(zip, entry, teller);
      await teller.progress(++done / Math.max(1, claims.entries));
    }
  } catch (error) {
    throw error instanceof LatheError ? error : damagedZip(error);
  } finally {
    zip.close();
  }
}

async function openZip(file: string): Promise<ZipFile> {
  try {
    return await openPromise(file, { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true });
  } catch (error) {
    throw damagedZip(error);
  }
}

/** Sums up the directory before anything is unpacked. */
async function claimsOf(file: string): Promise<{ entries: number; claimedBytes: number }> {
  const zip = await openZip(file);
  let entries = 0;
  let claimedBytes = 0;
  try {
    for await (const { uncompressedSize } of zip.eachEntry()) {
      entries++;
      claimedBytes += uncompressedSize;
    }
  } catch {
    // The second reading tells what is damaged, after what is sound before it.
  } finally {
    zip.close();
  }
  return { entries, claimedBytes };
}

async function readEntry(zip: ZipFile, entry: Entry, teller: Teller): Promise<void> {
  const name = nameOf(entry);
  if (name.endsWith("/")) return teller.entry();
  const kind = unixKind(entry);
  if (kind === "link") return teller.leftOut(name, "link", "it is a symbolic link; links are not followed");
  if (kind === "other") return teller.leftOut(name, "device", "it is a device or a pipe, not a file");
  if (entry.isEncrypted()) return teller.leftOut(name, "encrypted", "it is encrypted");
  if (!entry.canDecodeFileData()) return teller.leftOut(name, "unsupported", `it is compressed by method ${entry.compressionMethod}; only deflate is read`);
  let body;
  try {
    body = await zip.openReadStreamPromise(entry);
  } catch (error) {
    return teller.leftOut(name, "damaged", `it cannot be read: ${(error as Error).message.slice(0, 500)}`);
  }
  let crc = 0;
  await teller.file(name, entry.uncompressedSize, body, {
    piece(bytes) {
      teller.count(bytes.length);
      crc = crc32(bytes, crc);
    },
    verdict: () => (crc === entry.crc32 ? null : "its checksum is not the one the archive states"),
  });
}

const unix = 3;
const macos = 19;

/** Made on Unix, the upper half of the attributes is st_mode (APPNOTE 4.4.2, 4.4.15). */
function unixKind({ versionMadeBy, externalFileAttributes }: Entry): "file" | "link" | "other" {
  const system = versionMadeBy >>> 8;
  const type = (externalFileAttributes >>> 16) & 0o170000;
  if ((system !== unix && system !== macos) || type === 0 || type === 0o100000) return "file";
  return type === 0o120000 ? "link" : "other";
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const gb18030 = new TextDecoder("gb18030", { fatal: true });

/**
 * Most archives say that their names are UTF-8, or are ASCII. Of the others, many are UTF-8 all the same, and those that
 * Chinese Windows makes are GB 18030; what is neither is read as the standard has it, code page 437.
 */
export function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Pick<Entry, "generalPurposeBitFlag" | "fileNameRaw" | "extraFields">): string {
  const saysUtf8 = (generalPurposeBitFlag & 0x800) !== 0;
  const standard = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
  const hasUnicodeField = extraFields.some(({ id }) => id === 0x7075);
  if (saysUtf8 || hasUnicodeField || fileNameRaw.every((byte) => byte < 0x80)) return standard;
  for (const decoder of [utf8, gb18030]) {
    try {
      return decoder.decode(fileNameRaw);
    } catch {
      // Not in this encoding.
    }
  }
  return standard;
}

function damagedZip(error: unknown): LatheError {
  return new LatheError({
    code: "archive_damaged",
    message: `The zip's directory is damaged: ${(error as Error).message.slice(0, 500)}.`,
    nextStep: "Pack it again, or upload it again if its size differs from the file's on your disk.",
  });
}
