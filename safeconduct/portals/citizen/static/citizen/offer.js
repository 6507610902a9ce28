// Offers warnings on this phone where somebody has just told us something; never by itself, and
// never again after a No.
/* global subscribeTo, packed */
const section = document.querySelector("[data-offer]");
const APART = 2000;
const MOST_TRIES = 30;
let about = {};

const remembered = () => {
  try {
    return localStorage.getItem("warnings") === "no";
  } catch {
    return false;
  }
};
const remember = () => {
  try {
    localStorage.setItem("warnings", "no");
  } catch { /* a private window forgets it anyway */ }
};

const can = () => Boolean(section?.dataset.key)
  && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const show = (step) => {
  for (const part of section.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== step;
  section.hidden = false;
};

const isOn = async () => {
  if (Notification.permission !== "granted") return false;
  const worker = await navigator.serviceWorker.getRegistration("/");
  return Boolean(await worker?.pushManager.getSubscription());
};

// What was said a moment ago may not be filed yet.
const handIn = async (subscription, tries = 0) => {
  const country = section.querySelector("select")?.value ?? about.country ?? "";
  const { record = "", request = "" } = about;
  const body = new URLSearchParams({ ...packed(subscription), record, request, country });
  const response = await fetch(section.dataset.to, { method: "POST", body });
  if (response.status === 409 && tries < MOST_TRIES) {
    await new Promise((done) => { setTimeout(done, APART); });
    return handIn(subscription, tries + 1);
  }
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()).record;
};

const switchOn = async () => {
  if (await Notification.requestPermission() !== "granted") {
    remember();
    show("denied");
    return;
  }
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const worker = await navigator.serviceWorker.ready;
  const record = await handIn(await subscribeTo(worker, section.dataset.key));
  show("done");
  const link = section.querySelector("[data-own]");
  link.hidden = !record;
  if (record) link.href = record;
};

const offer = async () => {
  if (!can()) return;
  if (Notification.permission === "denied" || remembered() || await isOn().catch(() => false)) return;
  show("ask");
};

document.addEventListener("said", ({ detail }) => {
  about = detail;
  offer();
});
section?.querySelector("[data-yes]").addEventListener("click", () => {
  if (section.querySelector("select")?.reportValidity() === false) return;
  switchOn().catch(() => show("failed"));
});
section?.querySelector("[data-no]")?.addEventListener("click", () => {
  remember();
  section.hidden = true;
});
// The page of its own: whoever opens it has asked for it.
if (section && "now" in section.dataset) {
  if (!can()) show("cannot");
  else show(Notification.permission === "denied" ? "denied" : "ask");
}
