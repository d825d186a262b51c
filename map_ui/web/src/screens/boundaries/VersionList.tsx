import { useEffect, useState } from "preact/hooks";
import { readVersions } from "../../api/endpoints";
import type { VersionSummary } from "../../api/types";
import { dayText, timeText } from "../../format";
import { LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { go, may } from "../../store";
import { nameOf, named, t } from "../../words";
import { NewDraft } from "./NewDraft";
import { statusOf } from "./status";

const STATUS_CHIP: Record<string, string> = { in_force: "chip-now", draft: "chip-caution" };

function changeText(v: VersionSummary): string {
  const at = v.published_at ?? v.created_at,
    who = v.published_by ?? v.created_by;
  return at
    ? `${t(v.published_at ? "versions.published_at" : "versions.created_at")} ${timeText(at, true)}${who ? ` · ${who}` : ""}`
    : "—";
}

/** Every version of the boundaries: drafts first, then what is in force, then the past. */
export function VersionList() {
  const [versions, setVersions] = useState<VersionSummary[] | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [creating, setCreating] = useState(false);
  const read = () => {
    setWrong(null);
    readVersions().then(setVersions, setWrong);
  };
  useEffect(read, []);
  if (wrong) return <Trouble error={wrong} again={read} />;
  if (!versions)
    return (
      <div class="skeleton" aria-busy="true">
        {t("versions.reading")}
      </div>
    );
  const rank = { draft: 0, scheduled: 1, in_force: 2, published: 2, past: 3, withdrawn: 4 };
  const rows = versions
    .map((v) => ({ ...v, status: statusOf(v) }))
    .sort(
      (a, b) =>
        rank[a.status] - rank[b.status] || (b.valid_from ?? "").localeCompare(a.valid_from ?? "") || b.id - a.id,
    );
  return (
    <div class="page">
      <header class="page-head">
        <h1>{t("versions.title")}</h1>
        {may("boundaries.draw") && (
          <button type="button" class="primary push" onClick={() => setCreating(true)}>
            {t("versions.new")}
          </button>
        )}
      </header>
      <p class="quiet-text">{t("versions.what")}</p>
      <LineTable
        heads={["versions.name", "versions.status", "versions.from", "versions.to", "versions.changed"]}
        acts="versions.open"
      >
        {rows.map((v) => (
          <tr key={v.id}>
            <td>
              <a
                href={`#/boundaries/${v.id}`}
                onClick={(e) => {
                  e.preventDefault();
                  go("boundaries", String(v.id));
                }}
              >
                {nameOf(v)}
              </a>
            </td>
            <td>
              <span class={`chip ${STATUS_CHIP[v.status] ?? ""}`}>{named("version", v.status)}</span>
            </td>
            <td>{dayText(v.valid_from)}</td>
            <td>{v.status === "in_force" && !v.valid_to ? t("versions.until_now") : dayText(v.valid_to)}</td>
            <td class="quiet-text">{changeText(v)}</td>
            <td class="right">
              <button type="button" onClick={() => go("boundaries", String(v.id))}>
                {v.status === "draft" ? t("versions.continue") : t("versions.look")}
              </button>
            </td>
          </tr>
        ))}
      </LineTable>
      {creating && <NewDraft versions={versions} onClose={() => setCreating(false)} />}
    </div>
  );
}
