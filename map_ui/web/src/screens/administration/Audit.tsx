import { useEffect, useState } from "preact/hooks";
import { number, timeText } from "../../format";
import { LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { complain } from "../../shell/notices";
import { keysUnder, named, t } from "../../words";
import { readAudit, verifyAudit, type AuditEntry } from "./data";
import { Reading } from "./parts";

const detailText = (detail: Record<string, unknown>) =>
  Object.entries(detail)
    .map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");

const ACTIONS = keysUnder("audit").filter((name) => name !== "any");

/** Every act that counts, the newest first, each chained to the one before; the chain can be checked here. */
export function Audit() {
  const [entries, setEntries] = useState<AuditEntry[] | null>(null);
  const [next, setNext] = useState<number | null>(null);
  const [account, setAccount] = useState("");
  const [action, setAction] = useState("");
  const [wrong, setWrong] = useState<unknown>(null);
  const [proof, setProof] = useState<Awaited<ReturnType<typeof verifyAudit>> | null>(null);
  async function read(before: number | null): Promise<void> {
    try {
      const page = await readAudit({ before, account: account.trim(), action: action.trim() });
      setEntries((now) => (before === null ? page.entries : [...(now ?? []), ...page.entries]));
      setNext(page.next);
    } catch (error) {
      setWrong(error);
    }
  }
  useEffect(() => void read(null), []);
  if (wrong)
    return (
      <Trouble
        error={wrong}
        again={() => {
          setWrong(null);
          void read(null);
        }}
      />
    );
  if (!entries) return <Reading />;
  return (
    <>
      <form
        class="row filters"
        onSubmit={(e) => {
          e.preventDefault();
          void read(null);
        }}
      >
        <label class="field">
          <span>{t("login.name")}</span>
          <input value={account} maxLength={32} onInput={(e) => setAccount(e.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t("admin.action")}</span>
          <select value={action} onChange={(e) => setAction(e.currentTarget.value)}>
            <option value="">{t("audit.any")}</option>
            {ACTIONS.map((a) => (
              <option key={a} value={a}>
                {named("audit", a)} · {a}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">{t("admin.filter")}</button>
        <span class="row push">
          {proof && (
            <span role="status" class={proof.whole ? "" : "wrong"}>
              {proof.whole
                ? t("admin.audit.whole", { n: number(proof.entries) })
                : t("admin.audit.broken", { n: number(proof.faults.length), seq: proof.faults[0]?.seq ?? 0 })}
            </span>
          )}
          <button type="button" onClick={() => void verifyAudit().then(setProof, complain)}>
            {t("admin.audit.verify")}
          </button>
        </span>
      </form>
      <LineTable
        heads={[
          { figures: "admin.seq" },
          "admin.at",
          "login.name",
          "admin.action",
          "admin.target",
          "admin.detail",
          "admin.hash",
        ]}
        acts={null}
      >
        {entries.map((e) => (
          <tr key={e.seq}>
            <td class="right">{e.seq}</td>
            <td class="nowrap">{timeText(e.at, true)}</td>
            <td>{e.account ?? "—"}</td>
            <td>
              {named("audit", e.action)} <code class="beside">{e.action}</code>
            </td>
            <td>{e.target ?? "—"}</td>
            <td class="quiet-text">{detailText(e.detail)}</td>
            <td>
              <code title={e.hash}>{e.hash.slice(0, 10)}</code>
            </td>
          </tr>
        ))}
      </LineTable>
      {!entries.length && <p class="empty">{t("admin.audit.none")}</p>}
      {next !== null && (
        <button type="button" onClick={() => void read(next)}>
          {t("admin.more")}
        </button>
      )}
    </>
  );
}
