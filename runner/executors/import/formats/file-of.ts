import { LatheError } from "#lib/domain/errors";
import type { DatasetFormat } from "#lib/domain/dataset";
import { validateObjectKey } from "#storage/keys";
import type { Source } from "../source";

/** So many files are looked through for one that was not named. */
const maxLookedAt = 100_000;

/**
 * The one table or manifest of a format: the one that was named, or the only one there is, directly under the prefix or else deeper.
 * @throws LatheError `format_file_missing`, `format_file_ambiguous`
 */
export async function fileOf(source: Source, format: DatasetFormat, fits: (key: string) => boolean): Promise<string> {
  if (source.file !== undefined) {
    for (const key of [source.file, source.prefix + source.file]) {
      validateObjectKey(key);
      for await (const object of source.list(key)) {
        if (object.key === key) return key;
        break;
      }
    }
    throw absent(source, format, `There is no file "${source.file}" in bucket "${source.bucket}".`);
  }
  const found = await filesOf(source, fits);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw absent(source, format, `There is no ${format} file under s3://${source.bucket}/${source.prefix}.`);
  throw new LatheError({
    code: "format_file_ambiguous",
    message: `There are several files that could be meant: ${found.slice(0, 5).map((key) => `"${key}"`).join(", ")}${found.length > 5 ? " …" : ""}.`,
    nextStep: "Say which one it is (`--file KEY`).",
    status: 422,
  });
}

/** Files that fit: those directly under the prefix, or if there is none, those below. */
export async function filesOf(source: Source, fits: (key: string) => boolean): Promise<string[]> {
  const top = (await source.level(source.prefix)).objects.map(({ key }) => key).filter(fits);
  if (top.length > 0) return top;
  const deep: string[] = [];
  let looked = 0;
  for await (const { key } of source.list()) {
    if (fits(key)) deep.push(key);
    if (++looked >= maxLookedAt || deep.length >= 100) break;
  }
  return deep;
}

function absent(source: Source, format: DatasetFormat, message: string): LatheError {
  return new LatheError({
    code: "format_file_missing",
    message,
    nextStep: `Upload it under s3://${source.bucket}/${source.prefix}, say which file it is (\`--file KEY\`), or choose another format than ${format}.`,
    status: 422,
  });
}
