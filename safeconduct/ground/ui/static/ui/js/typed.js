// What an officer sends is kept in this tab until the server says that it was taken. Where it was
// not, because the session had ended, the line was lost or the server stumbled, it is offered back:
// on the form's own page to be put in again, elsewhere with the way there. It never leaves the tab,
// and goes when it was taken, when the officer forgets it or signs out, and after a day.
const KEY = "typed";
const A_DAY = 24 * 3600 * 1000;
const TWICE = 3000;
const WORDS = "textarea, input:not([type]), input[type=text], input[type=email], input[type=tel]";
const notice = document.getElementById("typed");
const whose = notice.dataset.whose || "";

function held() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) || {};
  } catch {
    return {};
  }
}

function hold(entries) {
  if (Object.keys(entries).length) sessionStorage.setItem(KEY, JSON.stringify(entries));
  else sessionStorage.removeItem(KEY);
}

function drop(name) {
  const { [name]: _gone, ...rest } = held();
  hold(rest);
}

const actionOf = (form) => new URL(form.getAttribute("action") || "", location.href).pathname;
const formsTo = (action) => [...document.forms].filter((form) => actionOf(form) === action);

// One short answer is typed again sooner than it is put back, and a word that releases or stops
// an alert must be typed by somebody who has just read it.
function isWorthKeeping(form) {
  if (form.method !== "post" || form.querySelector("input[type=password]")) return false;
  const shown = [...form.querySelectorAll(WORDS)].filter((one) => one.value.trim());
  return form.querySelector("textarea") ? shown.length > 0 : shown.length > 1;
}

function numbered(form, id) {
  form.querySelector("input[name=typed]")?.remove();
  const mark = Object.assign(document.createElement("input"), { type: "hidden", name: KEY, value: id });
  form.append(mark);
}

function keep(form) {
  const action = actionOf(form);
  const index = formsTo(action).indexOf(form);
  const id = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const fields = [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== KEY,
  );
  const page = location.pathname + location.search;
  hold({ ...held(), [`${action} ${index}`]: { id, whose, page, action, index, fields, at: Date.now() } });
  numbered(form, id);
}

function submitted(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  // The second of two clicks in a hurry would write the same thing down twice.
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, TWICE);
  if ("leaves" in form.dataset) sessionStorage.removeItem(KEY);
  else if (isWorthKeeping(form)) keep(form);
}

// The server's word: a cookie by the number that was sent along.
function isTaken({ id }) {
  if (!document.cookie.split("; ").includes(`typed-${id}=taken`)) return false;
  document.cookie = `typed-${id}=; path=/; max-age=0`;
  return true;
}

const isOver = (one) => isTaken(one) || Date.now() - one.at > A_DAY || one.whose !== whose;

function stands(form, fields) {
  const now = new FormData(form);
  const plain = (text) => String(text).replace(/\r\n/g, "\n").trim();
  const words = fields.filter(([name]) => form.querySelector(`[name="${CSS.escape(name)}"]`)?.matches(WORDS));
  return words.every(([name, value]) => now.getAll(name).some((one) => plain(one) === plain(value)));
}

function putBack(form, fields) {
  for (const box of form.querySelectorAll("input[type=checkbox], input[type=radio]")) {
    box.checked = fields.some(([name, value]) => name === box.name && value === box.value);
  }
  // Hidden ones too: a version says what was read before it was changed.
  for (const [name, value] of fields) {
    const one = form.querySelector(`[name="${CSS.escape(name)}"]:not([type=checkbox], [type=radio], [type=file])`);
    if (one) one.value = value;
  }
  form.querySelector(WORDS)?.focus();
}

function offer(name, { page, action, index, fields }) {
  const form = formsTo(action)[index];
  const [back, there, forget] = ["back", "there", "forget"].map((part) => notice.querySelector(`[data-${part}]`));
  notice.hidden = false;
  back.hidden = !form;
  there.hidden = Boolean(form);
  there.href = page;
  const done = () => {
    drop(name);
    notice.hidden = true;
  };
  back.onclick = () => {
    putBack(form, fields);
    done();
  };
  forget.onclick = done;
}

function look() {
  for (const [name, one] of Object.entries(held())) if (isOver(one)) drop(name);
  for (const [name, one] of Object.entries(held())) {
    const form = formsTo(one.action)[one.index];
    // Refused, and shown as it was typed: nothing is lost.
    if (form && stands(form, one.fields)) drop(name);
    else offer(name, one);
  }
}

if (whose) {
  look();
  document.addEventListener("submit", submitted);
  addEventListener("pageshow", ({ persisted }) => persisted && document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));
} else {
  notice.hidden = !Object.keys(held()).length;
}
