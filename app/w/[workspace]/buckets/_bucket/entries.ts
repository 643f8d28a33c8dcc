import type { ObjectListing, StoredObject } from "#lib/protocol/buckets";

/** What a folder's view shows: folders first, then objects, each by the name after the prefix. */
export type Entry =
  | { kind: "folder"; id: string; name: string; prefix: string }
  | { kind: "object"; id: string; name: string; object: StoredObject };

/** @param pages of one listing, in order */
export function entriesOf(pages: readonly ObjectListing[], prefix: string): Entry[] {
  const folders: Entry[] = [];
  const objects: Entry[] = [];
  const seen = new Set<string>();
  for (const page of pages) {
    for (const folder of page.folders) {
      // S3 may name a folder again on the next page.
      if (seen.has(folder)) continue;
      seen.add(folder);
      folders.push({ kind: "folder", id: folder, name: folder.slice(prefix.length).replace(/\/$/, ""), prefix: folder });
    }
    for (const object of page.objects) {
      // The folder's own mark, which some tools write, is not a thing in it.
      if (object.key === prefix) continue;
      objects.push({ kind: "object", id: object.key, name: object.key.slice(prefix.length), object });
    }
  }
  return [...folders, ...objects];
}

/** "a/b/" → [{name: "a", prefix: "a/"}, {name: "b", prefix: "a/b/"}] */
export function crumbsOf(prefix: string): { name: string; prefix: string }[] {
  const parts = prefix.split("/").slice(0, -1);
  return parts.map((name, index) => ({ name, prefix: `${parts.slice(0, index + 1).join("/")}/` }));
}

export type PreviewKind = "picture" | "text" | "none";

const pictures = /\.(jpe?g|png|webp|gif|avif|bmp)$/i;
const texts = /\.(txt|md|csv|tsv|json|jsonl|ndjson|ya?ml|toml|ini|conf|log|xml|html?|svg|css|m?[jt]sx?|py|sh|sql)$/i;

/** How an object may be looked at. HTML and SVG are text here: they are never rendered as documents. */
export function previewKind(key: string): PreviewKind {
  if (pictures.test(key)) return "picture";
  return texts.test(key) ? "text" : "none";
}
