// Browsers change their push subscription by themselves: we are told, or could warn them no more.
const packed = (subscription) => {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
};

async function renewed(event) {
  const old = event.oldSubscription ? packed(event.oldSubscription) : await get("mine");
  const fresh = event.newSubscription
    ?? await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: HOUSE.key });
  await put("mine", packed(fresh));
  if (!old) return;
  // What we were never told of is no address that we know.
  const untold = await get("renewal").catch(() => null);
  await put("renewal", { old: untold?.old ?? old, fresh: packed(fresh) });
  // Not every browser grants it; the next message or visit will do.
  if (!await sendRenewal()) await registration.sync?.register("renewal").catch(() => null);
}

// Whether nothing is left to tell. Kept until the house itself has heard it.
async function sendRenewal({ again = false } = {}) {
  const said = await get("renewal").catch(() => null);
  if (!said) return true;
  const response = await fetch(HOUSE.renewed, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(said),
  }).catch(() => null);
  const heard = response?.headers.get("x-heard") === "renewal";
  // A newer one may have come while this was under way.
  if (heard && (await get("renewal"))?.fresh.endpoint === said.fresh.endpoint) await drop("renewal");
  if (!heard && again) throw new Error("not told yet");
  return heard;
}
