// The map, where the browser can draw one. Without WebGL the drawing from the server stays.
const place = document.getElementById("map");
const COLOURS = ["#f3e3b3", 0.2, "#eab464", 0.4, "#d9772f", 0.6, "#ae3a1c", 0.8, "#6a1414"];

function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

function bounds(cells) {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const feature of cells.features) {
    for (const [lon, lat] of feature.geometry.coordinates[0]) {
      west = Math.min(west, lon);
      east = Math.max(east, lon);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    }
  }
  return [[west, south], [east, north]];
}

function style(cells) {
  const sources = { cells: { type: "geojson", data: cells } };
  const layers = [{ id: "sea", type: "background", paint: { "background-color": "#dfe7ec" } }];
  if (place.dataset.outlines) {
    sources.land = { type: "geojson", data: new URL(place.dataset.outlines, location).href };
    layers.push({ id: "land", type: "fill", source: "land", paint: { "fill-color": "#f7f7f2" } });
    layers.push({ id: "borders", type: "line", source: "land", paint: { "line-color": "#8b98a1" } });
  }
  const colour = ["step", ["get", "share"], ...COLOURS];
  layers.push({
    id: "cells",
    type: "fill",
    source: "cells",
    paint: { "fill-color": colour, "fill-opacity": 0.8, "fill-outline-color": "#ffffff" },
  });
  return { version: 8, sources, layers };
}

async function draw() {
  const [library, cells] = await Promise.all([
    import(place.dataset.library),
    fetch(place.dataset.cells).then((answer) => answer.json()),
  ]);
  library.setWorkerUrl(place.dataset.worker);
  place.hidden = false;
  const map = new library.Map({
    container: place,
    style: style(cells),
    bounds: bounds(cells),
    fitBoundsOptions: { padding: 30, maxZoom: 8 },
    attributionControl: false,
    cooperativeGestures: true,
  });
  map.addControl(new library.NavigationControl({ showCompass: false }));
  map.getCanvas().setAttribute("aria-label", place.dataset.label);
  map.once("load", () => {
    document.getElementById("map-drawing").hidden = true;
    place.dataset.ready = "yes";
  });
  setInterval(() => refresh(map), 5000);
}

async function refresh(map) {
  const answer = await fetch(place.dataset.cells);
  if (answer.ok) map.getSource("cells")?.setData(await answer.json());
}

if (place && canDraw()) {
  draw().catch(() => {
    place.hidden = true;
  });
}
