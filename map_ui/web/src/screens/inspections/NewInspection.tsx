import { useState } from "preact/hooks";
import { monthText } from "../../format";
import { Dialog } from "../../shell/Dialog";
import { complain } from "../../shell/notices";
import { go } from "../../store";
import { named, t } from "../../words";
import { readLists, startInspection, type Team, type What } from "./api";
import { useRead } from "./useRead";

const blank = (k: number): Team => ({ code: String.fromCharCode(65 + k), departments: ["police_station"] });

/** Title, day, leading department, teams: what an inspection needs before its route. */
export function NewInspection({
  sites,
  what,
  day: from,
  share,
  onClose,
}: {
  sites: string[];
  what: What;
  day: string;
  share: number;
  onClose: () => void;
}) {
  const { found: lists } = useRead(readLists, []);
  const [day, setDay] = useState(from);
  const [title, setTitle] = useState(() => t("inspections.title.example", { month: monthText(from.slice(0, 7)) }));
  const [leader, setLeader] = useState("population_office");
  const [teams, setTeams] = useState<Team[]>([blank(0), blank(1)]);
  const [busy, setBusy] = useState(false);
  const setParty = (k: number, department: string, on: boolean) =>
    setTeams(
      teams.map((team, n) =>
        n === k
          ? {
              ...team,
              departments: on ? [...team.departments, department] : team.departments.filter((d) => d !== department),
            }
          : team,
      ),
    );
  async function create(): Promise<void> {
    setBusy(true);
    const parties = [...new Set([leader, ...teams.flatMap((team) => team.departments)])];
    try {
      const made = await startInspection({ title, day, what, sites, leader, parties, teams });
      go("inspections", made.id);
    } catch (error) {
      complain(error);
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={t("inspections.plan")}
      onClose={onClose}
      wide
      actions={
        <button type="button" class="primary" disabled={busy || !title.trim() || !day} onClick={() => void create()}>
          {t("inspections.create")}
        </button>
      }
    >
      <p>
        {t("inspections.plan.consequence", { n: sites.length, c: Math.ceil((sites.length * share) / (1 - share)) })}
      </p>
      <div class="row">
        <label class="field">
          <span>{t("inspections.title")}</span>
          <input value={title} maxLength={80} onInput={(e) => setTitle(e.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t("sheets.day")}</span>
          <input type="date" value={day} onInput={(e) => setDay(e.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t("sheets.leader")}</span>
          <select value={leader} onChange={(e) => setLeader(e.currentTarget.value)}>
            {(lists?.departments ?? [leader]).map((d) => (
              <option key={d} value={d}>
                {named("inspection.department", d)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {teams.map((team, k) => (
        <fieldset key={team.code} class="team">
          <legend>{t("sheets.team", { team: team.code })}</legend>
          {(lists?.departments ?? []).map((d) => (
            <label key={d}>
              <input
                type="checkbox"
                checked={team.departments.includes(d)}
                onChange={(e) => setParty(k, d, e.currentTarget.checked)}
              />
              {named("inspection.department", d)}
            </label>
          ))}
        </fieldset>
      ))}
      <div class="row">
        <button type="button" disabled={teams.length >= 12} onClick={() => setTeams([...teams, blank(teams.length)])}>
          {t("inspections.team.add")}
        </button>
        <button type="button" class="quiet" disabled={teams.length < 2} onClick={() => setTeams(teams.slice(0, -1))}>
          {t("inspections.team.remove")}
        </button>
      </div>
    </Dialog>
  );
}
