// Saves bytes as a file on this computer.

/** @type {(name: string, ...pieces: BlobPart[]) => void} */
export function saveFile(name, ...pieces) {
  const address = URL.createObjectURL(new Blob(pieces, { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after this turn; what is never released stays in memory.
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
