// What an officer sends is kept in this tab until the server says that it was taken. Where it was
// not, because the session had ended, the line was lost or the server stumbled, it is offered back:
// on the form's own page to be put in again, elsewhere with the way there. It never leaves the tab,
// and goes when it was taken, when the officer forgets it or signs out, and after a day.
const KEY = "typed";
const A_DAY = 24 * 3600 * 1000;
const TWICE = 3000;
const WORDS = "textarea, input:not([type]), input[type=text], input[type=email], input[type=tel]";
const CHOSEN = "[type=checkbox], [type=radio], [type=file], button";
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
const formOf = ({ action, index }) => formsTo(action)[index];

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
  // One form may hold an answer and a note: what an earlier try had in a box now empty stays.
  const others = Object.entries(held()).filter(([, one]) => formOf(one) !== form || !isRetyped(form, one.fields));
  hold({ ...Object.fromEntries(others), [id]: { id, whose, page, action, index, fields, at: Date.now() } });
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

const wordsIn = (form, fields) => fields.filter(
  ([name, value]) => value.trim() && form.querySelector(`[name="${CSS.escape(name)}"]`)?.matches(WORDS),
);
const plain = (text) => String(text).replace(/\r\n/g, "\n").trim();
const boxes = (form, name) => new FormData(form).getAll(name).map(plain);
const isRetyped = (form, fields) => wordsIn(form, fields).every(([name]) => boxes(form, name).some(Boolean));
const stands = (form, fields) => wordsIn(form, fields)
  .every(([name, value]) => boxes(form, name).includes(plain(value)));

function putBack({ action, index, fields }) {
  const form = formOf({ action, index });
  for (const box of form.querySelectorAll("input[type=checkbox], input[type=radio]")) {
    box.checked = fields.some(([name, value]) => name === box.name && value === box.value);
  }
  // Hidden ones too: a version says what was read before it was changed.
  for (const name of new Set(fields.map(([one]) => one))) {
    const values = fields.filter(([one]) => one === name).map(([, value]) => value);
    const named = form.querySelectorAll(`[name="${CSS.escape(name)}"]:not(${CHOSEN})`);
    for (const [place, one] of named.entries()) {
      if (one.multiple && one.options) {
        for (const option of one.options) option.selected = values.includes(option.value);
      } else if (place < values.length && (values[place] || !one.matches(WORDS))) one.value = values[place];
    }
  }
  return form;
}

// All that was typed on this page in one go; of other pages one at a time, the newest first.
function offer(kept) {
  const [back, there, forget] = ["back", "there", "forget"].map((part) => notice.querySelector(`[data-${part}]`));
  const here = kept.filter(([, one]) => formOf(one));
  const shown = here.length ? here : kept.slice(-1);
  notice.hidden = !shown.length;
  if (notice.hidden) return;
  back.hidden = !here.length;
  there.hidden = !back.hidden;
  there.href = shown[0][1].page;
  const done = () => {
    for (const [name] of shown) drop(name);
    offer(kept.filter((one) => !shown.includes(one)));
  };
  back.onclick = () => {
    const [first] = here.map(([, one]) => putBack(one));
    first.querySelector(WORDS)?.focus();
    done();
  };
  forget.onclick = done;
}

// Refused, and shown as it was typed: nothing is lost.
const isShown = (one) => Boolean(formOf(one)) && stands(formOf(one), one.fields);

function look() {
  for (const [name, one] of Object.entries(held())) if (isOver(one) || isShown(one)) drop(name);
  offer(Object.entries(held()).sort(([, one], [, other]) => one.at - other.at));
}

if (whose) {
  look();
  document.addEventListener("submit", submitted);
  addEventListener("pageshow", ({ persisted }) => persisted && document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));
} else {
  notice.hidden = !Object.keys(held()).length;
}
