import { useState } from "preact/hooks";
import { number } from "../../format";
import { FormDialog } from "../../shell/FormDialog";
import { inLanguage, named, t } from "../../words";
import { addKey, dropLimit, putLimit, type KeyRow, type Limit } from "./data";

const SCOPES = ["read", "feed", "tickets"];
export const inOrder = (scopes: string[]) => [...scopes].sort((a, b) => SCOPES.indexOf(a) - SCOPES.indexOf(b));

/** 36,000 · 3,000: requests a minute, and how many of them at once. */
export const limitText = (limit: Limit) =>
  limit.per_minute ? `${number(limit.per_minute)} · ${number(limit.burst)}` : t("admin.key.limit.none");

export const whole = (text: string, least: number, most: number) =>
  Math.max(least, Math.min(most, Math.trunc(Number(text) || least)));

export function NewKey({ onMade, onClose }: { onMade: (made: KeyRow & { key: string }) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["read"]);
  const [days, setDays] = useState(365);
  return (
    <FormDialog
      title={t("admin.key.new")}
      verb={t("new.create")}
      ready={Boolean(name.trim()) && scopes.length > 0}
      save={() => addKey({ name: name.trim(), scopes, days }).then(onMade)}
      onClose={onClose}
    >
      <label class="field">
        <span>{t("admin.key.name")}</span>
        <input value={name} maxLength={60} autofocus onInput={(e) => setName(e.currentTarget.value)} />
      </label>
      <fieldset class="area-choice">
        <legend>{t("admin.key.scopes")}</legend>
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(e) =>
                setScopes(e.currentTarget.checked ? [...scopes, scope] : scopes.filter((s) => s !== scope))
              }
            />{" "}
            {named("scope", scope)}
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{t("admin.key.days")}</span>
        <input
          type="number"
          min={1}
          max={366}
          value={days}
          onInput={(e) => setDays(whole(e.currentTarget.value, 1, 366))}
        />
      </label>
    </FormDialog>
  );
}

interface LimitProps {
  row: KeyRow;
  usual: Limit;
  own: Limit | undefined;
  onDone: () => void;
  onClose: () => void;
}

/** How often one key may ask: as the installation says, or otherwise. */
export function LimitForm({ row, usual, own, onDone, onClose }: LimitProps) {
  const [special, setSpecial] = useState(Boolean(own));
  const [minute, setMinute] = useState(own?.per_minute ?? usual.per_minute);
  const [burst, setBurst] = useState(own?.burst ?? usual.burst);
  const save = (): Promise<unknown> =>
    special ? putLimit(row.id, { per_minute: minute, burst }) : own ? dropLimit(row.id) : Promise.resolve(); // it is the usual one already
  return (
    <FormDialog
      title={t("admin.key.limit.title", { name: inLanguage(row.name) })}
      verb={t("action.confirm")}
      ready
      save={() => save().then(onDone)}
      onClose={onClose}
    >
      <fieldset class="area-choice stacked">
        <legend>{t("admin.key.limit.change")}</legend>
        <label>
          <input type="radio" name="limit" checked={!special} autofocus={!special} onChange={() => setSpecial(false)} />{" "}
          {t("admin.key.limit.usual", { limit: limitText(usual) })}
        </label>
        <label>
          <input type="radio" name="limit" checked={special} autofocus={special} onChange={() => setSpecial(true)} />{" "}
          {t("admin.key.limit.special")}
        </label>
      </fieldset>
      <div class="pair">
        <label class="field">
          <span>{t("admin.key.limit.per_minute")}</span>
          <input
            type="number"
            min={0}
            max={10_000_000}
            disabled={!special}
            value={minute}
            onInput={(e) => setMinute(whole(e.currentTarget.value, 0, 10_000_000))}
          />
        </label>
        <label class="field">
          <span>{t("admin.key.limit.burst")}</span>
          <input
            type="number"
            min={1}
            max={1_000_000}
            disabled={!special}
            value={burst}
            onInput={(e) => setBurst(whole(e.currentTarget.value, 1, 1_000_000))}
          />
        </label>
      </div>
      <p class="quiet-text">{t("admin.key.limit.what")}</p>
    </FormDialog>
  );
}
