// Ages that grow while the page is open: "12 s ago" beside the time the server wrote.
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function said(seconds) {
  if (seconds < 90) return words.format(-Math.round(seconds), "second");
  if (seconds < 5400) return words.format(-Math.round(seconds / 60), "minute");
  if (seconds < 129600) return words.format(-Math.round(seconds / 3600), "hour");
  return words.format(-Math.round(seconds / 86400), "day");
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

// A board nobody answers must not look alive.
document.addEventListener("htmx:sendError", () => {
  document.getElementById("live")?.classList.add("live-stale");
});
