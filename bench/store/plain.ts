import { open, rename } from "node:fs/promises";
import path from "node:path";

/** What any store must do at the least for an object: write, sync, give it its name. */
export async function writeDurably(folder: string, name: string, bytes: Buffer): Promise<void> {
  const part = path.join(folder, `${name}.part`);
  const file = await open(part, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path.join(folder, name));
}
