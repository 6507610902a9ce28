// Asks before a page with something written and not sent is left. Nothing of it is kept in the
// browser, where the next one at an office machine would find what somebody told us; what was sent
// is, in this tab, until the server has it (ui/js/typed.js).
const form = document.getElementById("work");
let sending = false;
const written = () => [...form.querySelectorAll("textarea")].some((box) => box.value.trim());
form?.addEventListener("submit", () => { sending = true; });
// Back from the page that was sent: it can be left by mistake again.
addEventListener("pageshow", () => { sending = false; });
addEventListener("beforeunload", (event) => {
  if (form && !sending && written()) {
    event.preventDefault();
  }
});
