import { useState } from "preact/hooks";
import { ABSENT, timeText } from "../../format";
import { Trouble } from "../../parts/parts";
import { Dialog } from "../../shell/Dialog";
import { FormDialog } from "../../shell/FormDialog";
import { complain } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { inLanguage, named, t } from "../../words";
import { addKey, readKeys, revokeKey, rotateKey, type KeyRow } from "./data";
import { Reading, Secret, useList } from "./parts";

const SCOPES = ["read", "feed", "tickets"];

function NewKey({ onMade, onClose }: { onMade: (made: KeyRow & { key: string }) => void; onClose: () => void }) {
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
          onInput={(e) => setDays(Math.max(1, Math.min(366, Number(e.currentTarget.value) || 1)))}
        />
      </label>
    </FormDialog>
  );
}

export function Keys() {
  const { found, wrong, again } = useList(readKeys);
  const [creating, setCreating] = useState(false);
  const [ending, setEnding] = useState<KeyRow | null>(null);
  const [secret, setSecret] = useState<(KeyRow & { key: string }) | null>(null);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const made = (key: KeyRow & { key: string }) => {
    setCreating(false);
    setSecret(key);
    again();
  };
  return (
    <>
      <div class="row">
        <p class="quiet-text">{t("admin.keys.what")}</p>
        <button type="button" class="primary push" onClick={() => setCreating(true)}>
          {t("admin.key.new")}
        </button>
      </div>
      <table class="plain">
        <thead>
          <tr>
            {(
              [
                "admin.key.id",
                "admin.key.name",
                "admin.key.scopes",
                "admin.state",
                "admin.key.used",
                "admin.key.expires",
              ] as const
            ).map((key) => (
              <th key={key} scope="col">
                {t(key)}
              </th>
            ))}
            <th scope="col">
              <span class="unseen">{t("admin.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {found.map((k) => (
            <tr key={k.id} class={k.state === "valid" ? "" : "quiet-text"}>
              <td>
                <code>{k.id}</code>
              </td>
              <td>{inLanguage(k.name)}</td>
              <td>{k.scopes.map((s) => named("scope", s)).join(t("list.and"))}</td>
              <td>
                <span class={`chip ${k.state === "valid" ? "chip-now" : ""}`}>{t(`admin.key.${k.state}`)}</span>
              </td>
              <td>{k.last_used_at ? timeText(k.last_used_at, true) : ABSENT}</td>
              <td>{k.expires_at ? timeText(k.expires_at, true) : t("admin.key.never")}</td>
              <td class="right nowrap">
                {k.state === "valid" && (
                  <>
                    <button
                      type="button"
                      class="quiet"
                      onClick={() => void whileSaving(rotateKey(k.id)).then(made, complain)}
                    >
                      {t("admin.key.rotate")}
                    </button>
                    <button type="button" onClick={() => setEnding(k)}>
                      {t("admin.key.revoke")}
                    </button>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {creating && <NewKey onMade={made} onClose={() => setCreating(false)} />}
      {ending && (
        <Dialog
          title={t("admin.key.revoke.title", { name: inLanguage(ending.name) })}
          onClose={() => setEnding(null)}
          actions={
            <>
              <button type="button" onClick={() => setEnding(null)}>
                {t("action.cancel")}
              </button>
              <button
                type="button"
                class="danger"
                onClick={() => {
                  setEnding(null);
                  void whileSaving(revokeKey(ending.id)).then(again, complain);
                }}
              >
                {t("admin.key.revoke")}
              </button>
            </>
          }
        >
          <p>{t("admin.key.revoke.what")}</p>
        </Dialog>
      )}
      {secret && (
        <Secret
          title={t("admin.secret.key", { name: inLanguage(secret.name) })}
          secret={secret.key}
          onClose={() => setSecret(null)}
        />
      )}
    </>
  );
}
