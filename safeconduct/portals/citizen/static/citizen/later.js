// Lets a form of our own pages be filled in without a line: it is handed in when there is one.
/* global keepReport, sendReports, get, drop, listed */
const form = document.querySelector("form[data-later]");
const OUTBOX = "/outbox/";

const later = async () => {
  const worker = await navigator.serviceWorker?.getRegistration("/");
  await worker?.sync?.register("reports");
};

const handIn = async () => {
  const key = crypto.randomUUID();
  const fields = [...new FormData(form)].filter(([name, value]) => (
    typeof value === "string" && name !== "csrfmiddlewaretoken"
  ));
  const to = new URL(form.dataset.later, location.href).href;
  // By its key a form that was handed in twice is one registration.
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

// One more person without asking the server: the last one's fields again, emptied.
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
  copy.querySelector("legend").textContent = form.dataset.person.replace("%s", rows.length + 1);
  rows.at(-1).after(copy);
  copy.querySelector("input")?.focus();
};

let busy = false;
form.addEventListener("submit", (event) => {
  // A button with a name asks for something else; one more place the server alone can give.
  if (event.submitter?.name === "add") {
    event.preventDefault();
    another(event.submitter);
    return;
  }
  if (event.submitter?.name && navigator.onLine) return;
  event.preventDefault();
  if (event.submitter?.name) return;
  if (busy) return;
  busy = true;
  handIn().catch(() => form.submit());
});

const refill = (fields) => {
  const rows = 1 + Math.max(0, ...fields.map(([name]) => Number(/^m(\d+)-/.exec(name)?.[1] ?? 0)));
  const more = form.querySelector("button[name=add]");
  for (let row = form.querySelectorAll("[name$=-given_name]").length; more && row < rows; row += 1) {
    another(more);
  }
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
const refused = (await listed("report ").catch(() => []))
  .find(({ kind, refused: is }) => kind === "register" && is);
if (refused && !document.querySelector(".error-summary")) {
  refill(refused.fields);
  await drop(`report ${refused.key}`);
  form.submit();
}
