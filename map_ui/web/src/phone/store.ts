/** What the phone keeps: packs to read without a network, and the queue of what must still arrive. IndexedDB. */

export interface Waiting {
  /** The client-made id: the server takes it once, however often it is sent. */
  id: string;
  kind: "result" | "photo";
  url: string;
  stop: string;
  at: number;
  body: Record<string, unknown> | Blob;
}

let opening: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((done, fail) => {
    const asked = indexedDB.open("wangge-phone", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("packs");
      asked.result.createObjectStore("queue", { keyPath: "id" });
      asked.result.createObjectStore("receipts", { keyPath: "id" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error ?? new Error("IndexedDB"));
  });
  return opening;
}

async function inStore<T>(
  name: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  const base = await open();
  return new Promise((done, fail) => {
    const transaction = base.transaction(name, mode);
    const asked = work(transaction.objectStore(name));
    // Only when the transaction is complete is it on the disk.
    transaction.oncomplete = () => done(asked.result as T);
    transaction.onerror = transaction.onabort = () => fail(transaction.error ?? new Error("IndexedDB"));
  });
}

export const keepPack = (key: string, pack: unknown) =>
  inStore<unknown>("packs", "readwrite", (s) => s.put({ at: Date.now(), pack }, key));
export const readPack = <P>(key: string) =>
  inStore<{ at: number; pack: P } | undefined>("packs", "readonly", (s) => s.get(key));
export const enqueue = (waiting: Waiting) => inStore<unknown>("queue", "readwrite", (s) => s.put(waiting));
export const dequeue = (id: string) => inStore<unknown>("queue", "readwrite", (s) => s.delete(id));
export const queue = () =>
  inStore<Waiting[]>("queue", "readonly", (s) => s.getAll()).then((all) => all.sort((a, b) => a.at - b.at));

export interface Receipt {
  id: string;
  stop: string;
  kind: "result" | "photo";
  state: string;
  at: string;
  why?: string;
  findings: string[];
}
export const keepReceipt = (receipt: Receipt) => inStore<unknown>("receipts", "readwrite", (s) => s.put(receipt));
export const readReceipts = () => inStore<Receipt[]>("receipts", "readonly", (s) => s.getAll());
