// An area drawn on a map. The fields of the form are the truth: a click writes into them, and
// whatever is written in them is drawn. Without WebGL or script the fields are all there is.
const stage = document.getElementById("area-map");
const form = stage?.closest("form");
const field = (name) => form.elements.namedItem(name);
const said = stage?.querySelector("[role=status]");
const KM_A_DEGREE = 111.32;
let mode = "cities";
let towns = [];
let map;

function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

const lines = (name) => field(name).value.split("\n").map((line) => line.trim()).filter(Boolean);
const radius = () => Number(field("radius_km").value) || 30;

function circle(lat, lon, km, corners = 36) {
  const high = km / KM_A_DEGREE;
  const wide = high / Math.max(Math.cos((lat * Math.PI) / 180), 0.1);
  return Array.from({ length: corners }, (_, step) => {
    const turn = (2 * Math.PI * step) / corners;
    return [lon + wide * Math.cos(turn), lat + high * Math.sin(turn)];
  });
}

function corners() {
  try {
    const text = field("corners").value;
    if (text.trimStart().startsWith("{")) {
      const shape = JSON.parse(text);
      return (shape.geometry ?? shape).coordinates[0];
    }
    return lines("corners").map((line) => line.split(/[,;\s]+/).map(Number).reverse());
  } catch {
    return [];
  }
}

function chosen() {
  const names = new Set(lines("cities"));
  return towns.filter((town) => names.has(town.name));
}

function shapes() {
  const ring = corners().filter((corner) => corner.length === 2 && corner.every(Number.isFinite));
  const rings =
    field("kind").value === "outline"
      ? [ring]
      : chosen().map((town) => circle(town.lat, town.lon, radius()));
  return rings.filter((one) => one.length > 1).map((one) => feature("Polygon", [[...one, one[0]]]));
}

const feature = (type, coordinates) => ({ type: "Feature", properties: {}, geometry: { type, coordinates } });
const collection = (features) => ({ type: "FeatureCollection", features });

function redraw() {
  map.getSource("area")?.setData(collection(shapes()));
}

function toggle(point) {
  const far = (town) => map.project([town.lon, town.lat]).dist(point);
  const near = towns.map((town) => [town, far(town)]).sort((one, other) => one[1] - other[1])[0];
  if (!near || near[1] > 24) return;
  const name = near[0].name;
  const names = lines("cities");
  const left = names.filter((one) => one !== name);
  field("cities").value = (left.length < names.length ? left : [...names, name]).join("\n");
  said.textContent = name;
}

const written = (points) => points.map(([lon, lat]) => `${lat.toFixed(3)}, ${lon.toFixed(3)}`);

function click({ point, lngLat }) {
  field("kind").value = mode === "cities" ? "cities" : "outline";
  if (mode === "cities") toggle(point);
  else if (mode === "circle") field("corners").value = written(circle(lngLat.lat, lngLat.lng, radius())).join("\n");
  else field("corners").value = [...lines("corners"), ...written([[lngLat.lng, lngLat.lat]])].join("\n");
  redraw();
}

function undo() {
  const name = mode === "cities" ? "cities" : "corners";
  field(name).value = mode === "circle" ? "" : lines(name).slice(0, -1).join("\n");
  redraw();
}

function press(button) {
  mode = button.dataset.mode;
  for (const one of stage.querySelectorAll("[data-mode]")) one.setAttribute("aria-pressed", String(one === button));
}

function style() {
  const points = towns.map(({ lat, lon }) => feature("Point", [lon, lat]));
  const paint = { "circle-radius": 4, "circle-color": "#3d474e", "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 };
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: new URL(stage.dataset.outlines, location).href },
      area: { type: "geojson", data: collection(shapes()) },
      towns: { type: "geojson", data: collection(points) },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": "#dfe7ec" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f7f7f2" } },
      { id: "borders", type: "line", source: "land", paint: { "line-color": "#8b98a1" } },
      { id: "area", type: "fill", source: "area", paint: { "fill-color": "#c2530a", "fill-opacity": 0.35 } },
      { id: "rim", type: "line", source: "area", paint: { "line-color": "#8a3a06", "line-width": 1.5 } },
      { id: "towns", type: "circle", source: "towns", paint },
    ],
  };
}

function label(library, { name, lat, lon }) {
  const element = document.createElement("span");
  element.className = "area-town";
  element.textContent = name;
  new library.Marker({ element, anchor: "top" }).setLngLat([lon, lat]).addTo(map);
}

async function draw() {
  const [library, found] = await Promise.all([import(stage.dataset.library), fetch(stage.dataset.towns).then((answer) => answer.json())]);
  towns = found.towns;
  library.setWorkerUrl(stage.dataset.worker);
  stage.hidden = false;
  const bounds = new library.LngLatBounds();
  for (const town of towns) bounds.extend([town.lon, town.lat]);
  map = new library.Map({ container: stage.querySelector(".area-canvas"), style: style(), bounds, fitBoundsOptions: { padding: 30 }, attributionControl: false, cooperativeGestures: true });
  map.addControl(new library.NavigationControl({ showCompass: false }));
  map.getCanvas().setAttribute("aria-label", stage.dataset.label);
  towns.slice(0, 12).forEach((town) => label(library, town));
  map.on("click", click);
  map.once("load", () => (stage.dataset.ready = "yes"));
  form.addEventListener("input", redraw);
  stage.querySelector("[data-undo]").addEventListener("click", undo);
  for (const button of stage.querySelectorAll("[data-mode]")) button.addEventListener("click", () => press(button));
}

if (stage && canDraw()) draw().catch(() => (stage.hidden = true));
