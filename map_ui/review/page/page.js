"use strict";
/* The month map: draws shapes, colours them by view and month, keeps legend and words in step.
   Every class, number and label was decided and written before; here they are only looked up. */
function wanggeMonths(map, data) {
  const $ = (id) => document.getElementById(id);
  const place = new URLSearchParams(location.hash.slice(1));
  const state = {
    lang: place.get("lang") === "en" ? 1 : 0,
    view: Math.max(0, data.views.findIndex((v) => v.id === place.get("view"))),
    month: data.months.findIndex((m) => m.id === place.get("month")),
    than: data.months.findIndex((m) => m.id === place.get("than")),
    hidden: new Set((place.get("hide") || "").split(",").filter(Boolean)),
  };
  if (state.month < 0) state.month = data.months.length - 1;
  const say = (pair) => (pair ? pair[state.lang] : "");
  const word = (key, values = {}) => say(data.words[key]).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const make = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  /* ---- shapes ---- */
  const [lon0, lat0] = data.origin;
  const ring = (flat) => {
    const points = [];
    for (let k = 0, x = 0, y = 0; k < flat.length; k += 2) {
      x += flat[k]; y += flat[k + 1];
      points.push([lat0 + y / data.scale, lon0 + x / data.scale]);
    }
    return points;
  };
  const polygon = (parts) => parts.map((rings) => rings.map(ring));
  const lines = (parts) => parts.flatMap((rings) => rings.map(ring));
  const pane = (name, z, events = false) => {
    const made = map.createPane(name);
    made.style.zIndex = z;
    made.style.pointerEvents = events ? "auto" : "none";
    return made;
  };
  pane("ground", 210); pane("areas", 300); pane("footprints", 340); pane("roads", 350); pane("borders", 400);
  pane("cells", 360); pane("committees", 410); pane("sites", 430, true); pane("circles", 440); pane("names", 460);
  const canvas = (name) => L.canvas({ pane: name, padding: 0.3 });
  const svg = (name) => L.svg({ pane: name, padding: 0.5 });
  const draw = { ground: canvas("ground"), footprints: canvas("footprints"), roads: canvas("roads"), areas: svg("areas"),
    cells: svg("cells"), borders: svg("borders"), committees: svg("committees"), circles: svg("circles"), sites: svg("sites") };
  const role = data.roles;
  const filled = (colour, opacity = 1) => ({ stroke: false, fillColor: colour, fillOpacity: opacity });

  const groups = Object.fromEntries(["backdrop", "roads", "footprints", "areas", "cells", "borders", "committees", "names", "sites", "circles"]
    .map((name) => [name, L.layerGroup()]));
  for (const [kind, parts] of data.shapes.backdrop)
    L.polygon(polygon(parts), { ...filled(role[kind] || role.green), renderer: draw.ground, interactive: false }).addTo(groups.backdrop);
  const METRES = { expressway: 26, arterial: 16, local_road: 9, lane: 4 };
  const roads = data.shapes.barriers.map(([kind, width, parts]) => {
    const path = lines(parts), options = { renderer: draw.roads, interactive: false, lineCap: "round" };
    const edge = kind in METRES ? L.polyline(path, { ...options, color: role.road_edge, opacity: 0.5 }).addTo(groups.roads) : null;
    return { kind, width, edge, path, options };
  });
  for (const road of roads) road.line = L.polyline(road.path, {
    ...road.options, opacity: road.kind in METRES ? 0.75 : 1,
    color: road.kind === "river" ? role.water : road.kind === "railway" ? role.edge : road.kind === "wall" ? role.road_edge : role.road,
    dashArray: road.kind === "railway" ? "6 4" : null,
  }).addTo(groups.roads);
  function widen() {
    const centre = map.getCenter();
    const perPixel = (40075016.686 * Math.cos(centre.lat * Math.PI / 180)) / 2 ** (map.getZoom() + 8);
    for (const { kind, width, edge, line } of roads) {
      const metres = width || METRES[kind] || (kind === "river" ? 18 : 0);
      const least = { lane: 0.6, local_road: 1.2, river: 2, railway: 1.5, wall: 0.8 }[kind] || 2.4;
      const weight = Math.max(least, metres / perPixel);
      line.setStyle({ weight });
      if (edge) edge.setStyle({ weight: weight + 1.2 });
    }
  }
  const footprints = data.shapes.buildings.map((parts, k) => {
    const made = L.polygon(polygon(parts), { ...filled(role.ink, 0.13), weight: 0.5, renderer: draw.footprints }).addTo(groups.footprints);
    made.bindTooltip(() => buildingNote(k), { sticky: true });
    return made;
  });
  const gridNumber = new Map(data.codes["micro-grid"].map((code, k) => [code, k]));
  const grids = data.shapes.grids.map(([version, code, name, committee, parts]) => {
    const at = gridNumber.get(code), path = polygon(parts);
    const area = L.polygon(path, { stroke: true, weight: 0.6, fillOpacity: 1, renderer: draw.areas });
    area.bindTooltip(() => note(`${name} · ${say(committee)}`, "micro-grid", at), { sticky: true });
    const border = L.polygon(path, { fill: false, color: role.border_grid, weight: data.widths.grid, renderer: draw.borders, interactive: false });
    return { version, at, area, border };
  });
  const cells = data.shapes.cells.map((parts, k) => {
    const made = L.polygon(polygon(parts), { weight: 0.8, fillOpacity: 1, renderer: draw.cells });
    made.bindTooltip(() => note(data.codes.cell[k], "cell", k), { sticky: true });
    return made;
  });
  const names = data.shapes.committees.map(([name, at, parts]) => {
    L.polygon(polygon(parts), { fill: false, color: role.border_committee, weight: data.widths.committee, renderer: draw.committees, interactive: false }).addTo(groups.committees);
    const [point] = ring(at).values();
    const tip = L.tooltip({ permanent: true, direction: "center", className: "mark name", pane: "names", interactive: false }).setLatLng(point);
    return { name, tip: tip.addTo(groups.names) };
  });
  L.polygon(polygon(data.shapes.town), { fill: false, color: role.border_town, weight: data.widths.town, renderer: draw.committees, interactive: false }).addTo(groups.committees);
  for (const [name, kind, listed, parts] of data.shapes.sites) {
    const look = { color: role.caution, weight: 2, fillColor: listed ? role.caution : role.raised, fillOpacity: listed ? 0.9 : 0.6, renderer: draw.sites };
    const isPoint = parts.length === 1 && parts[0][0].length === 2;
    const made = isPoint ? L.circleMarker(ring(parts[0][0])[0], { ...look, radius: 5 }) : L.polygon(polygon(parts), look);
    made.bindTooltip(() => { const box = make("div", name); box.append(make("div", say(kind), "quiet")); return box; }, { sticky: true }).addTo(groups.sites);
  }

  /* ---- what is under the pointer ---- */
  const view = () => data.views[state.view];
  const pair = () => (state.than >= 0 && state.than < state.month && view().changeEntries.length ? `${state.than}-${state.month}` : null);
  const rowsOf = (layer) => (layer === view().layer ? view().rows : layer === "micro-grid" ? view().grids : null)?.[state.month];
  function note(title, layer, at) {
    const box = make("div");
    box.append(make("div", title, "quiet"));
    const row = rowsOf(layer)?.[at];
    if (!row) box.append(make("div", word("state.no_data")));
    else if (row[0] === "withheld") box.append(make("div", word("state.withheld")));
    else {
      box.append(make("b", row[0] === "no_data" ? word("state.no_data") : row[1] + unit()));
      if (row[4] !== "—") box.append(make("div", word(view().detail, { num: row[3], den: row[4] })));
      if (row[2]) box.append(make("div", word("month_map.interval", { interval: row[2] }), "quiet"));
    }
    const change = pair() && layer === view().layer ? view().changes[pair()][at] : null;
    if (pair() && layer === view().layer) {
      const entry = change ? view().changeEntries.find(([key]) => key === change[0]) : null;
      const told = change && change[1] ? word(view().unit === "%" ? "month_map.points" : "month_map.per_100", { change: change[1] }) : "";
      box.append(make("div", [told, view().id === "accuracy" || !told ? say(entry ? entry[1] : data.words["month_map.incomparable"]) : ""].filter(Boolean).join(" · ")));
    }
    return box;
  }
  const unit = () => (view().unit === "%" ? "" : " " + word("unit.per_100_dwellings"));
  function buildingNote(k) {
    const { letters, alphabet, entries } = view();
    const key = alphabet[letters[state.month][k]];
    return make("div", say((entries.find(([e]) => e === key) || [])[1]));
  }

  /* ---- colours ---- */
  function fillOf(layer, at) {
    if (layer === "micro-grid" && view().id === "hotspots") return "base";
    if (pair()) return view().changes[pair()][at]?.[0] || "no_data";
    const row = rowsOf(layer)?.[at];
    return row ? row[0] : "no_data";
  }
  function paint() {
    const { id, layer } = view(), counts = new Map(), version = data.months[state.month].version;
    const count = (key) => counts.set(key, (counts.get(key) || 0) + 1);
    const onCells = layer === "cell", onBuildings = layer === "building";
    for (const grid of grids) {
      const here = grid.version === version;
      for (const part of ["area", "border"]) grid[part][here ? "addTo" : "removeFrom"](groups[part === "area" ? "areas" : "borders"]);
      if (!here) continue;
      const key = onCells && id !== "hotspots" || onBuildings ? null : fillOf("micro-grid", grid.at);
      const look = key ? data.fills[key] : { fill: role.paper, outline: role.paper };
      grid.area.setStyle({ fillColor: look.fill, color: key === "no_data" || key === "withheld" ? look.outline : look.fill, opacity: key ? 1 : 0, fillOpacity: key ? 0.94 : 0 });
      if (layer === "micro-grid") { count(key); countZero(counts, rowsOf("micro-grid")?.[grid.at]); }
    }
    cells.forEach((cell, at) => {
      const drawn = onCells && (pair() ? true : Boolean(rowsOf("cell")?.[at]));
      cell[drawn ? "addTo" : "removeFrom"](groups.cells);
      cell.unbindTooltip();
      if (!drawn) return;
      const key = fillOf("cell", at), look = data.fills[key];
      cell.setStyle({ fillColor: look.fill, fillOpacity: 0.92, color: look.outline, opacity: id === "hotspots" ? 0.7 : 0.35, weight: key === "hot" || key === "new" || key === "lasting" || key === "gone" ? 2.5 : 0.8 });
      count(key);
      countZero(counts, rowsOf("cell")?.[at]);
      const row = rowsOf("cell")?.[at];
      if (id === "hotspots" && key === "hot" && row) cell.bindTooltip(`${row[3]}/${row[4]}`, { permanent: true, direction: "center", className: "mark spot", pane: "names" });
      else cell.bindTooltip(() => note(data.codes.cell[at], "cell", at), { sticky: true });
      if (key === "hot") cell.bringToFront();
    });
    map.getPane("footprints").style.pointerEvents = onBuildings ? "auto" : "none";
    footprints.forEach((shape, k) => {
      if (!onBuildings) return shape.setStyle({ stroke: false, fillColor: role.ink, fillOpacity: 0.13 });
      const letter = view().letters[state.month][k], key = view().alphabet[letter];
      if (key) count(key);
      const look = key ? data.fills[key] : null;
      shape.setStyle(look ? { stroke: true, color: look.outline, fillColor: look.fill.startsWith("url") ? role.ground : look.fill, fillOpacity: 1 } : { stroke: false, fillOpacity: 0 });
    });
    groups.circles.clearLayers();
    if (id === "hotspots" && !pair()) for (const [lon, lat, radius, found, n, p] of view().clusters[state.month]) {
      L.circle([lat, lon], { radius, fill: false, color: data.fills.hot.outline, weight: 2, dashArray: "6 4", renderer: draw.circles, interactive: false }).addTo(groups.circles);
      L.tooltip({ permanent: true, direction: "top", className: "mark spot", pane: "names", offset: [0, 0] })
        .setLatLng([lat + radius / 111320, lon]).setContent(make("span", word("month_map.cluster.of", { found, n, p }))).addTo(groups.circles);
    }
    legend(counts);
  }
  function countZero(counts, row) {
    if (row && row[3] === "0" && row[0] !== "no_data" && row[0] !== "withheld") counts.set("zero_in", (counts.get("zero_in") || 0) + 1);
  }

  /* ---- legend, controls, words ---- */
  function swatch(key) {
    const look = data.fills[key === "zero_in" ? `${view().id}.0` : key];
    const box = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [k, v] of Object.entries({ width: 24, height: 15 })) box.setAttribute(k, v);
    for (const [k, v] of Object.entries({ x: 0.75, y: 0.75, width: 22.5, height: 13.5, fill: look.fill, stroke: look.outline, "stroke-width": 1.2 })) shape.setAttribute(k, v);
    box.append(shape);
    return box;
  }
  function legend(counts) {
    const { title, of, entries, changeEntries, target, totals, layer } = view(), box = $("legend"), compared = pair();
    box.replaceChildren(make("h2", say(title)), make("p", say(of) + (target ? ` · ${word("figure.target", { target })}` : ""), "of"));
    const total = totals?.[state.month];
    if (compared) box.append(make("div", word("month_map.change", { now: say(data.months[state.month].label), then: say(data.months[state.than].label) })));
    else if (total) {
      const line = make("div", total[1], "number");
      line.append(make("small", ` ${unit()} ${word("month_map.whole")} · ${word(view().detail, { num: total[3], den: total[4] })}`));
      box.append(line);
      if (total[2]) box.append(make("div", word("month_map.interval", { interval: total[2] }), "of"));
    }
    const table = make("table");
    const head = table.createTHead().insertRow();
    head.append(make("td"), make("td"), make("td", { "micro-grid": word("area.micro-grid", {}) }[layer] || word("legend.count")));
    head.hidden = true;
    let states = false;
    for (const [key, label] of compared ? changeEntries : entries) {
      const row = table.insertRow(), isState = ["zero_in", "no_data", "withheld", "zero"].includes(key);
      if (isState && !states) { row.className = "first-state"; states = true; }
      row.insertCell().append(swatch(key));
      row.insertCell().textContent = say(label);
      row.insertCell().textContent = counts.get(key) || 0;
    }
    box.append(table);
    if (view().clusters && !compared) box.append(make("div", `- - - ${word("month_map.cluster")}: ${view().clusters[state.month].length}`, "of"));
  }
  function tabs() {
    $("views").replaceChildren(...data.views.map((v, k) => {
      const tab = make("button", say(v.title));
      tab.type = "button";
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", String(k === state.view));
      tab.onclick = () => change({ view: k });
      return tab;
    }));
  }
  function compare() {
    const box = $("compare"), select = box.querySelector("select");
    box.querySelector("span").textContent = `${word("month_map.compare")} `;
    const choices = [[-1, word("month_map.compare.none")], ...data.months.slice(0, state.month).map((m, k) => [k, say(m.label)]).reverse()];
    select.replaceChildren(...choices.map(([value, label]) => { const o = make("option", label); o.value = value; o.selected = value === state.than; return o; }));
    select.disabled = !view().changeEntries.length;
    box.classList.toggle("none", !pair());
    select.onchange = () => change({ than: Number(select.value) });
  }
  const OVERLAYS = [["footprints", "layer.buildings"], ["sites", "layer.key-sites"], ["names", "month_map.names"]];
  function overlays() {
    $("overlays").replaceChildren(...OVERLAYS.map(([name, label]) => {
      const box = make("label"), tick = make("input");
      tick.type = "checkbox";
      tick.checked = !state.hidden.has(name);
      tick.onchange = () => { state.hidden[tick.checked ? "delete" : "add"](name); change({}); };
      box.append(tick, make("span", word(label)));
      return box;
    }));
    for (const [name] of OVERLAYS) groups[name][state.hidden.has(name) ? "removeFrom" : "addTo"](map);
  }
  function change(next) {
    Object.assign(state, next);
    const month = data.months[state.month];
    document.documentElement.lang = state.lang ? "en" : "zh-CN";
    $("town").textContent = say(data.town);
    $("language").textContent = word("language.other");
    $("print").textContent = word("action.print");
    $("month").value = state.month;
    $("month").setAttribute("aria-valuetext", say(month.label));
    $("month").setAttribute("aria-label", word("month_map.months"));
    $("views").setAttribute("aria-label", word("month_map.views"));
    map.getContainer().setAttribute("aria-label", word("map.label"));
    $("earlier").title = word("shell.earlier"); $("later").title = word("shell.later");
    $("earlier").disabled = state.month === 0; $("later").disabled = state.month === data.months.length - 1;
    $("month-name").textContent = say(month.label);
    $("north").querySelector("span").textContent = word("month_map.north");
    const source = $("source");
    source.replaceChildren(make("span", say(month.source)), make("br"), make("b", say(data.audience)));
    for (const { name, tip } of names) tip.setContent(make("span", say(name)));
    tabs(); compare(); overlays(); paint();
    const kept = new URLSearchParams({ view: view().id, month: month.id, lang: state.lang ? "en" : "zh" });
    if (pair()) kept.set("than", data.months[state.than].id);
    if (state.hidden.size) kept.set("hide", [...state.hidden].join(","));
    history.replaceState(null, "", `#${kept}`);
  }
  $("month").max = data.months.length - 1;
  $("month").oninput = (event) => change({ month: Number(event.target.value) });
  $("earlier").onclick = () => change({ month: state.month - 1 });
  $("later").onclick = () => change({ month: state.month + 1 });
  $("language").onclick = () => change({ lang: 1 - state.lang });
  $("print").onclick = () => window.print();

  L.control.zoom({ position: "topright", zoomInTitle: word("map.zoom_in"), zoomOutTitle: word("map.zoom_out") }).addTo(map);
  L.control.scale({ position: "bottomright", imperial: false, maxWidth: 160 }).addTo(map);
  for (const name of ["backdrop", "areas", "roads", "cells", "borders", "committees", "circles"]) groups[name].addTo(map);
  const whole = L.latLngBounds(polygon(data.shapes.town).flat(2));
  map.on("zoomend", widen);
  const fit = () => { map.invalidateSize({ animate: false }); map.fitBounds(whole, { animate: false, paddingTopLeft: [Math.min(340, innerWidth / 4), 8], paddingBottomRight: [56, 8] }); };
  fit(); widen(); change({});
  window.addEventListener("beforeprint", fit);
  window.addEventListener("afterprint", fit);
  document.documentElement.dataset.ready = "true";
}
