// Suggests places while one is typed. The form works without: the server finds the place too.
const list = document.getElementById("known-places");
let waiting = 0;

async function suggest(input) {
  const address = input.form?.dataset.find;
  const text = input.value.trim();
  if (!address || text.length < 2) return;
  if ([...list.options].some((option) => option.value === text)) return;
  const query = new URLSearchParams({ q: text, format: "json" });
  try {
    const response = await fetch(`${address}?${query}`);
    if (!response.ok) return;
    const { places } = await response.json();
    if (input.value.trim() !== text) return;
    list.replaceChildren(
      ...places.map(({ label }) => {
        const option = document.createElement("option");
        option.value = label;
        return option;
      }),
    );
  } catch {
    // Offline or slow: the text alone will do.
  }
}

// A trip has several places, and more may join; they share one list, which follows whoever types.
if (list) {
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("input[data-places]")) target.setAttribute("list", list.id);
  });
  document.addEventListener("input", ({ target }) => {
    if (!target.matches("input[data-places]")) return;
    clearTimeout(waiting);
    waiting = setTimeout(suggest, 200, target);
  });
}
