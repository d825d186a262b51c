import { useState } from "preact/hooks";
import { dayText, number } from "../../format";
import { Lead, LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { Dialog } from "../../shell/Dialog";
import { FormDialog } from "../../shell/FormDialog";
import { complain, tell } from "../../shell/notices";
import { session, town } from "../../store";
import { inLanguage, nameOf, named, t } from "../../words";
import { committeeName, withoutEnding } from "../overview/naming";
import {
  addAccount,
  changeAccount,
  newPassword,
  readAccounts,
  readRoles,
  readSeen,
  type AccountRow,
  type Seen,
} from "./data";
import { Reading, Secret, useList } from "./parts";

const areaText = (areas: string[] | null) =>
  areas === null
    ? t("admin.whole_town")
    : areas.map((code) => committeeName(code) ?? code).join(t("list.and")) || t("admin.no_area");

function AreaChoice({ areas, onChange }: { areas: string[] | null; onChange: (areas: string[] | null) => void }) {
  const all = town.value?.committees ?? [];
  return (
    <fieldset class="area-choice">
      <legend>{t("admin.areas")}</legend>
      <label>
        <input
          type="checkbox"
          checked={areas === null}
          onChange={(e) => onChange(e.currentTarget.checked ? null : [])}
        />{" "}
        {t("admin.whole_town")}
      </label>
      {areas !== null && (
        <div class="area-list">
          {all.map((c) => (
            <label key={c.code}>
              <input
                type="checkbox"
                checked={areas.includes(c.code)}
                onChange={(e) =>
                  onChange(e.currentTarget.checked ? [...areas, c.code] : areas.filter((code) => code !== c.code))
                }
              />{" "}
              {withoutEnding(nameOf(c))}
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}

interface FormProps {
  account: AccountRow | null;
  roles: string[];
  onDone: (secret: { name: string; password: string } | null) => void;
  onClose: () => void;
}

/** Open an account, or change one's role, areas and whether it works. */
function AccountForm({ account, roles, onDone, onClose }: FormProps) {
  const [name, setName] = useState("");
  const [duty, setDuty] = useState("");
  const [role, setRole] = useState(account?.role ?? "registrar");
  const [areas, setAreas] = useState<string[] | null>(account ? account.areas : []);
  const [active, setActive] = useState(account?.active ?? true);
  async function save(): Promise<void> {
    if (account) {
      await changeAccount(account.name, { role, areas, active });
      onDone(null);
    } else onDone(await addAccount({ name: name.trim(), display_name: duty.trim(), role, areas }));
  }
  return (
    <FormDialog
      title={account ? t("admin.account.change", { name: account.name }) : t("admin.account.new")}
      verb={t(account ? "action.confirm" : "new.create")}
      ready={Boolean(account) || (name.trim().length >= 2 && Boolean(duty.trim()))}
      save={save}
      onClose={onClose}
    >
      {!account && (
        <>
          <label class="field">
            <span>{t("login.name")}</span>
            <input
              value={name}
              maxLength={32}
              autofocus
              spellcheck={false}
              onInput={(e) => setName(e.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span>{t("admin.duty")}</span>
            <input value={duty} maxLength={60} onInput={(e) => setDuty(e.currentTarget.value)} />
          </label>
          <p class="quiet-text">{t("admin.duty.what")}</p>
        </>
      )}
      <label class="field">
        <span>{t("admin.role")}</span>
        <select value={role} onChange={(e) => setRole(e.currentTarget.value)}>
          {roles.map((r) => (
            <option key={r} value={r}>
              {named("role", r)}
            </option>
          ))}
        </select>
      </label>
      <AreaChoice areas={areas} onChange={setAreas} />
      {account && (
        <label>
          <input type="checkbox" checked={active} onChange={(e) => setActive(e.currentTarget.checked)} />{" "}
          {t("admin.active")}
        </label>
      )}
      {account && <p class="quiet-text">{t("admin.account.consequence")}</p>}
    </FormDialog>
  );
}

/** What an account may do and how much it would see, before anybody signs in with it. */
function Sees({ account, seen, onClose }: { account: AccountRow; seen: Seen; onClose: () => void }) {
  return (
    <Dialog title={t("admin.sees.title", { name: account.name })} onClose={onClose}>
      <p>{areaText(seen.areas)}</p>
      <dl class="counts">
        {Object.entries(seen.rows).map(([table, n]) => (
          <div key={table}>
            <dt>{named("admin.table", table)}</dt>
            <dd>{number(n)}</dd>
          </div>
        ))}
      </dl>
      <ul class="list">
        {seen.permissions.map((p) => (
          <li key={p}>{named("permission", p)}</li>
        ))}
      </ul>
    </Dialog>
  );
}

function Status({ account }: { account: AccountRow }) {
  if (!account.active) return <span class="chip">{t("admin.closed")}</span>;
  if (account.locked) return <span class="chip chip-wrong">{t("admin.locked")}</span>;
  return <span class="chip chip-now">{t("admin.works")}</span>;
}

export function Accounts() {
  const { found, wrong, again } = useList(() => Promise.all([readAccounts(), readRoles()]));
  const [form, setForm] = useState<{ account: AccountRow | null } | null>(null);
  const [secret, setSecret] = useState<{ name: string; password: string } | null>(null);
  const [seen, setSeen] = useState<{ account: AccountRow; seen: Seen } | null>(null);
  const [resetting, setResetting] = useState<string | null>(null);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const [accounts, roles] = found;
  const own = session.value?.account.name;
  return (
    <>
      <Lead what={t("admin.accounts.what")}>
        <button type="button" class="primary" onClick={() => setForm({ account: null })}>
          {t("admin.account.new")}
        </button>
      </Lead>
      <LineTable heads={["login.name", "admin.duty", "admin.role", "admin.areas", "admin.state", "admin.since"]}>
        {accounts.map((a) => (
          <tr key={a.name} class={a.active ? "" : "quiet-text"}>
            <td>{a.name}</td>
            <td>{inLanguage(a.display_name)}</td>
            <td>{named("role", a.role)}</td>
            <td>{areaText(a.areas)}</td>
            <td>
              <Status account={a} />
            </td>
            <td class="nowrap">{dayText(a.created_at)}</td>
            <td class="right nowrap">
              <button
                type="button"
                class="quiet"
                onClick={() => void readSeen(a.name).then((s) => setSeen({ account: a, seen: s }), complain)}
              >
                {t("admin.sees")}
              </button>
              <button type="button" class="quiet" disabled={a.name === own} onClick={() => setResetting(a.name)}>
                {t("admin.password")}
              </button>
              <button type="button" onClick={() => setForm({ account: a })}>
                {t("admin.change")}
              </button>
            </td>
          </tr>
        ))}
      </LineTable>
      {form && (
        <AccountForm
          account={form.account}
          roles={Object.keys(roles)}
          onClose={() => setForm(null)}
          onDone={(made) => {
            setForm(null);
            if (made) setSecret(made);
            else tell(t("admin.saved"));
            again();
          }}
        />
      )}
      {resetting && (
        <FormDialog
          title={t("admin.password.title", { name: resetting })}
          verb={t("admin.password")}
          ready
          danger
          save={() =>
            newPassword(resetting).then((made) => {
              setResetting(null);
              setSecret(made);
            })
          }
          onClose={() => setResetting(null)}
        >
          <p>{t("admin.password.what")}</p>
        </FormDialog>
      )}
      {secret && (
        <Secret
          title={t("admin.secret.password", { name: secret.name })}
          secret={secret.password}
          onClose={() => setSecret(null)}
        />
      )}
      {seen && <Sees {...seen} onClose={() => setSeen(null)} />}
    </>
  );
}
