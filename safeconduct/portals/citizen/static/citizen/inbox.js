// Keeps messages and the record's link on this phone, only after its owner has said so.
/* global put, get, drop */
const list = document.querySelector("[data-found]");
const section = document.querySelector("[data-keeping]");
const [keep, remove] = section.querySelectorAll("button");
const said = section.querySelector("[role=status]");

const messages = () => [...list.children].map((item) => ({
  title: item.querySelector("h2").innerText,
  text: item.querySelector("[data-text]").innerText,
  at: Date.parse(item.querySelector("time").dateTime),
}));

const show = async () => {
  const held = await get("inbox");
  const isOurs = held?.record === list.dataset.record;
  keep.hidden = isOurs;
  remove.hidden = !isOurs;
  section.hidden = false;
  return isOurs;
};
const save = () => put("inbox", {
  record: list.dataset.record, link: list.dataset.link, messages: messages(), at: Date.now(),
});

keep.addEventListener("click", async () => {
  await save();
  await show();
  // Else the page that shows them would itself need a line.
  const worker = await navigator.serviceWorker?.register("/sw.js", { scope: "/" });
  await navigator.serviceWorker?.ready;
  worker?.active?.postMessage({ shell: { lang: document.documentElement.lang } });
  said.textContent = said.dataset.kept;
});
remove.addEventListener("click", async () => {
  await drop("inbox");
  await show();
  said.textContent = said.dataset.dropped;
});
// What is kept grows with what has come since.
if (await show()) await save();
