// Finds the country on the phone itself: coordinates never leave it, only a table comes to it.
const box = document.querySelector("[data-locate]");
const RADIUS = 6371;

const onSphere = (lat, lon) => {
  const [a, b] = [lat * Math.PI / 180, lon * Math.PI / 180];
  return [Math.cos(a) * Math.cos(b), Math.cos(a) * Math.sin(b), Math.sin(a)];
};
const kilometres = (one, other) => {
  const close = one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
  return RADIUS * Math.acos(Math.min(1, close));
};

const asked = async (address) => {
  const response = await fetch(address);
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
};

// The distance to the nearest known town of each country, the nearest country first.
const countries = ({ step, towns }, here) => {
  const found = Object.entries(towns).map(([code, spots]) => {
    let [lat, lon, best] = [0, 0, Infinity];
    for (let at = 0; at < spots.length; at += 2) {
      lat += spots[at];
      lon += spots[at + 1];
      best = Math.min(best, kilometres(here, onSphere(lat * step, lon * step)));
    }
    return { code, km: best };
  });
  return found.sort((one, other) => one.km - other.km);
};

const nearestPost = ({ posts }, here) => posts
  .filter((post) => post.latitude !== null)
  .map((post) => ({ ...post, km: kilometres(here, onSphere(post.latitude, post.longitude)) }))
  .sort((one, other) => one.km - other.km)[0];

const element = (name, text, given = {}) =>
  Object.assign(document.createElement(name), { textContent: text, ...given });
const named = (code) => {
  try {
    return new Intl.DisplayNames([box.dataset.language], { type: "region" }).of(code);
  } catch {
    return code;
  }
};

const show = (near, post) => {
  const out = box.querySelector(".found");
  const links = near.map(({ code }, rank) => element("a", named(code), {
    href: `/?place=${code}`,
    className: rank ? "" : "button",
  }));
  out.replaceChildren(element("p", box.dataset.found), links[0]);
  if (links.length > 1) out.append(element("p", box.dataset.or), ...links.slice(1));
  if (!post) return;
  const call = element("a", "", { href: `tel:${post.duty_number}`, className: "dial" });
  const km = new Intl.NumberFormat(box.dataset.language, { maximumFractionDigits: 0 }).format(post.km);
  call.append(
    element("span", `${box.dataset.nearest}: ${post.name}, ${km} km`),
    element("b", post.duty_number, { className: "ltr" }),
  );
  out.append(call);
};

const locate = async () => {
  const { coords } = await new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: 20000, maximumAge: 600000 });
  });
  const here = onSphere(coords.latitude, coords.longitude);
  const [towns, posts] = await Promise.all([
    asked(box.dataset.towns),
    asked(box.dataset.posts).catch(() => ({ posts: [] })),
  ]);
  const [first, ...others] = countries(towns, here);
  // A border is near where another country's town is hardly farther: then the reader decides.
  const doubtful = others.filter(({ km }) => km < first.km * 2 + 20).slice(0, 3);
  show([first, ...doubtful], nearestPost(posts, here));
};

if (box && "geolocation" in navigator) {
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => {
    const out = box.querySelector(".found");
    out.textContent = box.dataset.finding;
    locate().catch(() => { out.textContent = box.dataset.failed; });
  });
}
