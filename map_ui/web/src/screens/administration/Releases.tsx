import { useState } from "preact/hooks";
import { monthText, timeText } from "../../format";
import { Lead, LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { complain, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { may, month } from "../../store";
import { named, t } from "../../words";
import { makeRelease, readReleases } from "./data";
import { Reading, revisionText, useList } from "./parts";

const REASONS = ["late_checks", "wrong_input", "data_repair", "wrong_boundary"] as const;

/** What left the house for partners: once a month, stored; a correction is a revision with a reason. */
export function Releases() {
  const { found, wrong, again } = useList(readReleases);
  const [reason, setReason] = useState("");
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const there = found.some((r) => r.month === month.value);
  async function release(): Promise<void> {
    try {
      const made = await whileSaving(makeRelease(month.value, there ? reason : null));
      tell(t("admin.release.done", { month: monthText(made.month), revision: revisionText(made.revision) }));
      setReason("");
      again();
    } catch (error) {
      complain(error);
    }
  }
  return (
    <>
      <Lead what={t("admin.releases.what")}>
        {may("review.decide") && (
          <span class="row">
            {there && (
              <select aria-label={t("review.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)}>
                <option value="">{t("review.reason.choose")}</option>
                {REASONS.map((r) => (
                  <option key={r} value={r}>
                    {t(`admin.reason.${r}`)}
                  </option>
                ))}
              </select>
            )}
            <button type="button" class="primary" disabled={there && !reason} onClick={() => void release()}>
              {t(there ? "admin.release.revise" : "admin.release.make", { month: monthText(month.value) })}
            </button>
          </span>
        )}
      </Lead>
      {!found.length ? (
        <p class="empty">{t("admin.releases.none")}</p>
      ) : (
        <LineTable
          heads={["shell.month", "admin.revision", "admin.reason", "admin.made", "admin.checksum"]}
          acts={null}
        >
          {found.map((r) => (
            <tr key={r.id}>
              <td>{monthText(r.month)}</td>
              <td>{revisionText(r.revision)}</td>
              <td>{r.reason ? named("admin.reason", r.reason) : "—"}</td>
              <td>{timeText(r.computed_at, true)}</td>
              <td>
                <code>{r.checksum.slice(0, 16)}</code>
              </td>
            </tr>
          ))}
        </LineTable>
      )}
    </>
  );
}
