// The signal's area on a map that can be moved. Without WebGL the drawing from the server stays.
const place = document.getElementById("signal-map");

function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

function corners(geometry) {
  return geometry.type === "GeometryCollection"
    ? geometry.geometries.flatMap(corners)
    : geometry.coordinates.flat(Infinity);
}

function bounds(feature, centre) {
  const flat = feature ? corners(feature.geometry) : [];
  if (centre) flat.push(...centre);
  const lons = flat.filter((_, index) => index % 2 === 0);
  const lats = flat.filter((_, index) => index % 2 === 1);
  const edge = (pick, numbers) => numbers.reduce((one, other) => pick(one, other));
  return [
    [edge(Math.min, lons), edge(Math.min, lats)],
    [edge(Math.max, lons), edge(Math.max, lats)],
  ];
}

function style(feature, centre) {
  const features = feature ? [feature] : [];
  const point = { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: centre } };
  const sources = {
    land: { type: "geojson", data: new URL(place.dataset.outlines, location).href },
    area: { type: "geojson", data: { type: "FeatureCollection", features } },
    point: { type: "geojson", data: { type: "FeatureCollection", features: centre ? [point] : [] } },
  };
  const layers = [
    { id: "sea", type: "background", paint: { "background-color": "#dfe7ec" } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": "#f7f7f2" } },
    { id: "borders", type: "line", source: "land", paint: { "line-color": "#8b98a1" } },
    { id: "area", type: "fill", source: "area", paint: { "fill-color": "#ae3a1c", "fill-opacity": 0.35 } },
    { id: "rim", type: "line", source: "area", paint: { "line-color": "#6a1414", "line-width": 1.5 } },
    { id: "point", type: "circle", source: "point", paint: { "circle-color": "#6a1414", "circle-radius": 6, "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } },
  ];
  return { version: 8, sources, layers };
}

async function draw() {
  const { area, lat, lon, library, worker, label } = place.dataset;
  const [maps, feature] = await Promise.all([
    import(library),
    area ? fetch(area).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer))) : null,
  ]);
  const centre = lat && lon ? [Number(lon), Number(lat)] : null;
  maps.setWorkerUrl(worker);
  place.hidden = false;
  const map = new maps.Map({
    container: place,
    style: style(feature, centre),
    bounds: bounds(feature, centre),
    fitBoundsOptions: { padding: 30, maxZoom: 7 },
    attributionControl: false,
    cooperativeGestures: true,
  });
  map.addControl(new maps.NavigationControl({ showCompass: false }));
  map.getCanvas().setAttribute("aria-label", label);
  map.once("load", () => {
    document.getElementById("signal-drawing").hidden = true;
    place.dataset.ready = "yes";
  });
}

if (place && canDraw()) {
  draw().catch(() => {
    place.hidden = true;
  });
}
