// Shows our push messages and sends the answer tapped on them, and reports that waited for signal.
// It knows nobody: a link comes with its message and is forgotten once the answer has arrived.
const KEPT_FOR = 14 * 24 * 3600 * 1000;
const SECONDS = 20000;
const ANSWERS = { safe: "1", help: "2" };

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  event.waitUntil(clients.claim());
  event.waitUntil(oneEdition(renewShell));
});
addEventListener("push", (event) => event.waitUntil(shown(event.data)));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(chosen(event.action, event.notification.data));
});
addEventListener("sync", (event) => {
  if (event.tag === "answers") event.waitUntil(sendAll({ again: true }));
  if (event.tag === "reports") event.waitUntil(sendAllReports());
  if (event.tag === "renewal") event.waitUntil(sendRenewal({ again: true }));
});
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renewed(event)));
addEventListener("message", (event) => {
  const { mine, shell, forget } = event.data ?? {};
  // Not every browser tells when there is a line again: whoever opens a page of ours has one.
  event.waitUntil(sendAll({ again: true }).catch(() => null));
  event.waitUntil(sendRenewal());
  if (mine) event.waitUntil(put("mine", mine));
  if (shell) event.waitUntil(oneEdition(() => keepShell(shell)));
  if (forget) event.waitUntil(oneEdition(() => forgetCountry(forget)));
});

// Failing is how the browser learns that it must try once more.
async function sendAllReports() {
  if (await sendReports()) throw new Error("not sent yet");
}

const wordsOf = (lang) => HOUSE.words[lang] ?? HOUSE.words.en;
// Whoever could push to us may still not lead a reader out of the house.
const isOurs = (link) => [HOUSE.answers, location.origin].some((home) => link.startsWith(`${home}/`));

async function shown(data) {
  const said = data.json();
  const words = wordsOf(said.lang);
  const link = isOurs(said.link) ? said.link : location.origin;
  const asks = said.asks && link === said.link;
  // A phone that was off hears late. What is over says so, and takes no newer message's place.
  const isOver = Boolean(said.until) && said.until * 1000 <= Date.now();
  const tag = isOver ? `${said.tag} over` : said.tag;
  await registration.showNotification(isOver ? `${words.over}: ${said.title}` : said.title, {
    body: said.body,
    // A correction carries the tag of what it corrects and takes its place.
    tag,
    renotify: true,
    lang: said.lang,
    dir: said.dir,
    requireInteraction: true,
    data: { link, lang: said.lang, tag },
    actions: asks
      ? [{ action: "safe", title: words.safe }, { action: "help", title: words.needs_help }]
      : [],
  });
  // There is signal: what was said without it can go now.
  await sendAll();
  await sendReports();
  await sendRenewal();
}

async function chosen(action, { link, lang, tag }) {
  if (!(action in ANSWERS)) return clients.openWindow(link);
  const key = crypto.randomUUID();
  await put(`answer ${key}`, { key, link, lang, tag, action, at: Date.now() });
  const left = await sendAll();
  if (!left.length) return undefined;
  const waits = registration.sync?.register("answers") ?? Promise.reject(new Error("no sync"));
  // Where nothing may send it later by itself, or somebody in between bars the way, the page asks
  // again, keeps what is said there, and names the other ways.
  const waiting = left.includes("barred") ? waits.then(() => { throw new Error("barred"); }) : waits;
  return waiting.catch(() => clients.openWindow(link)).catch(() => null);
}

// Sends what is kept, the oldest first, and returns what hinders those that are still kept.
async function sendAll({ again = false } = {}) {
  const left = [];
  for (const answer of await kept()) {
    const became = await send(answer);
    const waits = became === "later" || became === "barred";
    if (waits) left.push(became);
    else await drop(`answer ${answer.key}`);
    // Said once; later tries are silent until there is news.
    if (!waits || !again) await tell(answer, waits ? "later" : became);
  }
  // Failing is how the browser learns that it must try once more.
  if (left.length && again) throw new Error("not sent yet");
  return left;
}

async function send({ key, link, action, at }) {
  const waited = Math.max(0, Date.now() - at);
  if (waited > KEPT_FOR) return "expired";
  const fields = { answer: ANSWERS[action], key, waited: Math.round(waited / 1000), via: "push" };
  try {
    const response = await fetch(link, {
      method: "POST",
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout?.(SECONDS),
    });
    // 429 and 5xx: not received, but it may be later. Anything else is a last word, if it is the
    // door's: a hotel's log-in page is not.
    if (response.status === 429 || response.status >= 500) return "later";
    if (!/<main data-door[\s>]/.test(await response.text())) return "barred";
    return response.ok ? "received" : "expired";
  } catch {
    return "later";
  }
}

function tell({ link, lang, tag, action }, became) {
  const words = wordsOf(lang);
  const thanks = action === "help" ? words.received_help : words.received;
  const title = { received: thanks, later: words.not_sent, expired: words.expired }[became];
  return registration.showNotification(title, {
    body: action === "help" ? words.needs_help : words.safe,
    tag,
    lang,
    data: { link, lang, tag },
  });
}

// What is kept to be sent, the oldest first.
const kept = () => listed("answer ");
