// Keys for lists of people. They can be switched off: a stray key must not act (WCAG 2.1.4).
const table = document.querySelector("table[data-keys]");
const panel = document.getElementById("keys");
const switched = document.getElementById("keys-on");

function rows() {
  return [...table.querySelectorAll("a[data-row]")];
}

function move(step) {
  const links = rows();
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), links.length - 1);
  links[next]?.focus();
}

function lookAfter() {
  document.activeElement.closest("tr")?.querySelector("form[data-claim]")?.requestSubmit();
}

const actions = { j: () => move(1), k: () => move(-1), c: lookAfter };

function pressed(event) {
  const elsewhere = event.target.closest("input, select, textarea");
  if (!switched.checked || elsewhere || event.ctrlKey || event.altKey || event.metaKey) return;
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
}

if (table && panel) {
  panel.hidden = false;
  switched.checked = localStorage.getItem("keys") !== "off";
  switched.addEventListener("change", () => {
    localStorage.setItem("keys", switched.checked ? "on" : "off");
  });
  document.addEventListener("keydown", pressed);
}
