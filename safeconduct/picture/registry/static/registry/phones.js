// Warnings on this phone. The browser is asked for leave only when its owner taps the button.
/* global subscribeTo, packed, text */
const section = document.querySelector("#phones");
const WORKER = "/sw.js";
const RENEWED = "/me/phone/renewed/";

const show = (...which) => {
  for (const part of section.querySelectorAll("[data-when]")) {
    part.hidden = !which.includes(part.dataset.when);
  }
};

const mark = async (endpoint) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  const hex = [...new Uint8Array(digest)].map((octet) => octet.toString(16).padStart(2, "0"));
  return hex.join("").slice(0, 16);
};

const subscribe = (worker) => subscribeTo(worker, section.dataset.key);

const knowsOurKey = (subscription) => {
  const key = subscription.options?.applicationServerKey;
  return !key || text(key) === section.dataset.key;
};

// We have a new key: a subscription made for the old one is replaced by one for this.
const renewed = async (worker, stale) => {
  const old = packed(stale);
  await stale.unsubscribe();
  const fresh = await subscribe(worker);
  await fetch(RENEWED, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ old, fresh: packed(fresh) }),
  });
  return fresh;
};

const current = async () => {
  const worker = await navigator.serviceWorker.getRegistration("/");
  const found = await worker?.pushManager.getSubscription();
  if (!found || Notification.permission !== "granted") return null;
  return knowsOurKey(found) ? found : renewed(worker, found);
};

const look = async () => {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    const phone = /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone;
    show(phone ? "iphone" : "cannot");
    return;
  }
  if (Notification.permission === "denied") {
    show("denied");
    return;
  }
  const known = section.dataset.known.split(" ");
  const subscription = await current().catch(() => null);
  const on = subscription && known.includes(await mark(subscription.endpoint));
  if (on) section.querySelector("[data-when=on] [name=endpoint]").value = subscription.endpoint;
  show(on ? "on" : "off");
};

const switchOn = async (form) => {
  if (await Notification.requestPermission() !== "granted") {
    show("denied");
    return;
  }
  await navigator.serviceWorker.register(WORKER, { scope: "/" });
  const subscription = await subscribe(await navigator.serviceWorker.ready);
  for (const [name, value] of Object.entries(packed(subscription))) {
    form.elements[name].value = value;
  }
  form.submit();
};

const switchOff = async (form) => {
  const worker = await navigator.serviceWorker.getRegistration("/");
  const subscription = await worker?.pushManager.getSubscription();
  await subscription?.unsubscribe();
  form.submit();
};

section.querySelector("form[data-when=off]").addEventListener("submit", (event) => {
  event.preventDefault();
  switchOn(event.target).catch(() => show("failed", "off"));
});
section.querySelector("form[data-when=on]").addEventListener("submit", (event) => {
  event.preventDefault();
  switchOff(event.target).catch(() => event.target.submit());
});
look();
