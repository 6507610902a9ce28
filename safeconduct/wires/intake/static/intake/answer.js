// Keeps answers on the phone until they are received, oldest first: a family may give several,
// and a second one never takes the place of a call for help. Without this module the form works as it is.
const place = `answer ${location.pathname}`;
const waits = [2, 5, 10, 20, 30];
let tries = 0;
let timer = 0;
let sending = false;

const say = (which) => {
  const line = document.querySelector(".waiting");
  if (line) line.textContent = which ? line.dataset[which] : "";
  // An answer that has arrived needs no SMS; one that waits may.
  const sms = document.querySelector("#sms");
  if (sms && which && which !== "sending") sms.hidden = false;
};

// A private window may refuse storage: then they are kept as long as the page is open.
let held = [];
const keep = (answers) => {
  held = answers;
  try {
    if (answers.length) localStorage.setItem(place, JSON.stringify(answers));
    else localStorage.removeItem(place);
  } catch { /* held is enough */ }
};
const kept = () => {
  try {
    return [JSON.parse(localStorage.getItem(place)) ?? held].flat();
  } catch {
    return held;
  }
};
const same = (one, other) => one.fields === other.fields && one.to === other.to;
const isThat = (one) => (other) => same(one, other) && one.at === other.at;

const later = (why) => {
  say(why);
  clearTimeout(timer);
  timer = setTimeout(() => { timer = 0; send(); }, 1000 * waits[Math.min(tries++, waits.length - 1)]);
};

// Warnings: offered where they could be shown, never again after a No.
const offer = () => {
  const part = document.querySelector(".offer");
  try {
    if (!part || !window.PushManager || localStorage.warnings) return;
  } catch { return; }
  part.hidden = false;
  part.querySelector("button").onclick = () => {
    part.hidden = true;
    localStorage.warnings = "no";
  };
};

const show = (page) => {
  const main = page.querySelector("main");
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
  scrollTo(0, 0);
  offer();
};

// The door's page; "notSent" where it is busy, and "barred" where somebody in between answered.
async function handIn(answer) {
  const fields = new URLSearchParams(answer.fields);
  // How long it waited, not what this phone's clock says: that may be wrong.
  fields.set("waited", Math.max(0, Math.round((Date.now() - answer.at) / 1000)));
  const response = await fetch(answer.to, {
    // Phones of before 2022 know no such signal, and wait as long as they do.
    method: "POST", body: fields, signal: AbortSignal.timeout?.(20000),
  });
  // 429 and 5xx: not received, but it may be later. Anything else is a last word.
  if (response.status === 429 || response.status >= 500) return "notSent";
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  // A hotel's log-in page, or an operator's refusal, is not the door: it has received nothing.
  return page.querySelector("main[data-door]") ? page : "barred";
}

async function send() {
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  timer = 0;
  const tried = [];
  const untried = (each) => !tried.some(isThat(each));
  let why = "";
  try {
    // Also what is given while another is under way. One that never arrives holds up no other.
    for (let answer = kept().find(untried); answer; answer = kept().find(untried)) {
      tried.push(answer);
      const page = await handIn(answer);
      if (typeof page === "string") why = page;
      else {
        keep(kept().filter((each) => !isThat(answer)(each)));
        tries = 0;
        show(page);
      }
    }
  } catch {
    why = "notSent";
  } finally {
    sending = false;
  }
  if (why) later(why);
}

// Which button it was, where the browser does not say.
let pressed = null;
addEventListener("click", ({ target }) => { pressed = target.closest("button"); }, true);
document.addEventListener("submit", (event) => {
  const button = event.submitter ?? pressed;
  // Without the answer in it: the form goes by itself.
  if (!button?.name) return;
  const fields = new FormData(event.target);
  fields.set(button.name, button.value);
  event.preventDefault();
  const answer = {
    to: event.target.action, fields: new URLSearchParams(fields).toString(), at: Date.now(),
  };
  const before = kept();
  // Pressed again because nothing seemed to happen: said once, and when it was said first.
  if (!before.length || !same(before[before.length - 1], answer)) keep([...before, answer]);
  tries = 0;
  say("sending");
  send();
});
addEventListener("online", send);
if (kept().length) {
  say("sending");
  send();
}
