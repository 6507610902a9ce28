// A box to search in above a long list of boxes to tick. Without script the list is read through.
function plain(text) {
  return text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLocaleLowerCase().replace(/ə/g, "e").replace(/ı/g, "i");
}

function searchable(list) {
  const box = document.createElement("input");
  box.type = "search";
  box.autocomplete = "off";
  box.setAttribute("aria-label", list.dataset.search);
  box.placeholder = list.dataset.search;
  box.addEventListener("input", () => {
    const wanted = plain(box.value.trim());
    for (const label of list.querySelectorAll("label")) {
      const chosen = label.querySelector("input").checked;
      label.hidden = !chosen && !plain(label.textContent).includes(wanted);
    }
  });
  // Enter would send the whole form.
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  list.before(box);
}

document.querySelectorAll("[data-search]").forEach(searchable);
