import { open, stat } from "node:fs/promises";
import path from "node:path";
import { maxUnpackedBytes, type ArchiveFormat } from "#lib/domain/archive";
import { LatheError } from "#lib/domain/errors";
import type { ChildContext, Ended, TaskOf } from "./context";
import { Teller } from "./unpack/teller";
import { readTar } from "./unpack/tar";
import { readZip } from "./unpack/zip";

/** Reads an archive and tells the runner what is in it. Decides on no name: the runner does. */
export async function unpack(context: ChildContext, task: TaskOf<"unpack">): Promise<Ended> {
  const file = path.join(context.folders.input, task.file);
  const { size } = await stat(file);
  const teller = new Teller(context, size, maxUnpackedBytes(size));
  const format = await formatOf(file);
  if (format === "zip") await readZip(file, teller);
  else await readTar(file, format, teller);
  return { type: "ended", reason: "completed", error: null, model: null };
}

/** By the bytes: an ending is only somebody's word. @throws LatheError `archive_unknown` */
async function formatOf(file: string): Promise<ArchiveFormat> {
  const head = Buffer.alloc(512);
  const handle = await open(file);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  await handle.close();
  const signature = head.subarray(0, 4).toString("latin1");
  if (signature === "PK\u0003\u0004" || signature === "PK\u0005\u0006") return "zip";
  if (head[0] === 0x1f && head[1] === 0x8b) return "tar.gz";
  if (bytesRead === 512 && hasTarChecksum(head)) return "tar";
  const known = others.find(([magic]) => head.subarray(0, magic.length).equals(magic));
  throw new LatheError({
    code: "archive_unknown",
    message: known ? `This is ${known[1]}, which is not unpacked here.` : "These bytes are no zip, tar or tar.gz.",
    nextStep: "Pack the files as .zip, .tar or .tar.gz and upload that.",
  });
}

const others: readonly (readonly [Buffer, string])[] = [
  [Buffer.from("377abcaf271c", "hex"), "a 7z archive"],
  [Buffer.from("Rar!"), "a RAR archive"],
  [Buffer.from("28b52ffd", "hex"), "a Zstandard file"],
  [Buffer.from("fd377a585a00", "hex"), "an xz file"],
  [Buffer.from("BZh"), "a bzip2 file"],
];

/** A tar has no signature in its oldest form; the sum of its first header tells (POSIX ustar, chksum at 148). */
function hasTarChecksum(header: Buffer): boolean {
  const stated = parseInt(header.toString("latin1", 148, 156).replace(/\0.*$/s, "").trim(), 8);
  let sum = 8 * 32;
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += header[i]!;
  return stated === sum;
}
