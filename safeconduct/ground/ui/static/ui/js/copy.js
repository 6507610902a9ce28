// Puts the text of a field on the clipboard. Without script, or where that is not allowed, the
// field itself can be selected and copied.
async function copy(button) {
  const field = document.getElementById(button.dataset.copies);
  const said = button.nextElementSibling;
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = button.dataset.copied;
  } catch {
    field.select();
  }
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
