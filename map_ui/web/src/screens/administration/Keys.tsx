import { useState } from "preact/hooks";
import { ABSENT, dayText, timeText } from "../../format";
import { Lead, LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { FormDialog } from "../../shell/FormDialog";
import { tell } from "../../shell/notices";
import { inLanguage, named, t } from "../../words";
import { inOrder, LimitForm, limitText, NewKey } from "./KeyForms";
import { readKeys, readLimits, revokeKey, rotateKey, type KeyRow, type Limit } from "./data";
import { Reading, Secret, useList } from "./parts";

const GRACE_DAYS = 7; // as the service grants them

type Deed = "limit" | "rotate" | "revoke";

function LimitCell({ usual, own }: { usual: Limit; own: Limit | undefined }) {
  if (!own) return <span class="quiet-text">{limitText(usual)}</span>;
  return (
    <>
      {limitText(own)} <span class="chip">{t("admin.key.limit.own")}</span>
    </>
  );
}

interface RowProps {
  row: KeyRow;
  usual: Limit;
  own: Limit | undefined;
  onDeed: (deed: Deed) => void;
}

function Row({ row, usual, own, onDeed }: RowProps) {
  const valid = row.state === "valid";
  return (
    <tr class={valid ? "" : "quiet-text"}>
      <td>
        <code>{row.id}</code>
      </td>
      <td>{inLanguage(row.name)}</td>
      <td>
        {inOrder(row.scopes)
          .map((s) => named("scope", s))
          .join(t("list.and"))}
      </td>
      <td>
        <span class={`chip ${valid ? "chip-now" : ""}`}>{t(`admin.key.${row.state}`)}</span>
      </td>
      <td class="nowrap">{valid ? <LimitCell usual={usual} own={own} /> : ABSENT}</td>
      <td class="nowrap">{row.last_used_at ? timeText(row.last_used_at, true) : ABSENT}</td>
      <td class="nowrap">{row.expires_at ? dayText(row.expires_at) : t("admin.key.never")}</td>
      <td class="right nowrap">
        {valid && (
          <>
            <button type="button" class="quiet" onClick={() => onDeed("limit")}>
              {t("admin.key.limit.change")}
            </button>
            <button type="button" class="quiet" onClick={() => onDeed("rotate")}>
              {t("admin.key.rotate")}
            </button>
            <button type="button" onClick={() => onDeed("revoke")}>
              {t("admin.key.revoke")}
            </button>
          </>
        )}
      </td>
    </tr>
  );
}

/** Keys of other systems: for what, until when, how often they may ask. */
export function Keys() {
  const { found, wrong, again } = useList(() => Promise.all([readKeys(), readLimits()]));
  const [creating, setCreating] = useState(false);
  const [asking, setAsking] = useState<{ deed: Deed; row: KeyRow } | null>(null);
  const [secret, setSecret] = useState<(KeyRow & { key: string }) | null>(null);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const [keys, limits] = found;
  const ownOf = (row: KeyRow): Limit | undefined => limits.keys.find((limit) => limit.key_id === row.id);
  const close = () => setAsking(null);
  const made = (key: KeyRow & { key: string }) => {
    setCreating(false);
    close();
    setSecret(key);
    again();
  };
  return (
    <>
      <Lead what={t("admin.keys.what")}>
        <button type="button" class="primary" onClick={() => setCreating(true)}>
          {t("admin.key.new")}
        </button>
      </Lead>
      <LineTable
        heads={[
          "admin.key.id",
          "admin.key.name",
          "admin.key.scopes",
          "admin.state",
          "admin.key.limit",
          "admin.key.used",
          "admin.key.expires",
        ]}
      >
        {keys.map((row) => (
          <Row
            key={row.id}
            row={row}
            usual={limits.usual}
            own={ownOf(row)}
            onDeed={(deed) => setAsking({ deed, row })}
          />
        ))}
      </LineTable>
      {creating && <NewKey onMade={made} onClose={() => setCreating(false)} />}
      {asking?.deed === "limit" && (
        <LimitForm
          row={asking.row}
          usual={limits.usual}
          own={ownOf(asking.row)}
          onDone={() => {
            close();
            tell(t("admin.saved"));
            again();
          }}
          onClose={close}
        />
      )}
      {asking?.deed === "rotate" && (
        <FormDialog
          title={t("admin.key.rotate.title", { name: inLanguage(asking.row.name) })}
          verb={t("admin.key.rotate")}
          ready
          save={() => rotateKey(asking.row.id).then(made)}
          onClose={close}
        >
          <p>{t("admin.key.rotate.what", { n: GRACE_DAYS })}</p>
        </FormDialog>
      )}
      {asking?.deed === "revoke" && (
        <FormDialog
          title={t("admin.key.revoke.title", { name: inLanguage(asking.row.name) })}
          verb={t("admin.key.revoke")}
          ready
          danger
          save={() => revokeKey(asking.row.id).then(close).then(again)}
          onClose={close}
        >
          <p>{t("admin.key.revoke.what")}</p>
        </FormDialog>
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
