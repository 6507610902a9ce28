// Lets a form of our own pages be filled in without a line: it is handed in when there is one.
/* global keepReport, sendReports, get, drop, listed */
const form = document.querySelector("form[data-later]");
const OUTBOX = "/outbox/";

const later = async () => {
  const worker = await navigator.serviceWorker?.getRegistration("/");
  await worker?.sync?.register("reports");
};

// What waits already is not said twice, however often it is pressed. By its key a form that was
// handed in twice, its answer lost, is one registration.
const keyOf = async (fields) => {
  const said = JSON.stringify(fields);
  const known = (await listed("report ")).find(({ kind, fields: waiting, refused: is }) => (
    kind === "register" && !is && JSON.stringify(waiting.slice(0, -1)) === said
  ));
  return known?.key ?? crypto.randomUUID();
};

const handIn = async () => {
  const fields = [...new FormData(form)].filter(([name, value]) => (
    typeof value === "string" && !["csrfmiddlewaretoken", "key"].includes(name)
  ));
  const to = new URL(form.dataset.later, location.href).href;
  const key = await keyOf(fields);
  fields.push(["key", key]);
  await keepReport({ key, kind: "register", to, fields, photos: [], at: Date.now(), summary: "" });
  await sendReports().catch(() => null);
  const receipt = await get(`receipt ${key}`);
  if (receipt) {
    // The page it leads to says all of it, and is its owner's alone: no second copy here.
    await drop(`receipt ${key}`);
    location.assign(receipt.follow);
  } else if ((await get(`report ${key}`))?.refused) {
    await drop(`report ${key}`);
    form.submit();
  } else {
    later().catch(() => null);
    location.assign(OUTBOX);
  }
};

const written = (number) => number.toLocaleString(document.documentElement.lang);

// One more place without asking the server, which laid an empty one by.
const spare = form.querySelector("template[data-place]");
const places = () => form.querySelectorAll("input[data-places]");
const anotherPlace = (button) => {
  const number = places().length;
  const copy = spare.content.cloneNode(true);
  for (const part of copy.querySelectorAll("*")) {
    for (const { name, value } of [...part.attributes]) {
      part.setAttribute(name, value.replaceAll("lX-", `l${number}-`));
    }
  }
  copy.querySelector("legend").textContent = spare.dataset.place.replace("%s", written(number + 1));
  button.closest("p").before(copy);
  [...places()].at(-1).focus();
  button.hidden = number + 1 >= button.dataset.most;
};

// One more person: the last one's fields again, emptied.
const another = (button) => {
  const rows = [...button.closest(".named").querySelectorAll("fieldset.panel")];
  const copy = rows.at(-1).cloneNode(true);
  for (const part of copy.querySelectorAll("*")) {
    for (const { name, value } of [...part.attributes]) {
      part.setAttribute(name, value.replace(/\b(id_)?m\d+-/g, `$1m${rows.length}-`));
    }
    if (part.matches("input[type=checkbox], input[type=radio]")) part.checked = false;
    else if (part.matches("input, select, textarea")) part.value = "";
  }
  for (const error of copy.querySelectorAll(".error")) error.remove();
  copy.querySelector("legend").textContent = form.dataset.person.replace("%s", written(rows.length + 1));
  rows.at(-1).after(copy);
  copy.querySelector("input")?.focus();
  button.hidden = rows.length + 1 >= button.dataset.most;
};

let busy = false;
// Whoever comes back to a page the browser had put aside may press again.
addEventListener("pageshow", () => { busy = false; });
form.addEventListener("submit", (event) => {
  const more = { add: another, add_leg: anotherPlace }[event.submitter?.name];
  event.preventDefault();
  if (more) {
    more(event.submitter);
    return;
  }
  if (busy) return;
  busy = true;
  handIn().catch(() => form.submit());
});

const refill = (fields) => {
  const rows = (letter) => 1 + Math.max(0, ...fields.map(([name]) => (
    Number(new RegExp(`^${letter}(\\d+)-`).exec(name)?.[1] ?? 0)
  )));
  const more = form.querySelector("button[name=add]");
  const go = form.querySelector("button[name=add_leg]");
  for (let row = form.querySelectorAll("[name$=-given_name]").length; more && row < rows("m"); row += 1) {
    another(more);
  }
  for (let row = places().length; go && row < rows("l"); row += 1) anotherPlace(go);
  for (const [name, value] of fields) {
    const parts = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    for (const part of parts) {
      if (["radio", "checkbox"].includes(part.type)) part.checked = part.value === value;
      else part.value = value;
    }
    // A row this page has not: the server knows what to make of it.
    if (!parts.length) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
  }
};

// What was filled in without a line and has something to correct comes back as it was typed.
const forms = (await listed("report ").catch(() => [])).filter(({ kind }) => kind === "register");
document.querySelector("[data-waits]").hidden = !forms.some(({ refused: is }) => !is);
const refused = forms.find(({ refused: is }) => is);
if (refused && !document.querySelector(".error-summary")) {
  refill(refused.fields);
  await drop(`report ${refused.key}`);
  form.submit();
}
