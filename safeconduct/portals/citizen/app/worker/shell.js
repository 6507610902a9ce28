// Keeps the first screen of chosen countries and the pages for asking help: readable without a line.
// It answers for these few addresses only; whatever is somebody's own passes it by untouched.
const { shell: SHELL } = HOUSE;
const WAITS = 8000;
const FRESH = 15 * 60 * 1000;
const MOST_COUNTRIES = 4;

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname in SHELL.pages) event.respondWith(pageOrKept(request, url));
  } else if (SHELL.assets.includes(url.pathname + url.search)) {
    event.respondWith(keptAsset(request));
  }
});

const late = () => new Promise((_, reject) => {
  setTimeout(() => reject(new Error("late")), WAITS);
});

async function pageOrKept(request, url) {
  const asked = fetch(request);
  // Kept pages are for when there is nothing better: a slow line may still bring today's.
  asked.catch(() => null);
  try {
    const response = await Promise.race([asked, late()]);
    if (response.status < 500) return response;
  } catch { /* no line, or hardly one */ }
  return await keptPage(url) ?? asked;
}

async function keptPage(url) {
  const asked = (url.searchParams.get("place") ?? url.searchParams.get("country") ?? "").slice(0, 2);
  return fromEdition(({ lang, countries }) => {
    const country = countries.includes(asked) ? asked : countries[0];
    const own = url.pathname === "/" && country ? SHELL.country : SHELL.pages[url.pathname];
    return addressed(own, lang, country);
  });
}

const keptAsset = async (request) => await fromEdition(() => request.url) ?? fetch(request);

// Twice: the edition may change between asking for its name and looking into it.
async function fromEdition(addressIn) {
  for (let tries = 0; tries < 2; tries += 1) {
    const held = await get("shell").catch(() => null);
    const found = held && await caches.match(addressIn(held), { cacheName: held.name });
    if (found) return found;
  }
  return null;
}

const addressed = (address, lang, country) => address.replace("LL", lang).replace("CC", country);

// All of the new edition lies ready before the old one goes; a line that breaks leaves the old one.
async function keepShell({ lang, country }) {
  const held = await get("shell");
  const known = held?.countries ?? [];
  const countries = country
    ? [country, ...known.filter((code) => code !== country)].slice(0, MOST_COUNTRIES)
    : known;
  const wanted = { lang: lang ?? held?.lang ?? "en", countries, version: SHELL.version };
  const isSame = ["lang", "version"].every((name) => held?.[name] === wanted[name])
    && String(known) === String(countries);
  if (isSame && Date.now() - held.at < FRESH) return;
  await edition(wanted);
}

async function edition({ lang, countries, version }) {
  const name = `kept ${version} ${crypto.randomUUID()}`;
  const pages = [
    ...Object.values(SHELL.pages).map((address) => addressed(address, lang)),
    ...countries.map((code) => addressed(SHELL.country, lang, code)),
  ];
  try {
    const cache = await caches.open(name);
    await Promise.all([...pages, ...SHELL.assets].map((address) => fetched(cache, address)));
    await put("shell", { name, lang, countries, version, at: Date.now() });
  } catch {
    await caches.delete(name);
    return;
  }
  for (const old of await caches.keys()) {
    if (old.startsWith("kept ") && old !== name) await caches.delete(old);
  }
}

async function fetched(cache, address) {
  // Without cookies: what is kept must be nobody's own.
  const response = await fetch(address, { credentials: "omit", cache: "no-cache" });
  if (!response.ok || response.redirected) throw new Error(`${response.status} ${address}`);
  await cache.put(address, response);
}

async function forgetCountry(country) {
  const held = await get("shell");
  if (!held) return;
  await edition({ ...held, countries: held.countries.filter((code) => code !== country) });
}

// After a new release of ours: what is kept is made anew when there is a line.
const renewShell = async () => {
  const held = await get("shell").catch(() => null);
  if (held && held.version !== SHELL.version) await edition({ ...held, version: SHELL.version });
};
const oneEdition = (work) => (navigator.locks ? navigator.locks.request("shell", work) : work());
