// On every page that is not an officer's: the size of text, and what the worker keeps for later.
const root = document.documentElement;
const cookie = (name) => document.cookie.split("; ")
  .find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

// Pages kept on the phone are everybody's: the size of text is put on here.
const size = cookie("text_size");
if (["large", "largest"].includes(size)) root.classList.add(`text-${size}`);

// Nothing is kept before somebody chose a country or opened a page for asking help.
const home = document.querySelector("[data-home]");
const report = document.querySelector("[data-report], [data-later]");
const country = home?.dataset.country ?? "";

const keep = async () => {
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ shell: { lang: root.lang, country } });
};

if ((country || report) && "serviceWorker" in navigator) {
  // After everything one came for: on a slow line the page itself is first.
  const start = () => keep().catch(() => null);
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}

const select = document.querySelector("select[name=country]");
if (select && !select.value) select.value = cookie("where").replaceAll('"', "").slice(0, 2);
