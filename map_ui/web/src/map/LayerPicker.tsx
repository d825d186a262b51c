import { useState } from "preact/hooks";
import { hidden } from "../store";
import { t } from "../words";
import { BASE_LAYERS } from "./base";

export function LayerPicker() {
  const [open, setOpen] = useState(false);
  function flip(name: string): void {
    const next = new Set(hidden.value);
    if (!next.delete(name)) next.add(name);
    hidden.value = next;
  }
  return (
    <div
      class="layer-picker"
      onKeyDown={(e) => {
        if (e.key === "Escape") setOpen(false);
      }}
    >
      {open && (
        <fieldset class="floating">
          <legend class="unseen">{t("map.layers")}</legend>
          {BASE_LAYERS.map((name) => (
            <label key={name}>
              <input type="checkbox" checked={!hidden.value.has(name)} onChange={() => flip(name)} />{" "}
              {t(`layer.${name}`)}
            </label>
          ))}
        </fieldset>
      )}
      <button type="button" class="floating" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("map.layers")} <span aria-hidden="true">{open ? "▾" : "▴"}</span>
      </button>
    </div>
  );
}
