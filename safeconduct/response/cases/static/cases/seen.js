// Says that our answers were read once the page has been looked at. Previews of links and mail
// filters fetch pages too: they must not tell an officer that somebody has read them.
const form = document.getElementById("seen");
const LOOKED_MS = 3000;
let timer;
const say = async () => {
  try {
    const body = new URLSearchParams(new FormData(form));
    // Nobody pressed anything: nobody is thanked.
    body.set("by", "page");
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    form.hidden = answer.ok || answer.type === "opaqueredirect";
  } catch {
    // Without signal the button stays.
  }
};
const watch = () => {
  clearTimeout(timer);
  if (document.visibilityState === "visible" && !form.hidden) {
    timer = setTimeout(say, LOOKED_MS);
  }
};
document.addEventListener("visibilitychange", watch);
watch();
