import { effect, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type View from "ol/View";
import { Legend, Swatch } from "../../map/Legend";
import { followView, makeView } from "../../map/create";
import { breaksOf, classFill, classOf, entryOf, fillOf, hotspotFill, stateFill, type Fill } from "../../map/palette";
import { areaStyle } from "../../map/paint";
import { layerSource, featuresOf } from "../../map/sources";
import { makeThematic } from "../../map/thematic";
import { fitTown, useMap } from "../../map/useMap";
import { readHotspots } from "../../api/endpoints";
import type { Indicators, MeasureName } from "../../api/types";
import { monthText, number, percent } from "../../format";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import { measure, month, presenting, select, selection, theme, town } from "../../store";
import { t } from "../../words";
import { Change, stateText, valueText } from "../overview/Headline";
import { changes, compare, earlier, left, level, right } from "./data";
import { pointed } from "../overview/pointed";

interface Side {
  when: ReadonlySignal<string>;
  figures: ReadonlySignal<Indicators | null>;
  change?: boolean;
}

function fills(name: MeasureName, figures: Indicators | null, change: boolean): (code: string) => Fill {
  const shade = theme.value;
  const nothing = stateFill("no_data", shade);
  if (change) {
    const found = changes(name);
    return (code) => {
      const c = found.get(code);
      return c === undefined ? nothing : classFill("change", classOf("change", c), shade);
    };
  }
  const found = new Map(
    (figures?.rows ?? []).map((row) => [row.code, fillOf(name, entryOf(name, row.measures[name]), shade)]),
  );
  return (code) => found.get(code) ?? nothing;
}

function MonthMap({ view, side }: { view: View; side: Side }) {
  const thematic = useMemo(() => makeThematic(() => theme.peek()), []);
  const spots = useMemo(() => new VectorLayer({ source: new VectorSource() }), []);
  const { target, map } = useMap(
    view,
    () => ({
      coloured: [thematic.layer],
      borders: [thematic.borders],
      labels: [thematic.labels],
      marks: [spots, thematic.marks],
    }),
    `${t("map.label")} ${monthText(side.when.value)}`,
  );
  // The maps' size changes with the type around them: a meeting begins, and ends, with the whole town.
  const presented = useRef(false);
  useEffect(() => {
    if (!map || presented.current === presenting.value) return;
    presented.current = presenting.value;
    const timer = setTimeout(() => fitTown(map), 400);
    return () => clearTimeout(timer);
  }, [map, presenting.value]);
  useEffect(() => () => thematic.close(), []);
  useSignalEffect(() => {
    const by = level.value,
      when = side.when.value;
    layerSource(by === "committee" ? "committees" : "micro-grids", null, by === "committee" ? null : when).then(
      (source) => {
        if (level.peek() === by && side.when.peek() === when) thematic.setSource(source);
      },
      () => undefined,
    );
  });
  useSignalEffect(() => thematic.setFill(fills(measure.value, side.figures.value, Boolean(side.change))));
  useSignalEffect(() => {
    const when = side.when.value,
      wanted = measure.value === "group_renting_rate" && !side.change;
    const source = spots.getSource() as VectorSource;
    source.clear(true);
    source.changed();
    spots.setStyle(areaStyle(hotspotFill(theme.value), 1.5));
    if (wanted)
      readHotspots(when).then(
        (found) => {
          if (side.when.peek() === when && measure.peek() === "group_renting_rate") {
            source.clear(true);
            source.addFeatures(
              featuresOf({ ...found, features: found.features.filter((f) => f.properties?.["significant"]) }),
            );
          }
        },
        () => undefined,
      );
  });
  useEffect(
    () =>
      effect(() => {
        void side.figures.value;
        thematic.choose(
          selection.value?.kind === level.value ? selection.value.code : null,
          pointed.value?.kind === level.value ? pointed.value.code : null,
        );
      }),
    [],
  );
  useEffect(() => {
    if (!map) return;
    map.on("singleclick", (event) => {
      const area = thematic.at(event.coordinate);
      if (area) select(level.peek(), String(area.get("code")));
      else selection.value = null;
    });
    map.on("pointermove", (event) => {
      if (event.dragging) return;
      const area = thematic.at(event.coordinate);
      pointed.value = area ? { kind: level.peek(), code: String(area.get("code")) } : null;
    });
  }, [map]);
  const name = measure.value;
  const chosen =
    selection.value?.kind === level.value
      ? side.figures.value?.rows.find((r) => r.code === selection.value?.code)
      : undefined;
  const row = chosen ?? side.figures.value?.total;
  const shown = row?.measures[name];
  return (
    <section class="month-map" aria-label={monthText(side.when.value)}>
      <header>
        <b>
          {side.change
            ? t("review.change_since", { then: monthText(earlier.value), now: monthText(month.value) })
            : monthText(side.when.value)}
        </b>
        {shown && !side.change && (
          <span>
            {chosen ? `${chosen.name} ` : ""}
            {stateText(shown) ?? valueText(name, shown.value)}
            {side.when === month && left.value && (
              <Change
                name={name}
                now={shown}
                before={
                  (chosen ? left.value.rows.find((r) => r.code === chosen.code) : left.value.total)?.measures[name]
                }
              />
            )}
          </span>
        )}
      </header>
      <div class="map-box">
        <div class="map" ref={target} />
      </div>
    </section>
  );
}

function ChangeLegend() {
  const breaks = breaksOf("change");
  const found = [...changes(measure.value).values()];
  const say = (value: number) => (measure.value === "check_density" ? number(value * 100, 0) : percent(value, 0));
  const label = (k: number) =>
    k === 0
      ? t("legend.below", { value: say(breaks[0]!) })
      : k === breaks.length
        ? t("legend.from", { value: say(breaks[k - 1]!) })
        : t("legend.to", { low: say(breaks[k - 1]!), high: say(breaks[k]!) });
  return (
    <div class="legend">
      <table>
        <caption>
          {t("review.compare.change")}
          <small> {t("review.change.sign")}</small>
        </caption>
        <tbody>
          {breaks
            .concat(0)
            .map((_, k) => (
              <tr key={k}>
                <td>
                  <Swatch fill={classFill("change", k, theme.value)} />
                </td>
                <td>{label(k)}</td>
                <td class="right">{found.filter((c) => classOf("change", c) === k).length}</td>
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}

/** Two months beside each other on one view, or one map of what changed. */
export function MonthMaps() {
  const view = useMemo(() => {
    const made = makeView(town.peek()!.subdistrict.bbox);
    return made;
  }, []);
  useEffect(() => followView(view), [view]);
  const name = measure.value;
  const counts = new Map<string, number>();
  for (const row of right.value?.rows ?? []) {
    const entry = entryOf(name, row.measures[name]);
    counts.set(entry, (counts.get(entry) ?? 0) + 1);
  }
  const change = compare.value === "change";
  return (
    <div class="month-maps">
      {!change && <MonthMap key="left" view={view} side={{ when: earlier, figures: left }} />}
      {change ? (
        <MonthMap key="change" view={view} side={{ when: month, figures: right, change: true }} />
      ) : (
        <MonthMap key="right" view={view} side={{ when: month, figures: right }} />
      )}
      <div class="map-bottom-left">
        {change ? (
          <ChangeLegend />
        ) : (
          <Legend measure={name} counts={counts} compact target={name === "accuracy" ? "98%" : undefined} />
        )}
      </div>
    </div>
  );
}
