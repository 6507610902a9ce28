// Ages that grow while the page is open: "12 s ago" beside the time the server wrote.
// The words are the server's: browsers do not speak every language we do.
const units = [["second", 1, 90], ["minute", 60, 90], ["hour", 3600, 36], ["day", 86400, Infinity]];

function said(seconds) {
  const words = document.getElementById("live").dataset;
  const [unit, size] = units.find(([, length, most]) => seconds / length < most);
  return words[unit].replace("{n}", Math.round(seconds / size));
}

function tick() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000);
    const age = said(seconds);
    if (time.dataset.age !== age) {
      time.title = time.title || time.textContent;
      time.dataset.age = age;
      time.textContent = age;
      time.classList.remove("ltr");
    }
  }
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tick);
