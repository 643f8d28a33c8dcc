/** What the endpoint reads as it is. */
const taken = ["image/jpeg", "image/png", "image/webp"];
/** The endpoint takes 32 MiB; a larger photograph is made smaller here, it looks at far fewer pixels anyway. */
const mostBytes = 30 * 1024 * 1024;
const mostSidePx = 4096;

/**
 * A picture as the endpoint takes it. Other formats the browser knows (HEIC on a Mac, AVIF, GIF, BMP) become JPEG; one it
 * does not know is sent as it is, and the endpoint says what is wrong with it.
 */
export async function preparePicture(file: Blob): Promise<Blob> {
  if (taken.includes(file.type) && file.size <= mostBytes) return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return file;
  }
  const scale = Math.min(1, mostSidePx / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (!context) return file;
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob((jpeg) => resolve(jpeg ?? file), "image/jpeg", 0.92));
}
