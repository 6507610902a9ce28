// The one drawer everything on this phone is kept in; the same file runs in pages and in the worker.
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
// Kept means written: the answer to a request comes before its transaction is safe.
const written = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(transaction.error);
});

async function drawer(mode, what) {
  const opening = indexedDB.open("safeconduct", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
  const database = await done(opening);
  // Whoever wipes the phone must not wait for a page that is still open.
  database.onversionchange = () => database.close();
  try {
    const transaction = database.transaction("kept", mode, { durability: "strict" });
    const ended = written(transaction);
    const found = await done(what(transaction.objectStore("kept")));
    await ended;
    return found;
  } finally {
    database.close();
  }
}

const put = (name, value) => drawer("readwrite", (kept) => kept.put(value, name));
const get = (name) => drawer("readonly", (kept) => kept.get(name));
const drop = (name) => drawer("readwrite", (kept) => kept.delete(name));
// Both or neither: a phone that dies in between has lost nothing.
const exchange = (old, name, value) => drawer("readwrite", (kept) => {
  kept.put(value, name);
  return kept.delete(old);
});
async function listed(prefix) {
  const range = IDBKeyRange.bound(prefix, `${prefix}~`);
  const found = await drawer("readonly", (kept) => kept.getAll(range));
  return found.sort((one, other) => one.at - other.at);
}
