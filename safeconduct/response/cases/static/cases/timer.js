// The clock beside an exact position: how long it is still held, by the second.
const clocks = document.querySelectorAll("[data-until]");
const left = (until) => {
  const seconds = Math.max(0, Math.round((Date.parse(until) - Date.now()) / 1000));
  const parts = [seconds / 3600, seconds / 60 % 60, seconds % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
};
const tick = () => {
  for (const clock of clocks) {
    clock.dir = "ltr";
    clock.textContent = left(clock.dataset.until);
  }
};
tick();
setInterval(tick, 1000);
