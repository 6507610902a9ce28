// Sends what was said without signal; the same file runs in pages and in the worker (drawer.js first).
const PATIENCE = 30000;
// Phones of before 2022 know no such signal: without it they wait as long as they do, and send.
const patience = () => AbortSignal.timeout?.(PATIENCE);
// A receipt is for its owner to show and to follow; after a month it has done its work.
const RECEIPT_KEPT = 30 * 24 * 3600 * 1000;

// Page and worker may both have heard that there is signal: one of them sends, the other waits.
const alone = (work) => (navigator.locks ? navigator.locks.request("outbox", work) : work());

// Words, photos and the moment they were said, under a key that makes a repeat no second report.
const keepReport = (report) => put(`report ${report.key}`, { tries: 0, ...report });

function bodyOf(report) {
  const body = new FormData();
  for (const [name, value] of report.fields) body.append(name, value);
  body.set("key", report.key);
  body.set("stated_at", String(report.at));
  // How long it waited counts where this phone's clock is wrong.
  body.set("waited", String(Math.max(0, Math.round((Date.now() - report.at) / 1000))));
  report.photos?.forEach(({ type, bytes }, number) => {
    body.append("photo", new Blob([bytes], { type }), `${number + 1}.${type.split("/")[1]}`);
  });
  return body;
}

// Not received, but it may be later.
const isBusy = ({ status }) => status === 429 || status >= 500;

// A form of our own pages: asked for anew for its token, then handed in as its reader would.
async function sendForm({ to, fields }) {
  const how = { credentials: "same-origin", cache: "no-store", signal: patience() };
  const asked = await fetch(to, how);
  if (isBusy(asked)) return { became: "later" };
  const token = /name="csrfmiddlewaretoken" value="(\w+)"/.exec(await asked.text())?.[1];
  if (!token) return { became: "barred" };
  const body = new URLSearchParams([...fields, ["csrfmiddlewaretoken", token]]);
  const response = await fetch(to, { ...how, method: "POST", body });
  if (!response.ok) return { became: "later" };
  // The same page again has something to correct.
  if (!response.redirected) return { became: "refused" };
  // Whoever is led on has been registered, or reads there why not: deleted since, it came too late.
  const late = new URL(response.url).searchParams.has("again");
  return { became: "sent", follow: response.url, refused: late };
}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

// What became of it: "sent" with a receipt, "later", "barred" by somebody in between who may let
// others through, or "refused" for good.
async function sendReport(report) {
  try {
    if (report.kind === "register") return await sendForm(report);
    const response = await fetch(report.to, {
      method: "POST",
      body: bodyOf(report),
      headers: { Accept: "application/json" },
      credentials: "omit",
      signal: patience(),
    });
    // The door's own last words; whatever else says no (a hotel's log-in page) is not the door.
    if ([400, 413, 415].includes(response.status)) return { became: "refused" };
    if (isBusy(response)) return { became: "later" };
    const { reference, follow } = parsed(await response.text()) ?? {};
    return response.ok && reference ? { became: "sent", reference, follow } : { became: "barred" };
  } catch {
    return { became: "later" };
  }
}

async function settle(report) {
  const { became, reference, follow, refused } = await sendReport(report);
  const { key, kind, at, summary, shares } = report;
  if (became === "sent") {
    const told = { reference, follow, refused, sentAt: Date.now() };
    const receipt = { key, kind, at, summary, shares, ...told };
    await exchange(`report ${key}`, `receipt ${key}`, receipt);
  } else if (await get(`report ${key}`)) {
    // What fails goes behind the others: one that never arrives must not hold up the rest.
    const tries = report.tries + 1;
    await put(`report ${key}`, { ...report, tries, refused: became === "refused", barred: became === "barred" });
  }
  return became;
}

// Sends all that waits and returns how many still do. Deleted meanwhile is not sent any more.
const sendReports = () => alone(async () => {
  const waiting = (await listed("report ")).filter(({ refused }) => !refused);
  waiting.sort((one, other) => one.tries - other.tries || one.at - other.at);
  let left = waiting.length;
  for (const { key } of waiting) {
    const report = await get(`report ${key}`);
    const became = report ? await settle(report) : "gone";
    if (became === "later") break;
    if (became !== "barred") left -= 1;
  }
  return left;
});

async function forgetOldReceipts() {
  for (const { key, sentAt } of await listed("receipt ")) {
    if (Date.now() - sentAt > RECEIPT_KEPT) await drop(`receipt ${key}`);
  }
}
