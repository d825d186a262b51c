import { useState } from "preact/hooks";
import { timeText } from "../../format";
import { Lead, LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { FormDialog } from "../../shell/FormDialog";
import { tell } from "../../shell/notices";
import { inLanguage, named, t } from "../../words";
import { bindIdentity, readAccounts, readSignOn, unbindIdentity, type AccountRow, type SignOn } from "./data";
import { Reading, useList } from "./parts";

const SETTINGS = ["issuer", "client", "secret_file", "return", "claim", "ca_file"] as const;

function NotSetUp() {
  return (
    <section class="empty">
      <p>{t("sign_on.off")}</p>
      <p>{t("sign_on.off.how", { address: `${location.origin}/api/sign-on/return` })}</p>
      <dl class="settings">
        {SETTINGS.map((name) => (
          <div key={name}>
            <dt>
              <code>WANGGE_SIGN_ON_{name.toUpperCase()}</code>
            </dt>
            <dd>{t(`sign_on.setting.${name}`)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What the provider calls somebody, said once and never shown again. */
function Bind({ name, onDone, onClose }: { name: string; onDone: () => void; onClose: () => void }) {
  const [login, setLogin] = useState("");
  return (
    <FormDialog
      title={t("sign_on.bind.title", { name })}
      verb={t("sign_on.bind")}
      ready={Boolean(login.trim())}
      save={() => bindIdentity(name, login.trim()).then(onDone)}
      onClose={onClose}
    >
      <label class="field">
        <span>{t("sign_on.login")}</span>
        <input
          value={login}
          maxLength={255}
          autofocus
          autoComplete="off"
          spellcheck={false}
          onInput={(e) => setLogin(e.currentTarget.value)}
        />
      </label>
      <p class="quiet-text">{t("sign_on.login.what")}</p>
    </FormDialog>
  );
}

function State({ bound }: { bound: SignOn["bound"] }) {
  const latest = bound[bound.length - 1];
  if (!latest) return <span class="chip">{t("sign_on.unbound")}</span>;
  const time = timeText(latest.bound_at, true);
  return (
    <>
      <span class="chip chip-now">
        {bound.length > 1 ? t("sign_on.bound.many", { n: bound.length }) : t("sign_on.bound")}
      </span>{" "}
      <span class="quiet-text">
        {latest.bound_by ? t("sign_on.by", { time, by: latest.bound_by }) : t("sign_on.by_nobody", { time })}
      </span>
    </>
  );
}

/** Which identity of the provider is which account: bound and unbound here, by hash. */
export function SignOnTab() {
  const { found, wrong, again } = useList(() => Promise.all([readSignOn(), readAccounts()]));
  const [asking, setAsking] = useState<{ deed: "bind" | "unbind"; account: AccountRow } | null>(null);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const [{ issuer, bound }, accounts] = found;
  const boundTo = (a: AccountRow) => bound.filter((b) => b.account === a.name);
  // Where it is not set up (any more), what is still bound can be unbound.
  const shown = accounts.filter((a) => (issuer && a.active) || boundTo(a).length);
  const close = () => setAsking(null);
  const done = (words: string) => () => {
    close();
    tell(words);
    again();
  };
  return (
    <>
      <Lead what={`${t("sign_on.what")}${issuer ? ` ${t("sign_on.from", { issuer })}` : ""}`} />
      {!issuer && <NotSetUp />}
      {shown.length > 0 && (
        <LineTable heads={["login.name", "admin.duty", "admin.role", "sign_on.state", "sign_on.mark"]}>
          {shown.map((a) => (
            <tr key={a.name}>
              <td>{a.name}</td>
              <td>{inLanguage(a.display_name)}</td>
              <td>{named("role", a.role)}</td>
              <td>
                <State bound={boundTo(a)} />
              </td>
              <td>
                {boundTo(a).map((b) => (
                  <code key={b.mark} class="under">
                    {b.mark}
                  </code>
                ))}
              </td>
              <td class="right nowrap">
                {boundTo(a).length > 0 && (
                  <button type="button" class="quiet" onClick={() => setAsking({ deed: "unbind", account: a })}>
                    {t("sign_on.unbind")}
                  </button>
                )}
                {issuer && a.active && (
                  <button type="button" onClick={() => setAsking({ deed: "bind", account: a })}>
                    {t(boundTo(a).length ? "sign_on.bind.another" : "sign_on.bind")}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </LineTable>
      )}
      {asking?.deed === "bind" && <Bind name={asking.account.name} onDone={done(t("sign_on.done"))} onClose={close} />}
      {asking?.deed === "unbind" && (
        <FormDialog
          title={t("sign_on.unbind.title", { name: asking.account.name })}
          verb={t("sign_on.unbind")}
          ready
          danger
          save={() => unbindIdentity(asking.account.name).then(done(t("sign_on.undone")))}
          onClose={close}
        >
          <p>{t("sign_on.unbind.what")}</p>
        </FormDialog>
      )}
    </>
  );
}
