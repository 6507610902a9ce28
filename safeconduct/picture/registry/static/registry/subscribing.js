// What every page shares that switches warnings on. The browser is asked for leave after a tap only.
const octets = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const packed = (subscription) => ({
  endpoint: subscription.endpoint,
  p256dh: text(subscription.getKey("p256dh")),
  auth: text(subscription.getKey("auth")),
});

const subscribeTo = async (worker, key) => {
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: octets(key),
  });
  // The worker keeps what it needs to say which subscription a later one replaces.
  worker.active?.postMessage({ mine: packed(subscription) });
  return subscription;
};
