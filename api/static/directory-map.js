/* The map of the directory's pages. Points are circles, so that no pictures but the tiles are needed. */

const box = document.querySelector("#map");
const leaflet = window.L;
const LOOKS = {
  shown: { color: "#0d5f53", fillOpacity: 0.6 },
  hidden: { color: "#8a5a00", fillOpacity: 0.15 },
};

if (box && leaflet) draw(JSON.parse(document.querySelector("#map-points").textContent));

function draw(points) {
  const map = leaflet.map(box, { zoomControl: false });
  const { zoomIn: zoomInTitle, zoomOut: zoomOutTitle } = box.dataset;
  leaflet.control.zoom({ zoomInTitle, zoomOutTitle }).addTo(map);
  map.attributionControl.setPrefix(false);
  const credit = document.createElement("span");
  credit.textContent = box.dataset.credit;
  leaflet.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: credit.innerHTML }).addTo(map);
  if (box.dataset.sets) return choose(map, points[0]);
  map.fitBounds(points.map(({ at }) => at), { maxZoom: 15, padding: [20, 20] });
  for (const point of points) mark(point).addTo(map);
}

function mark({ key, name, at, approximate, shown }) {
  const circle = leaflet.circleMarker(at, { radius: approximate ? 6 : 9, ...LOOKS[shown ? "shown" : "hidden"] });
  const told = document.createElement("div");
  const link = document.createElement("a");
  link.href = `/console/directory/rows/${key}`;
  link.textContent = name;
  const said = [shown ? box.dataset.shown : box.dataset.hidden, approximate ? box.dataset.approximate : ""];
  told.append(link, document.createElement("br"), said.filter(Boolean).join(", "));
  return circle.bindPopup(told);
}

/* In the form: a press sets the point; what is typed into the two fields moves it. */
function choose(map, { at, zoom }) {
  const fields = ["latitude", "longitude"].map((id) => document.getElementById(id));
  const circle = leaflet.circleMarker(at, { radius: 9, ...LOOKS.shown });
  const read = () => fields.map(({ value }) => Number.parseFloat(value.replace(",", ".")));
  const show = () => {
    const point = read();
    if (point.every(Number.isFinite)) circle.setLatLng(point).addTo(map);
    else circle.remove();
    return point.every(Number.isFinite) ? point : null;
  };
  map.setView(show() || at, read().every(Number.isFinite) ? 16 : zoom);
  map.on("click", ({ latlng }) => {
    fields[0].value = latlng.lat.toFixed(6);
    fields[1].value = latlng.lng.toFixed(6);
    show();
  });
  for (const field of fields) field.addEventListener("change", () => { const point = show(); if (point) map.panTo(point); });
}
