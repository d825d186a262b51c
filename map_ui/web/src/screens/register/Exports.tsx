import { useState } from "preact/hooks";
import { askForExport, decideExport, fetchExport, readExports } from "../../api/endpoints";
import type { ExportRequest } from "../../api/types";
import { dayText, monthText, timeText } from "../../format";
import { Lead, LineTable } from "../../parts/LineTable";
import { Empty, Trouble } from "../../parts/parts";
import { saveFile } from "../../shell/files";
import { FormDialog } from "../../shell/FormDialog";
import { complain, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { may, month, session, town } from "../../store";
import { named, t } from "../../words";
import { Reading, useList } from "../administration/parts";

const CONTENTS = ["buildings", "dwellings", "checks"] as const;
const PURPOSES = ["monthly_review", "joint_inspection", "data_quality", "audit", "statistics"] as const;
const DOWNLOADS = 3; // as the service counts them

/** Ask for a file: what, of which month, what for. */
function Ask({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const [kind, setKind] = useState<ExportRequest["what"]["kind"]>("buildings");
  const [of, setOf] = useState(month.value);
  const [purpose, setPurpose] = useState<ExportRequest["purpose"]>("monthly_review");
  return (
    <FormDialog
      title={t("exports.new")}
      verb={t("exports.send")}
      ready={Boolean(of)}
      save={() => askForExport({ kind, month: of }, purpose).then(onDone)}
      onClose={onClose}
    >
      <p class="quiet-text">{t("exports.what")}</p>
      <label class="field">
        <span>{t("exports.contents")}</span>
        <select value={kind} autofocus onChange={(e) => setKind(e.currentTarget.value as typeof kind)}>
          {CONTENTS.map((c) => (
            <option key={c} value={c}>
              {t(`exports.contents.${c}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("shell.month")}</span>
        <select value={of} onChange={(e) => setOf(e.currentTarget.value)}>
          {[...(town.value?.months ?? [])].reverse().map((m) => (
            <option key={m} value={m}>
              {monthText(m)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("exports.purpose")}</span>
        <select value={purpose} onChange={(e) => setPurpose(e.currentTarget.value as typeof purpose)}>
          {PURPOSES.map((p) => (
            <option key={p} value={p}>
              {t(`exports.purpose.${p}`)}
            </option>
          ))}
        </select>
      </label>
    </FormDialog>
  );
}

/** What approving lets out, said before it is done. */
function Approve({ row, onDone, onClose }: { row: ExportRequest; onDone: () => void; onClose: () => void }) {
  return (
    <FormDialog
      title={t("exports.approve.title")}
      verb={t("exports.approve")}
      ready
      save={() => decideExport(row.id, true).then(onDone)}
      onClose={onClose}
    >
      <p>
        {t("exports.approve.what", {
          by: row.requested_by,
          month: monthText(row.what.month),
          what: named("exports.contents", row.what.kind),
          purpose: named("exports.purpose", row.purpose),
        })}
      </p>
    </FormDialog>
  );
}

async function save(id: string): Promise<void> {
  const { name, body } = await fetchExport(id);
  saveFile(name, body);
}

function Row({ row, again, approve }: { row: ExportRequest; again: () => void; approve: () => void }) {
  const own = row.requested_by === session.value?.account.name;
  const open = row.state === "requested";
  const fetchable = own && row.state === "approved";
  return (
    <tr>
      <td>
        {named("exports.contents", row.what.kind)} · {monthText(row.what.month)}
      </td>
      <td>{named("exports.purpose", row.purpose)}</td>
      <td class="nowrap">
        {row.requested_by} <span class="quiet-text">{timeText(row.requested_at, true)}</span>
      </td>
      <td>
        <span class={`chip ${row.state === "approved" ? "chip-now" : open ? "chip-caution" : ""}`}>
          {t(`exports.state.${row.state}`)}
        </span>{" "}
        <span class="quiet-text">
          {row.decided_by ?? ""}
          {row.state === "approved" &&
            ` · ${t("exports.left", { day: dayText(row.expires_at), n: DOWNLOADS - row.downloads })}`}
        </span>
      </td>
      <td class="right nowrap">
        {open && own && <span class="quiet-text">{t("exports.second")}</span>}
        {open && !own && may("exports.approve") && (
          <>
            <button
              type="button"
              class="quiet"
              onClick={() =>
                void whileSaving(decideExport(row.id, false)).then(() => {
                  tell(t("exports.refused"));
                  again();
                }, complain)
              }
            >
              {t("exports.refuse")}
            </button>
            <button type="button" onClick={approve}>
              {t("exports.approve")}
            </button>
          </>
        )}
        {fetchable && (
          <button type="button" onClick={() => void save(row.id).then(again, complain)}>
            {t("exports.download")}
          </button>
        )}
      </td>
    </tr>
  );
}

/** Requests for files of records: one's own, and for those who approve everybody's. */
export function Exports() {
  const { found, wrong, again } = useList(readExports);
  const [asking, setAsking] = useState(false);
  const [approving, setApproving] = useState<ExportRequest | null>(null);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const done = (words: string, close: () => void) => () => {
    close();
    tell(words);
    again();
  };
  return (
    <>
      <Lead what={t("exports.what")}>
        <button type="button" class="primary" onClick={() => setAsking(true)}>
          {t("exports.new")}
        </button>
      </Lead>
      {found.length === 0 ? (
        <Empty>{t("exports.none")}</Empty>
      ) : (
        <LineTable heads={["exports.contents", "exports.purpose", "exports.by", "exports.state"]}>
          {found.map((row) => (
            <Row key={row.id} row={row} again={again} approve={() => setApproving(row)} />
          ))}
        </LineTable>
      )}
      {asking && <Ask onDone={done(t("exports.sent"), () => setAsking(false))} onClose={() => setAsking(false)} />}
      {approving && (
        <Approve
          row={approving}
          onDone={done(t("exports.approved"), () => setApproving(null))}
          onClose={() => setApproving(null)}
        />
      )}
    </>
  );
}
