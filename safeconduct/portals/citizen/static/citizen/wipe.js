// Empties the phone by itself, also without a line; the answer of the server then says it once more.
/* global listed */
const form = document.querySelector("[data-before] form");

const forget = async () => {
  const workers = await navigator.serviceWorker?.getRegistrations() ?? [];
  await Promise.all(workers.map(async (worker) => {
    const subscription = await worker.pushManager?.getSubscription().catch(() => null);
    await subscription?.unsubscribe();
    await worker.unregister();
  }));
  await Promise.all((await globalThis.caches?.keys() ?? []).map((name) => caches.delete(name)));
  localStorage.clear();
  sessionStorage.clear();
  await new Promise((done) => {
    const going = indexedDB.deleteDatabase("safeconduct");
    Object.assign(going, { onsuccess: done, onerror: done, onblocked: done });
  });
};

const forgetCookies = () => {
  for (const pair of document.cookie.split("; ")) {
    document.cookie = `${pair.split("=")[0]}=; path=/; max-age=0`;
  }
};

const count = async () => {
  const waiting = [...await listed("report "), ...await listed("answer ")];
  const line = document.querySelector("[data-unsent]");
  line.textContent = line.dataset.unsent.replace("%s", waiting.length);
  line.hidden = !waiting.length;
};

const done = () => {
  document.querySelector("[data-before]").hidden = true;
  const said = document.querySelector("[data-wiped]");
  said.hidden = false;
  said.tabIndex = -1;
  said.focus();
};

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  // Counting opens the drawer: behind the wiping it would leave an empty one.
  await counted;
  const body = new URLSearchParams(new FormData(form));
  await forget();
  // The token of the form counts only together with its cookie, which goes last.
  await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout?.(5000) })
    .catch(() => null);
  forgetCookies();
  done();
});
const counted = form ? count().catch(() => null) : null;
