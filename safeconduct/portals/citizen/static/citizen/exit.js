// Away at once: the page goes blank before the next one has come, and "back" does not return to it.
const link = document.querySelector("[data-exit]");
const WITHIN = 2000;
let pressed = [];

const leave = () => {
  document.body.classList.add("leaving");
  document.title = " ";
  location.replace(link.href);
};

link.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  pressed = [...pressed.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
  if (pressed.length >= 3) leave();
});
