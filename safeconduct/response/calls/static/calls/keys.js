// Digits press the buttons of a call. They can be switched off: a stray key must not act (WCAG 2.1.4).
const buttons = document.querySelectorAll("button[data-key]");
const panel = document.getElementById("keys");
const switched = document.getElementById("keys-on");

function pressed(event) {
  const elsewhere = event.target.closest("input, select, textarea");
  if (!switched.checked || elsewhere || event.ctrlKey || event.altKey || event.metaKey) return;
  const button = [...buttons].find((one) => one.dataset.key === event.key);
  if (button) {
    event.preventDefault();
    button.click();
  }
}

if (buttons.length && panel) {
  panel.hidden = false;
  switched.checked = localStorage.getItem("keys") !== "off";
  switched.addEventListener("change", () => {
    localStorage.setItem("keys", switched.checked ? "on" : "off");
  });
  document.addEventListener("keydown", pressed);
}
