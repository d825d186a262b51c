// The map stands in a frame of its own (its page is whole in itself); table and map choose for each other.
const frame = document.getElementById("map");
const rows = [...document.querySelectorAll("tr[data-code]")];
let leaflet = null, map = null, drawn = [];

frame.addEventListener("load", () => {
  leaflet = frame.contentWindow.L;
  map = leaflet && Object.values(frame.contentWindow).find((v) => v instanceof leaflet.Map);
  if (map) map.on("click", (event) => {
    const code = Object.keys(pack.outlines).find((c) => inside(pack.outlines[c], event.latlng.lat, event.latlng.lng));
    if (code) choose([code], false);
  });
});
frame.srcdoc = pack.map;

function inside(rings, lat, lon) {
  let odd = false;
  for (const ring of rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ya, xa] = ring[i], [yb, xb] = ring[j];
      if (ya > lat !== yb > lat && lon < ((xb - xa) * (lat - ya)) / (yb - ya) + xa) odd = !odd;
    }
  return odd;
}

function choose(codes, move, group) {
  for (const row of rows) {
    row.classList.toggle("chosen", !group && codes.includes(row.dataset.code));
    row.classList.toggle("grouped", Boolean(group) && codes.includes(row.dataset.code));
  }
  if (!map) return;
  for (const shape of drawn) shape.remove();
  drawn = codes.filter((c) => pack.outlines[c]).map((c) =>
    leaflet.polyline(pack.outlines[c].map((ring) => [...ring, ring[0]]), { color: "#0f5f7a", weight: 5, interactive: false }).addTo(map));
  if (!drawn.length) return;
  if (move) map.fitBounds(leaflet.featureGroup(drawn).getBounds().pad(0.6), { animate: false });
  const row = rows.find((r) => r.dataset.code === codes[0]);
  if (!move && row) row.scrollIntoView({ block: "nearest" });
}

for (const row of rows) {
  row.addEventListener("click", (event) => {
    const group = event.target.dataset?.group;
    if (group) choose(rows.filter((r) => r.dataset.groups.includes(group)).map((r) => r.dataset.code), true, group);
    else choose([row.dataset.code], true);
  });
  row.addEventListener("keydown", (event) => {
    const at = rows.indexOf(row);
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose([row.dataset.code], true); }
    if (event.key === "ArrowDown") { event.preventDefault(); rows[Math.min(rows.length - 1, at + 1)].focus(); }
    if (event.key === "ArrowUp") { event.preventDefault(); rows[Math.max(0, at - 1)].focus(); }
  });
}
document.getElementById("language").addEventListener("click", () => {
  const english = document.body.classList.toggle("english");
  document.documentElement.lang = english ? "en" : "zh-CN";
});
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
