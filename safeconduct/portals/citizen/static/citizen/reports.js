// Keeps a report on the phone first and sends it then. Without this module the form works as it is.
/* global keepReport, sendReports, get */
const form = document.querySelector("[data-report]");
const result = document.querySelector(".result");
const kind = form.dataset.report;
const waits = [2, 5, 10, 20, 30, 60];
let tries = 0;
let timer = 0;
let key = "";
let about = kind;
let from = {};

const photosOf = () => (document.querySelector("[data-photos]")
  ? import(document.querySelector("script[src*=photos]").src).then((module) => module.photos())
  : []);

const words = (submitter) => {
  const tile = form.querySelector("[name=what]:checked")?.closest("label")?.innerText;
  const place = [form.elements.country?.selectedOptions[0]?.text, form.elements.place?.value];
  return [tile ?? submitter?.innerText, ...place].map((part) => part?.trim())
    .filter((part) => part && part !== "–").join(" · ");
};

const show = (when, { reference = "", follow = "" } = {}) => {
  form.hidden = true;
  for (const part of result.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(when);
  for (const part of result.querySelectorAll("[data-about]")) part.hidden = part.dataset.about !== about;
  result.querySelector(".reference").textContent = reference;
  const link = result.querySelector(".follow");
  link.hidden = !follow;
  if (follow) link.href = follow;
  if (result.hidden) {
    result.hidden = false;
    result.focus();
    result.scrollIntoView();
  }
};

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(send, 1000 * waits[Math.min(tries++, waits.length - 1)]);
};

async function send() {
  const left = await sendReports().catch(() => 1);
  const receipt = await get(`receipt ${key}`);
  if (receipt) {
    show("sent", receipt);
    const request = receipt.follow?.split("/").at(-2);
    document.dispatchEvent(new CustomEvent("said", { detail: { ...from, request } }));
  } else {
    const { refused, barred } = await get(`report ${key}`) ?? {};
    if (refused) show("refused");
    else show(barred ? "barred" : "waiting");
  }
  if (left) later();
}

// Where the browser can, it sends by itself once there is signal, with this page closed.
const ask = async () => {
  const worker = await navigator.serviceWorker?.getRegistration("/");
  await worker?.sync?.register("reports");
};

const submit = async (submitter) => {
  const given = new FormData(form);
  // Phones of before 2023 leave out the button that was pressed.
  if (submitter?.name) given.set(submitter.name, submitter.value);
  const fields = [...given].filter(([, value]) => typeof value === "string" && value.trim());
  key = crypto.randomUUID();
  about = given.get("what") === "safe" ? "here" : "help";
  from = { record: given.get("record"), country: given.get("country") };
  await keepReport({
    key,
    kind,
    to: form.action,
    fields: fields.filter(([name]) => name !== "key"),
    photos: await photosOf(),
    at: Date.now(),
    summary: words(submitter),
    shares: Boolean(form.elements.lat?.value),
  });
  form.reset();
  form.querySelector(".said").textContent = "";
  show("waiting");
  ask().catch(() => null);
  await send();
};

let busy = false;
let pressed = null;
form.addEventListener("click", ({ target }) => { pressed = target.closest("button") ?? pressed; });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  form.querySelector(".said").textContent = result.dataset.sending;
  const button = event.submitter ?? pressed;
  // A phone that keeps nothing (a private window) sends as any form does.
  submit(button).catch(() => {
    const chosen = button?.name && Object.assign(document.createElement("input"), {
      type: "hidden", name: button.name, value: button.value,
    });
    if (chosen) form.append(chosen);
    form.submit();
  });
});
addEventListener("online", () => key && send());

// The exact place: asked for on a tap only, and taken out with another.
const position = form.querySelector("[data-position]");
const place = (coords) => {
  for (const [name, of] of [["lat", "latitude"], ["lon", "longitude"], ["accuracy", "accuracy"]]) {
    form.elements[name].value = coords ? coords[of] : "";
  }
  const [add, remove] = position.querySelectorAll("button");
  add.hidden = Boolean(coords);
  remove.hidden = !coords;
};
if (position && "geolocation" in navigator) {
  const [add, remove] = position.querySelectorAll("button");
  const said = position.querySelector("[role=status]");
  position.hidden = false;
  add.addEventListener("click", () => {
    said.textContent = position.dataset.asking;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      place(coords);
      said.textContent = position.dataset.found.replace("%s", Math.round(coords.accuracy));
    }, () => { said.textContent = position.dataset.failed; }, {
      enableHighAccuracy: true, timeout: 30000, maximumAge: 60000,
    });
  });
  remove.addEventListener("click", () => {
    place(null);
    said.textContent = "";
  });
}

// Whose record it is: said behind the # by the record's own page, where no server sees it, or
// kept on this phone because its owner let it.
const given = new URLSearchParams(location.hash.slice(1)).get("record");
if (given) history.replaceState(null, "", location.pathname);
const mine = (record) => {
  form.elements.record.value = record;
  // Whoever opens the same record could read the request: only then there is something to choose.
  for (const part of form.querySelectorAll("[data-record]")) part.hidden = false;
};
if (given) mine(given);
else get("inbox").then((kept) => kept?.record && mine(kept.record)).catch(() => null);
