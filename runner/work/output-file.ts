import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { LatheError } from "#lib/domain/errors";

/**
 * Opens a file that a child wrote: a plain file of bounded size, never a link to somewhere else.
 * @param name relative to `folder`, without a link in any part
 * @throws LatheError `child_output`; null when there is no such file
 */
async function openOutput(folder: string, name: string, maxBytes: number) {
  const parts = name.split("/");
  let at = folder;
  for (const part of parts.slice(0, -1)) {
    at = path.join(at, part);
    const handle = await open(at, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(absentOrBad(name));
    if (!handle) return null;
    await handle.close();
  }
  const file = path.join(folder, name);
  // Without O_NONBLOCK a pipe of that name would hold the runner up for ever.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(absentOrBad(name));
  if (!handle) return null;
  const status = await handle.stat();
  if (status.isFile() && status.size <= maxBytes) return { handle, sizeBytes: status.size };
  await handle.close();
  throw badOutput(name, status.isFile() ? `it has ${status.size} bytes` : "it is no plain file");
}

function absentOrBad(name: string) {
  return (error: NodeJS.ErrnoException): null => {
    if (error.code === "ENOENT") return null;
    throw badOutput(name, error.message);
  };
}

function badOutput(name: string, why: string): LatheError {
  return new LatheError({
    code: "child_output",
    message: `The job's process left "${name}" in a state that cannot be used: ${why}.`,
    nextStep: "Start the job again; if it happens again, report it.",
  });
}

/** @returns null when there is no such file. @throws LatheError `child_output` */
export async function readOutput(folder: string, name: string, maxBytes: number): Promise<Buffer | null> {
  const opened = await openOutput(folder, name, maxBytes);
  if (!opened) return null;
  try {
    return await opened.handle.readFile();
  } finally {
    await opened.handle.close();
  }
}

/** @returns null when there is no such file; what it holds, to be read once from `open()` as often as wanted */
export async function measureOutput(folder: string, name: string, maxBytes: number): Promise<{ sizeBytes: number; sha256: string; open(): Readable } | null> {
  const opened = await openOutput(folder, name, maxBytes);
  if (!opened) return null;
  const hash = createHash("sha256");
  for await (const piece of opened.handle.createReadStream() as AsyncIterable<Buffer>) hash.update(piece);
  return { sizeBytes: opened.sizeBytes, sha256: hash.digest("hex"), open: () => createReadStream(path.join(folder, name)) };
}
