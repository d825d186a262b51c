/** Files made by the service, on their way to the person. */

/** Hand a file that was asked for to the browser, which asks where to put it or puts it where it always does. */
export function saveFile(name: string, body: Blob): void {
  const address = URL.createObjectURL(body);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
