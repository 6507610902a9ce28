// Suggests places while one is typed. The form works without: the server finds the place too.
const input = document.querySelector("input[data-places]");
const list = document.getElementById("known-places");
const address = input?.form?.dataset.find;
let waiting = 0;

async function suggest() {
  const text = input.value.trim();
  if (text.length < 2 || [...list.options].some((option) => option.value === text)) return;
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

if (input && list && address) {
  input.setAttribute("list", list.id);
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, 200);
  });
}
