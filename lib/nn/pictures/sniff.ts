/** The formats that libvips decodes safely here. Everything else is refused before a decoder sees it. */
export const formatsRead = ["jpeg", "png", "webp", "gif", "avif", "tiff"] as const;
export type PictureFormat = (typeof formatsRead)[number];

/** Known pictures and documents that are not read: named, so that a person learns what the file is. */
export type OtherFormat = "svg" | "pdf" | "bmp" | "heic" | "ico" | "psd" | "jpeg-xl" | "jpeg-2000";

/** Signatures at fixed places; `.` stands for any byte. From each format's specification. */
const signatures: readonly { format: PictureFormat | OtherFormat; at: number; bytes: string }[] = [
  { format: "jpeg", at: 0, bytes: "\xff\xd8\xff" },
  { format: "png", at: 0, bytes: "\x89PNG\r\n\x1a\n" },
  { format: "webp", at: 0, bytes: "RIFF....WEBP" },
  { format: "gif", at: 0, bytes: "GIF87a" },
  { format: "gif", at: 0, bytes: "GIF89a" },
  { format: "tiff", at: 0, bytes: "II*\0" },
  { format: "tiff", at: 0, bytes: "MM\0*" },
  { format: "tiff", at: 0, bytes: "II+\0" },
  { format: "tiff", at: 0, bytes: "MM\0+" },
  { format: "avif", at: 4, bytes: "ftypavif" },
  { format: "avif", at: 4, bytes: "ftypavis" },
  { format: "heic", at: 4, bytes: "ftyphei" },
  { format: "heic", at: 4, bytes: "ftyphev" },
  { format: "heic", at: 4, bytes: "ftypmif1" },
  { format: "pdf", at: 0, bytes: "%PDF-" },
  { format: "bmp", at: 0, bytes: "BM........" },
  { format: "ico", at: 0, bytes: "\0\0\x01\0" },
  { format: "psd", at: 0, bytes: "8BPS" },
  { format: "jpeg-xl", at: 0, bytes: "\xff\x0a" },
  { format: "jpeg-xl", at: 4, bytes: "JXL \r\n\x87\n" },
  { format: "jpeg-2000", at: 4, bytes: "jP  \r\n\x87\n" },
];

/** What a file is by its content; its name is never asked. @returns null when it is no picture known here */
export function sniffFormat(bytes: Uint8Array): PictureFormat | OtherFormat | null {
  const head = String.fromCharCode(...bytes.subarray(0, 1024));
  const found = signatures.find(({ at, bytes: expected }) => matches(head, at, expected));
  if (found) return found.format === "bmp" && !isBitmap(bytes) ? null : found.format;
  return /<svg[\s>]/i.test(head) ? "svg" : null;
}

function matches(head: string, at: number, expected: string): boolean {
  if (head.length < at + expected.length) return false;
  for (let i = 0; i < expected.length; i++) if (expected[i] !== "." && expected[i] !== head[at + i]) return false;
  return true;
}

/** "BM" begins many a text; a bitmap's next four bytes are its size, and the four reserved ones after it are zero. */
function isBitmap(bytes: Uint8Array): boolean {
  return bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0 && bytes[9] === 0;
}
