import { XMLParser, XMLValidator } from "fast-xml-parser";
import { S3Error } from "./errors";

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** An element's content: text, or elements in order; a list repeats the element, under "" its items follow without one; undefined leaves it out. */
export type XmlContent = string | number | boolean | undefined | XmlContent[] | { [name: string]: XmlContent };

export function xmlDocument(root: string, content: XmlContent): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${inner(content)}</${root}>`;
}

/** S3's error documents have no namespace. */
export function xmlError(content: XmlContent): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner(content)}</Error>`;
}

function inner(content: XmlContent): string {
  if (typeof content !== "object") return escape(String(content ?? ""));
  return Object.entries(content)
    .map(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => (one === undefined ? "" : name === "" ? inner(one) : `<${name}>${inner(one)}</${name}>`)).join(""))
    .join("");
}

const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Control characters have no place in XML 1.0, but S3 sends them as references, and clients read them. */
function escape(text: string): string {
  return text.replace(/[&<>"]|[\p{Cc}\uFFFE\uFFFF]/gu, (c) => names[c] ?? `&#${c.charCodeAt(0)};`);
}

const repeated = new Set(["Object", "Part", "CORSRule", "AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader", "Rule", "Tag"]);

/** Entities are ours to decode, so that none that a document defines can grow. */
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  processEntities: false,
  isArray: (name) => repeated.has(name),
});

export type XmlNode = string | { [name: string]: XmlNode | XmlNode[] };

/**
 * Reads a request's document: elements by name, text with entities decoded, those that S3 lets repeat always as lists.
 * @throws S3Error MalformedXML, also for a document type, which S3 has no use for
 */
export function parseXml(text: string, root: string): Record<string, XmlNode | XmlNode[]> {
  if (/<!(DOCTYPE|ENTITY)/i.test(text) || XMLValidator.validate(text) !== true) throw new S3Error("MalformedXML");
  let document: Record<string, unknown>;
  try {
    document = parser.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new S3Error("MalformedXML", undefined, {}, { cause });
  }
  const content = document[root];
  if (content === undefined) throw new S3Error("MalformedXML", `The document must be a ${root}.`);
  return typeof content === "object" && content !== null ? (content as Record<string, XmlNode | XmlNode[]>) : {};
}

export function xmlText(node: XmlNode | XmlNode[] | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (typeof node !== "string") throw new S3Error("MalformedXML");
  return node.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot|apos));/gi, (all, decimal?: string, hex?: string, name?: string) => {
    if (name) return { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" }[name.toLowerCase()] ?? all;
    const point = decimal ? Number(decimal) : Number.parseInt(hex!, 16);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) throw new S3Error("MalformedXML");
    return String.fromCodePoint(point);
  });
}

/** A list of elements under one name; none is an empty list. */
export function xmlList(node: XmlNode | XmlNode[] | undefined): XmlNode[] {
  return Array.isArray(node) ? node : node === undefined ? [] : [node];
}

export function xmlElement(node: XmlNode): Record<string, XmlNode | XmlNode[]> {
  if (typeof node === "string") throw new S3Error("MalformedXML");
  return node;
}
