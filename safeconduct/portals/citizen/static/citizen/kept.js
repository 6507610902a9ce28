// What this phone keeps: reports that wait or have arrived, messages, countries; each can be deleted.
/* global listed, drop, get, sendReports, forgetOldReceipts */
const list = document.querySelector("[data-items]");
const lang = list.dataset.language;
const kinds = document.querySelector("#kinds").content;
const counts = document.querySelector("[data-counts]");
const again = document.querySelector("[data-again]");
// In figures: many a browser knows no month of Azerbaijani and writes "M11".
const when = (at) => new Date(at).toLocaleString(lang, {
  calendar: "gregory", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
});

const duration = (at) => {
  const seconds = Math.max(0, Math.round((Date.now() - at) / 1000));
  const parts = [seconds / 3600, seconds / 60 % 60, seconds % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
};

// As long as we hold it where nobody prolongs it; the request's own page has the exact clock.
const HELD = 24 * 3600 * 1000;
const isHeld = ({ shares, follow, sentAt }) => shares && follow && Date.now() - sentAt < HELD;

const stateOf = (entry) => {
  if (entry.refused) return "refused";
  return entry.sentAt ? "sent" : "waiting";
};
// A tap on a notification that could not be sent yet is kept as an answer.
const kindOf = ({ kind, action }) => kind ?? (action === "safe" ? "safe" : "help");

const itemOf = (entry, name) => {
  const item = document.querySelector("#item").content.firstElementChild.cloneNode(true);
  const state = stateOf(entry);
  item.classList.add(`item-${state}`);
  const title = kinds.querySelector(`[data-kind=${kindOf(entry)}]`).textContent;
  item.querySelector("h2").textContent = entry.summary ? `${title}: ${entry.summary}` : title;
  const time = item.querySelector("time");
  time.dateTime = new Date(entry.at).toISOString();
  time.textContent = when(entry.at);
  for (const line of item.querySelectorAll("[data-line]")) {
    const { line: about } = line.dataset;
    line.hidden = !(about === "at" || about === state || (about === "position" && isHeld(entry)));
  }
  item.querySelector(".reference").textContent = entry.reference ?? "";
  item.querySelector(".timer").dataset.since = entry.sentAt ?? "";
  const follow = item.querySelector(".follow");
  // A form with something to correct is corrected where it was filled in.
  const to = entry.follow ?? (state === "refused" && entry.kind === "register" ? entry.to : "");
  follow.hidden = !to;
  if (to) follow.href = to;
  item.querySelector("button").addEventListener("click", async () => {
    await drop(name);
    await show();
    list.tabIndex = -1;
    list.focus();
  });
  return item;
};

const show = async () => {
  const named = async (prefix) => (await listed(prefix)).map((one) => [one, prefix + one.key]);
  const waiting = [...await named("report "), ...await named("answer ")];
  const items = [...waiting, ...await named("receipt ")];
  items.sort(([one], [other]) => other.at - one.at);
  list.replaceChildren(...items.map(([entry, name]) => itemOf(entry, name)));
  const number = waiting.filter(([one]) => !one.refused).length;
  counts.textContent = number
    ? counts.dataset.waiting.replace("%s", number.toLocaleString(lang))
    : counts.dataset.none;
  again.hidden = !number;
  return number;
};

const tick = () => {
  for (const timer of document.querySelectorAll(".timer")) {
    if (timer.dataset.since) timer.textContent = duration(Number(timer.dataset.since));
  }
};

const WAITS = [2, 5, 10, 20, 30, 60];
let tries = 0;
let timer = 0;

const send = async () => {
  clearTimeout(timer);
  if (await show()) {
    // Answers tapped on a message are the worker's to send.
    navigator.serviceWorker?.controller?.postMessage({});
    await sendReports().catch(() => null);
  }
  // A line that has just come back is often gone again: as long as the page is open it is tried.
  if (await show()) timer = setTimeout(send, 1000 * WAITS[Math.min(tries++, WAITS.length - 1)]);
  else tries = 0;
  const { follow } = (await listed("receipt ")).findLast((one) => one.follow && one.kind !== "register") ?? {};
  if (!follow) return;
  const detail = { request: follow.split("/").at(-2), record: (await get("inbox"))?.record };
  document.dispatchEvent(new CustomEvent("said", { detail }));
};

const showMessages = async () => {
  const kept = await get("inbox");
  const section = document.querySelector("[data-messages]");
  section.hidden = !kept;
  if (!kept) return;
  section.querySelector(".record").href = kept.link;
  section.querySelector("ul").replaceChildren(...kept.messages.map(({ title, text, at }) => {
    const item = Object.assign(document.createElement("li"), { className: "item", dir: "auto" });
    const line = (tag, words) => Object.assign(document.createElement(tag), { textContent: words });
    item.append(line("h3", title), line("p", text), line("p", when(at)));
    return item;
  }));
  section.querySelector("button").onclick = () => drop("inbox").then(showMessages);
};

const showCountries = async () => {
  const held = await get("shell");
  const section = document.querySelector("[data-countries]");
  const names = new Intl.DisplayNames([lang], { type: "region" });
  section.hidden = !held?.countries.length;
  section.querySelector("ul").replaceChildren(...(held?.countries ?? []).map((code) => {
    const item = section.querySelector("template").content.firstElementChild.cloneNode(true);
    const link = item.querySelector("a");
    Object.assign(link, { href: `/?place=${code}`, textContent: names.of(code) });
    item.querySelector("button").addEventListener("click", () => {
      navigator.serviceWorker?.controller?.postMessage({ forget: code });
      item.remove();
    });
    return item;
  }));
};

again.querySelector("button").addEventListener("click", send);
addEventListener("online", send);
await forgetOldReceipts();
await Promise.all([showMessages(), showCountries()]);
await send();
tick();
setInterval(tick, 1000);
