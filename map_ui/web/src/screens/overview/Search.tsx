import { useEffect, useRef, useState } from "preact/hooks";
import type OlMap from "ol/Map";
import { search } from "../../api/endpoints";
import type { Found } from "../../api/types";
import { toMap } from "../../map/create";
import { useShortcuts } from "../../shell/keys";
import { announce, sayWhatWentWrong } from "../../shell/notices";
import { batch } from "@preact/signals";
import { BYS, by, select } from "../../store";
import { named, t } from "../../words";
import { committeeName } from "./naming";
import { drawn } from "./data";

const NEAR: Record<string, number> = { building: 17.5, "key-site": 17.5, "micro-grid": 15.5, committee: 14.5 };

export function Search({ map }: { map: OlMap | null }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found[] | null>(null);
  const [at, setAt] = useState(0);
  const [wrong, setWrong] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useShortcuts(() => [{ keys: "/", label: "overview.search", run: () => field.current?.focus() }]);

  useEffect(() => {
    const question = text.trim();
    setAt(0);
    setWrong("");
    if (!question) {
      setFound(null);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      search(question, stop.signal).then(
        (answer) => {
          setFound(answer);
          announce(t("overview.search.found", { n: answer.length }));
        },
        (error: unknown) => {
          if ((error as Error).name !== "AbortError") setWrong(sayWhatWentWrong(error));
        },
      );
    }, 180);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);

  function open(hit: Found): void {
    batch(() => {
      drawn.value = null;
      const level = BYS.find((b) => b === hit.kind);
      if (level) by.value = level;
      select(hit.kind, hit.code);
    });
    if (hit.point) map?.getView().animate({ center: toMap(hit.point), zoom: NEAR[hit.kind] ?? 16, duration: 200 });
    setFound(null);
  }

  function keys(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      setFound(null);
      setText("");
      field.current?.blur();
      return;
    }
    if (!found?.length) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      event.preventDefault();
      setAt((at + step + found.length) % found.length);
    }
    if (event.key === "Enter") open(found[at] as Found);
  }

  return (
    <div class="search floating" role="search">
      <input
        ref={field}
        type="text"
        autoComplete="off"
        value={text}
        placeholder={t("overview.search")}
        aria-label={t("overview.search")}
        role="combobox"
        aria-expanded={Boolean(found?.length)}
        aria-controls="search-found"
        aria-activedescendant={found?.length ? `found-${at}` : undefined}
        onInput={(e) => setText(e.currentTarget.value)}
        onKeyDown={keys}
      />
      {wrong && <p class="wrong">{wrong}</p>}
      {found && (
        <ul id="search-found" role="listbox" aria-label={t("overview.search")}>
          {found.map((hit, k) => (
            <li
              key={`${hit.kind}${hit.code}`}
              id={`found-${k}`}
              role="option"
              aria-selected={k === at}
              onPointerDown={(e) => {
                e.preventDefault();
                open(hit);
              }}
            >
              <span>{(hit.kind === "committee" && committeeName(hit.code)) || hit.label}</span>
              <small>
                {named("area", hit.kind)} {hit.code}
              </small>
            </li>
          ))}
          {!found.length && <li class="quiet-text">{t("overview.search.none", { text })}</li>}
        </ul>
      )}
    </div>
  );
}
