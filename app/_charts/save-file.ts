/** Gives the browser a file to save. A byte order mark lets spreadsheets read Chinese in CSV. */
export function saveText(fileName: string, text: string, type: string): void {
  saveBlob(fileName, new Blob(type.startsWith("text/csv") ? ["\ufeff", text] : [text], { type }));
}

export function saveBlob(fileName: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser reads the URL after this turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
